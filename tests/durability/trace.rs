//! What a traced program did, in the order in which it was done.

mod line;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use line::{Call, Lines};

/// One thing done to a file in the watched folder, or said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// A file was opened so that it came to be there, or to be empty.
    Open { name: PathBuf, create: bool, truncate: bool },
    /// Bytes went to a place in a file; to its end where there is no offset.
    Write { name: PathBuf, offset: Option<u64>, bytes: Vec<u8> },
    /// A file got another length.
    Resize { name: PathBuf, length: u64 },
    /// A file, or a folder's list of names, was flushed: what was done to it
    /// before act `begun`, where the disk did not fail.
    Flush { name: PathBuf, begun: usize, flushed: bool },
    /// A file got another name, or one more.
    Rename { from: PathBuf, to: PathBuf },
    /// A file got one more name.
    Link { from: PathBuf, to: PathBuf },
    /// A name is gone.
    Remove { name: PathBuf },
    /// A folder was made.
    MakeFolder { name: PathBuf },
    /// A line for whoever watches, on the file of acknowledgements.
    Say { text: String },
    /// Bytes left the machine.
    Send { socket: String, bytes: Vec<u8> },
}

/// A trace, with the folder whose files are followed.
pub(crate) struct Watched<'p> {
    /// Only what is in here is a file to follow.
    pub(crate) folder: &'p Path,
    /// Where the program says what it has done.
    pub(crate) acknowledgements: &'p Path,
}

impl Watched<'_> {
    /// Reads what `strace` wrote.
    pub(crate) fn acts(&self, trace: &str) -> Vec<Act> {
        let mut reader =
            Reader { watched: self, acts: Vec::new(), places: HashMap::new(), begun: 0 };
        let mut lines = Lines::default();
        for line in trace.lines() {
            // A call that another thread interrupts is two lines.
            if let Some(call) = lines.next(line, reader.acts.len()) {
                reader.begun = call.begun;
                reader.take(&call);
            }
        }
        reader.acts
    }

    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let name = path.strip_prefix(self.folder).ok()?;
        // The index of the log is memory that processes share; it is made anew.
        (!name.to_string_lossy().ends_with("-shm")).then(|| name.to_owned())
    }
}

/// Where the next plain write to a descriptor goes.
#[derive(Debug, Clone, Copy)]
enum Place {
    At(u64),
    End,
}

struct Reader<'w> {
    watched: &'w Watched<'w>,
    acts: Vec<Act>,
    places: HashMap<u64, Place>,
    begun: usize,
}

impl Reader<'_> {
    fn take(&mut self, call: &Call) {
        match call.name.as_str() {
            "open" | "openat" | "creat" => self.open(call),
            "write" | "writev" | "pwrite64" | "pwritev" | "pwritev2" => self.write(call),
            "sendto" | "sendmsg" => self.send(call),
            "fsync" | "fdatasync" => self.flush(call),
            _ if !call.succeeded() => {}
            "ftruncate" | "truncate" | "fallocate" => self.resize(call),
            "rename" | "renameat" | "renameat2" => self.rename(call),
            "link" | "linkat" => self.link(call),
            "unlink" | "unlinkat" => self.remove(call),
            "mkdir" | "mkdirat" => self.make_folder(call),
            other => panic!("an unexpected call in the trace: {other}"),
        }
    }

    fn open(&mut self, call: &Call) {
        let Some(descriptor) = call.result() else { return };
        let flags = call.flags();
        let has = |flag: &str| flags.iter().any(|one| one == flag);
        let place = if has("O_APPEND") { Place::End } else { Place::At(0) };
        self.places.insert(descriptor, place);
        let (create, truncate) = (has("O_CREAT"), has("O_TRUNC"));
        let path = call.paths().first().and_then(|path| self.watched.inside(path));
        if let (Some(name), true) = (path, create || truncate) {
            self.acts.push(Act::Open { name, create, truncate });
        }
    }

    fn write(&mut self, call: &Call) {
        let Some(written) = call.result() else { return };
        let (Some(descriptor), Some(target)) = (call.descriptor(), call.target()) else { return };
        let mut bytes = call.strings().concat();
        bytes.truncate(written as usize);
        if target == self.watched.acknowledgements {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.acts.push(Act::Say { text });
        } else if target.to_string_lossy().starts_with("socket:") {
            let socket = target.to_string_lossy().into_owned();
            self.acts.push(Act::Send { socket, bytes });
        } else if let Some(name) = self.watched.inside(&target) {
            let offset = match call.name.as_str() {
                "write" | "writev" => self.advance(descriptor, written),
                _ => call.last_number(),
            };
            self.acts.push(Act::Write { name, offset, bytes });
        }
    }

    /// Where a plain write went, and that the next one goes behind it.
    fn advance(&mut self, descriptor: u64, written: u64) -> Option<u64> {
        match self.places.get_mut(&descriptor) {
            Some(Place::At(at)) => {
                let offset = *at;
                *at += written;
                Some(offset)
            }
            Some(Place::End) | None => None,
        }
    }

    fn send(&mut self, call: &Call) {
        let (Some(sent), Some(target)) = (call.result(), call.target()) else { return };
        let mut bytes = call.strings().concat();
        bytes.truncate(sent as usize);
        let socket = target.to_string_lossy().into_owned();
        self.acts.push(Act::Send { socket, bytes });
    }

    fn flush(&mut self, call: &Call) {
        let Some(name) = call.target().and_then(|path| self.watched.inside(&path)) else { return };
        let (begun, flushed) = (self.begun, call.succeeded());
        self.acts.push(Act::Flush { name, begun, flushed });
    }

    fn resize(&mut self, call: &Call) {
        let path = call.target().or_else(|| call.paths().first().cloned());
        let Some(name) = path.and_then(|path| self.watched.inside(&path)) else { return };
        let length = call.last_number().expect("a resize has a length");
        assert_ne!(call.name, "fallocate", "an unexpected way to make {} longer", name.display());
        self.acts.push(Act::Resize { name, length });
    }

    fn rename(&mut self, call: &Call) {
        if let Some((from, to)) = self.two_names(call) {
            self.acts.push(Act::Rename { from, to });
        }
    }

    fn link(&mut self, call: &Call) {
        if let Some((from, to)) = self.two_names(call) {
            self.acts.push(Act::Link { from, to });
        }
    }

    fn two_names(&self, call: &Call) -> Option<(PathBuf, PathBuf)> {
        let paths = call.paths();
        let [from, to] = paths.as_slice() else { panic!("two names, but {paths:?}") };
        Some((self.watched.inside(from)?, self.watched.inside(to)?))
    }

    fn remove(&mut self, call: &Call) {
        if let Some(name) = call.paths().first().and_then(|path| self.watched.inside(path)) {
            self.acts.push(Act::Remove { name });
        }
    }

    fn make_folder(&mut self, call: &Call) {
        if let Some(name) = call.paths().first().and_then(|path| self.watched.inside(path)) {
            self.acts.push(Act::MakeFolder { name });
        }
    }
}

#[cfg(test)]
mod tests;
