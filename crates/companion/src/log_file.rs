//! The log on disk: the last of what was said, for whoever looks for a fault.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::DataDir;

/// A file is put aside when it has so many bytes, and the one before it goes:
/// twice as much is what a log takes. A day of capture logs some KiB.
const FILE_BYTES_MAX: u64 = 512 * 1024;

/// The log of this installation. Where it cannot be written nothing is, and
/// nothing else fails for it.
///
/// No file is held open between two lines: Windows keeps the name of a file that
/// was erased while somebody has it open, and a log that a player erased would go
/// on. Lines are few (above), so that opening it for each costs nothing to speak of.
pub struct LogFile {
    path: PathBuf,
    one_at_a_time: Mutex<()>,
}

impl LogFile {
    /// The log of the installation in this folder, which is made with the first
    /// line that there is to write.
    #[must_use]
    pub fn of(dir: &DataDir) -> Self {
        Self { path: dir.log(), one_at_a_time: Mutex::default() }
    }

    /// Writes one line, or as much as comes with it. A log that was erased is begun
    /// anew.
    ///
    /// # Errors
    /// Where it cannot be written; the next one is tried all the same.
    pub fn append(&self, line: &[u8]) -> io::Result<()> {
        let _writing = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = open(&self.path)?;
        if file.metadata()?.len() >= FILE_BYTES_MAX {
            drop(file);
            std::fs::rename(&self.path, before(&self.path))?;
            file = open(&self.path)?;
        }
        file.write_all(line)
    }
}

/// The log to append to.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    // It names paths of this PC.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl DataDir {
    /// The log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path().join("ringside.log")
    }

    /// The log, and the one that was put aside.
    pub(crate) fn log_files(&self) -> [PathBuf; 2] {
        [self.log(), before(&self.log())]
    }

    /// The last lines of the log, so many at most, the oldest first.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn last_log_lines(&self, lines_max: usize) -> io::Result<Vec<String>> {
        let mut text = end_of(&before(&self.log()))?;
        text.push_str(&end_of(&self.log())?);
        let lines: Vec<_> = text.lines().collect();
        let first = lines.len().saturating_sub(lines_max);
        Ok(lines[first..].iter().map(|line| (*line).to_owned()).collect())
    }
}

/// The log that was put aside.
fn before(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

/// What a file ends with; nothing where there is none.
fn end_of(path: &Path) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let bytes = file.metadata()?.len();
    file.seek(SeekFrom::Start(bytes.saturating_sub(FILE_BYTES_MAX)))?;
    let mut end = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_those_that_were_written_last() {
        let (_folder, dir) = installation();
        let log = LogFile::of(&dir);
        for n in 0..5 {
            log.append(format!("line {n}\n").as_bytes()).unwrap();
        }
        assert_eq!(dir.last_log_lines(2).unwrap(), ["line 3", "line 4"]);
        assert_eq!(dir.last_log_lines(99).unwrap().len(), 5);
    }

    #[test]
    fn a_log_is_bounded_and_keeps_its_end() {
        let (_folder, dir) = installation();
        let log = LogFile::of(&dir);
        let line = [b"x".repeat(1_023), b"\n".to_vec()].concat();
        for _ in 0..3 * FILE_BYTES_MAX / 1_024 {
            log.append(&line).unwrap();
        }
        log.append(b"the last\n").unwrap();
        let kept: u64 = [dir.log(), before(&dir.log())]
            .iter()
            .map(|path| std::fs::metadata(path).unwrap().len())
            .sum();
        assert!(kept <= 2 * FILE_BYTES_MAX + 1_024, "{kept}");
        assert_eq!(dir.last_log_lines(1).unwrap(), ["the last"]);
    }

    #[test]
    fn the_next_run_goes_on_with_the_log() {
        let (_folder, dir) = installation();
        LogFile::of(&dir).append(b"first run\n").unwrap();
        LogFile::of(&dir).append(b"second run\n").unwrap();
        assert_eq!(dir.last_log_lines(9).unwrap(), ["first run", "second run"]);
    }

    #[test]
    fn a_log_that_was_erased_is_begun_anew() {
        let (_folder, dir) = installation();
        let log = LogFile::of(&dir);
        log.append(b"before\n").unwrap();
        std::fs::remove_file(dir.log()).unwrap();
        log.append(b"after\n").unwrap();
        assert_eq!(dir.last_log_lines(9).unwrap(), ["after"]);
    }

    #[test]
    fn without_a_log_there_are_no_lines() {
        let (_folder, dir) = installation();
        assert!(dir.last_log_lines(9).unwrap().is_empty());
    }

    fn installation() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }
}
