//! One line of `strace -f -y -xx`.

use std::{
    collections::HashMap,
    ffi::OsString,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

/// One call, with how it ended.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: String,
    arguments: String,
    ended: String,
    /// Acts that were done when it began.
    pub(super) begun: usize,
}

/// Puts together what other threads interrupt.
#[derive(Debug, Default)]
pub(super) struct Lines {
    unfinished: HashMap<String, (String, usize)>,
}

impl Lines {
    /// The call that ends with `line`; `acts` were done before it.
    pub(super) fn next(&mut self, line: &str, acts: usize) -> Option<Call> {
        let (thread, text) = line.split_once(' ')?;
        let text = text.trim_start();
        if let Some(first) = text.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(thread.to_owned(), (first.to_owned(), acts));
            return None;
        }
        if text.starts_with("<... ") {
            let (_, rest) = text.split_once("resumed>")?;
            let (first, begun) = self.unfinished.remove(thread)?;
            return Call::parse(&(first + rest), begun);
        }
        Call::parse(text, acts)
    }
}

impl Call {
    /// None for what is no call: a signal, an exit, a call that never ended.
    fn parse(text: &str, begun: usize) -> Option<Self> {
        let (call, ended) = text.rsplit_once(" = ")?;
        let (name, arguments) = call.split_once('(')?;
        let arguments = arguments.trim_end().strip_suffix(')')?;
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then(|| Self {
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            ended: ended.to_owned(),
            begun,
        })
    }

    pub(super) fn succeeded(&self) -> bool {
        self.result().is_some()
    }

    /// What it returned, where that is no error.
    pub(super) fn result(&self) -> Option<u64> {
        let number = self.ended.split([' ', '<']).next()?;
        number.parse().ok()
    }

    /// The first argument, where it is a descriptor.
    pub(super) fn descriptor(&self) -> Option<u64> {
        self.arguments.split(['<', ',']).next()?.parse().ok()
    }

    /// What the first argument's descriptor is open for.
    pub(super) fn target(&self) -> Option<PathBuf> {
        self.descriptor()?;
        let (_, rest) = self.arguments.split_once('<')?;
        let (hex, _) = rest.split_once('>')?;
        Some(path(unhex(hex)))
    }

    /// Every text among the arguments.
    pub(super) fn strings(&self) -> Vec<Vec<u8>> {
        self.arguments.split('"').skip(1).step_by(2).map(unhex).collect()
    }

    /// The same as paths.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let paths: Vec<PathBuf> = self.strings().into_iter().map(path).collect();
        let is_clear = paths.iter().all(|path| path.is_absolute());
        assert!(is_clear, "a path that depends on where the program stands: {paths:?}");
        paths
    }

    /// The words of an argument like `O_RDWR|O_CREAT`.
    pub(super) fn flags(&self) -> Vec<String> {
        let words = self.arguments.split(", ").find(|part| part.starts_with("O_"));
        let words = words.unwrap_or_default().split('|').map(str::to_owned);
        // `creat` says it with its name.
        let named = (self.name == "creat").then(|| ["O_CREAT".to_owned(), "O_TRUNC".to_owned()]);
        words.chain(named.into_iter().flatten()).collect()
    }

    pub(super) fn last_number(&self) -> Option<u64> {
        self.arguments.rsplit(", ").next()?.parse().ok()
    }
}

fn path(bytes: Vec<u8>) -> PathBuf {
    Path::new(&OsString::from_vec(bytes)).to_owned()
}

/// Bytes that are written as `\x41\x42`; others stand for themselves.
fn unhex(text: &str) -> Vec<u8> {
    let text = text.as_bytes();
    let (mut bytes, mut at) = (Vec::with_capacity(text.len() / 4), 0);
    while at < text.len() {
        match text[at..] {
            [b'\\', b'x', high, low, ..] => {
                bytes.push(nibble(high) << 4 | nibble(low));
                at += 4;
            }
            _ => {
                bytes.push(text[at]);
                at += 1;
            }
        }
    }
    bytes
}

fn nibble(digit: u8) -> u8 {
    (digit as char).to_digit(16).expect("strace writes hex") as u8
}
