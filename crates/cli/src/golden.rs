//! Golden files: the events that a recording must give, one a line, without what
//! belongs to their sending.

use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use companion::recording;
use replay_report::{EventDiff, NoEvent, PlainEvent};

/// The events of a golden file.
pub(crate) struct Golden {
    path: PathBuf,
    events: Vec<PlainEvent>,
    /// Whether the file was there.
    is_there: bool,
}

impl Golden {
    /// Reads the file, before anything is played.
    ///
    /// # Errors
    /// Where it cannot be read, or a line of it is no event.
    pub(crate) fn read(path: &Path) -> Result<Self, recording::Error> {
        let bad = |line, reason| recording::Error::BadInput { file: path.to_owned(), line, reason };
        let text = std::fs::read_to_string(path).map_err(|cause| {
            if cause.kind() == ErrorKind::NotFound {
                bad(None, recording::Reason::Missing)
            } else if cause.kind() == ErrorKind::InvalidData {
                bad(None, recording::Reason::Binary)
            } else {
                recording::Error::Unreadable { file: path.to_owned(), cause }
            }
        })?;
        let lines = text.lines().zip(1_u64..).filter(|(line, _)| !line.trim().is_empty());
        let events = lines.map(|(line, number)| {
            PlainEvent::read(line)
                .map_err(|NoEvent| bad(Some(number), recording::Reason::NotAnObject))
        });
        let events = events.collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), events, is_there: true })
    }

    /// The same for one that will be written: it need not be there yet.
    ///
    /// # Errors
    /// Where something is there that is no golden file: it is not written over.
    pub(crate) fn read_to_bless(path: &Path) -> Result<Self, recording::Error> {
        match Self::read(path) {
            Err(recording::Error::BadInput { reason: recording::Reason::Missing, .. }) => {
                Ok(Self { path: path.to_owned(), events: Vec::new(), is_there: false })
            }
            read => read,
        }
    }

    /// How the events of a replay differ.
    pub(crate) fn differences(&self, events: &[PlainEvent]) -> EventDiff {
        EventDiff::of(&self.events, events)
    }

    /// Puts these events into the file, whole or not at all; says what changed there.
    pub(crate) fn bless(&self, events: &[PlainEvent]) -> anyhow::Result<String> {
        let path = self.path.display();
        let differences = self.differences(events);
        if self.is_there && differences.is_empty() {
            return Ok(format!("{path}: nothing changed, {} events", events.len()));
        }
        self.write(events).with_context(|| format!("{path} cannot be written"))?;
        Ok(if self.is_there {
            format!("{path}: written anew: {differences}")
        } else {
            format!("{path}: new, {} events", events.len())
        })
    }

    fn write(&self, events: &[PlainEvent]) -> std::io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        let mut lines = std::io::BufWriter::new(file.as_file_mut());
        for event in events {
            writeln!(lines, "{}", event.line())?;
        }
        lines.flush()?;
        drop(lines);
        readable_by_all(file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// A golden file is a file of a project's, and no secret: a temporary one is its owner's
/// alone.
#[cfg(unix)]
fn readable_by_all(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_file: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> PlainEvent {
        PlainEvent::read(&format!(r#"{{"id":"{id}","time":"now"}}"#)).unwrap()
    }

    #[test]
    fn what_was_blessed_is_what_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("golden.ndjson");
        let new = Golden::read_to_bless(&path).unwrap();
        assert!(new.bless(&[event("1")]).unwrap().contains("new, 1 events"));
        let golden = Golden::read(&path).unwrap();
        assert!(golden.differences(&[event("1")]).is_empty());
        assert!(golden.bless(&[event("1")]).unwrap().contains("nothing changed"));
        let said = golden.bless(&[event("1"), event("2")]).unwrap();
        assert!(said.contains("0 missing, 1 extra"), "{said}");
    }

    #[test]
    fn a_file_that_is_no_golden_one_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "do not lose me").unwrap();
        assert!(Golden::read_to_bless(&path).is_err());
    }
}
