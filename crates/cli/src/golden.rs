//! Golden files: the events that a recording must give, one a line, without what
//! belongs to their sending.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use companion::{ReplayedEvents, recording};
use replay_report::{EventDiff, NoEvent, PlainEvent};

/// A golden file, which is read as it is compared: it may be as long as the recording.
pub(crate) struct Golden {
    path: PathBuf,
    /// Whether the file was there.
    is_there: bool,
}

impl Golden {
    /// Reads the file through, before anything is played.
    ///
    /// # Errors
    /// Where it cannot be read, or a line of it is no event.
    pub(crate) fn read(path: &Path) -> Result<Self, recording::Error> {
        let golden = Self { path: path.to_owned(), is_there: true };
        golden.events()?.try_for_each(|event| event.map(drop))?;
        Ok(golden)
    }

    /// The same for one that will be written: it need not be there yet.
    ///
    /// # Errors
    /// Where something is there that is no golden file: it is not written over.
    pub(crate) fn read_to_bless(path: &Path) -> Result<Self, recording::Error> {
        match Self::read(path) {
            Err(recording::Error::BadInput { reason: recording::Reason::Missing, .. }) => {
                Ok(Self { path: path.to_owned(), is_there: false })
            }
            read => read,
        }
    }

    /// How the events of a replay differ.
    ///
    /// # Errors
    /// Where either can no longer be read.
    pub(crate) fn differences(&self, events: &ReplayedEvents) -> anyhow::Result<EventDiff> {
        compare(self.events()?.map(|event| event.map_err(Into::into)), plain(events)?)
    }

    /// Puts these events into the file, whole or not at all; says what changed there.
    ///
    /// # Errors
    /// Where either cannot be read, or the file cannot be written.
    pub(crate) fn bless(&self, events: &ReplayedEvents) -> anyhow::Result<String> {
        let path = self.path.display();
        let write = || self.write(events).with_context(|| format!("{path} cannot be written"));
        if !self.is_there {
            return Ok(format!("{path}: new, {} events", write()?));
        }
        let differences = self.differences(events)?;
        if differences.is_empty() {
            return Ok(format!("{path}: nothing changed, {} events", differences.found));
        }
        write()?;
        Ok(format!("{path}: written anew: {differences}"))
    }

    fn events(
        &self,
    ) -> Result<impl Iterator<Item = Result<PlainEvent, recording::Error>>, recording::Error> {
        let path = self.path.clone();
        let file = File::open(&path).map_err(|cause| unreadable(&path, cause))?;
        let lines = BufReader::new(file).lines().zip(1_u64..);
        Ok(lines.filter_map(move |(line, number)| match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => Some(
                PlainEvent::read(&line)
                    .map_err(|NoEvent| bad(&path, Some(number), recording::Reason::NotAnObject)),
            ),
            Err(cause) => Some(Err(unreadable(&path, cause))),
        }))
    }

    /// How many there were to write.
    fn write(&self, events: &ReplayedEvents) -> anyhow::Result<usize> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        let mut lines = std::io::BufWriter::new(file.as_file_mut());
        let mut count = 0;
        for event in plain(events)? {
            writeln!(lines, "{}", event?.line())?;
            count += 1;
        }
        lines.flush()?;
        drop(lines);
        readable_by_all(file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(count)
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> recording::Error {
    if cause.kind() == ErrorKind::NotFound {
        bad(path, None, recording::Reason::Missing)
    } else if cause.kind() == ErrorKind::InvalidData {
        bad(path, None, recording::Reason::Binary)
    } else {
        recording::Error::Unreadable { file: path.to_owned(), cause }
    }
}

fn bad(path: &Path, line: Option<u64>, reason: recording::Reason) -> recording::Error {
    recording::Error::BadInput { file: path.to_owned(), line, reason }
}

/// The events of a replay without what belongs to their sending.
fn plain(
    events: &ReplayedEvents,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<PlainEvent>>> {
    let lines = events.lines().context("the events that were kept cannot be read")?;
    Ok(lines.filter_map(|line| match line {
        Ok(line) => PlainEvent::read(&line).ok().map(Ok),
        Err(error) => Some(Err(error.into())),
    }))
}

/// Compares what is read; the first thing that cannot be read ends it.
fn compare(
    expected: impl Iterator<Item = anyhow::Result<PlainEvent>>,
    found: impl Iterator<Item = anyhow::Result<PlainEvent>>,
) -> anyhow::Result<EventDiff> {
    let (mut fault_there, mut fault_here) = (Ok(()), Ok(()));
    let differences =
        EventDiff::of(until_fault(expected, &mut fault_there), until_fault(found, &mut fault_here));
    fault_there.and(fault_here)?;
    Ok(differences)
}

fn until_fault(
    events: impl Iterator<Item = anyhow::Result<PlainEvent>>,
    fault: &mut anyhow::Result<()>,
) -> impl Iterator<Item = PlainEvent> {
    events.map_while(|event| event.map_err(|error| *fault = Err(error)).ok())
}

/// A golden file is a file of a project's, and no secret: a temporary one is its owner's
/// alone.
#[cfg(unix)]
fn readable_by_all(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_file: &File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_golden_one_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "do not lose me").unwrap();
        assert!(Golden::read_to_bless(&path).is_err());
    }

    #[test]
    fn what_can_no_longer_be_read_is_no_difference() {
        let gone = || std::iter::once(Err(anyhow::anyhow!("gone")));
        assert!(compare(gone(), std::iter::empty()).is_err());
        assert!(compare(std::iter::empty(), gone()).is_err());
        assert!(compare(std::iter::empty(), std::iter::empty()).unwrap().is_empty());
    }
}
