//! Moments of matches that the player marked, for a video's description.
//!
//! They are a file of their own: a program writes it whenever a moment is marked, and
//! a restart in the midst of an evening costs none.

use std::{collections::VecDeque, io, path::PathBuf};

use event_model::WallTime;
use match_story::OwnMark;
use serde::{Deserialize, Serialize};

use crate::{DataDir, Error, atomic_file};

/// A long evening has fewer; a key that is held down makes more.
const MARKS_MAX: usize = 500;

/// A moment of a match, as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    match_key: String,
    /// On this PC's clock.
    seen_unix_ms: i64,
    match_clock_ms: Option<i64>,
}

/// What was marked, the oldest first, and the file that keeps it.
#[derive(Debug)]
pub struct ChapterMarks {
    path: PathBuf,
    marks: VecDeque<Mark>,
}

impl ChapterMarks {
    /// Those of an installation. A file that cannot be read costs a player the marks
    /// and nothing else; it is said in the log, and stays until the next mark.
    #[must_use]
    pub fn load(dir: &DataDir) -> Self {
        let path = dir.chapter_marks();
        let read = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(VecDeque::new()),
            Err(error) => Err(error),
        };
        let marks = read.unwrap_or_else(|error| {
            tracing::warn!(%error, path = %path.display(), "Marked chapters cannot be read");
            VecDeque::new()
        });
        Self { path, marks }
    }

    /// Marks a moment of this match; of the most that are kept the oldest goes.
    ///
    /// # Errors
    /// Where the file cannot be written: the mark holds until the program ends.
    pub fn mark(&mut self, match_key: &str, mark: OwnMark) -> Result<(), Error> {
        self.marks.push_back(Mark {
            match_key: match_key.to_owned(),
            seen_unix_ms: mark.seen.unix_ms(),
            match_clock_ms: mark.match_clock_ms,
        });
        while self.marks.len() > MARKS_MAX {
            self.marks.pop_front();
        }
        self.save()
    }

    /// What was marked of one match, the oldest first.
    #[must_use]
    pub fn of(&self, match_key: &str) -> Vec<OwnMark> {
        let of_match = self.marks.iter().filter(|mark| mark.match_key == match_key);
        let own = |mark: &Mark| OwnMark {
            seen: WallTime::from_unix_ms(mark.seen_unix_ms),
            match_clock_ms: mark.match_clock_ms,
        };
        of_match.map(own).collect()
    }

    /// Forgets those of a match that was erased.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn forget_match(&mut self, match_key: &str) -> Result<(), Error> {
        self.marks.retain(|mark| mark.match_key != match_key);
        self.save()
    }

    /// Forgets all: the player had everything erased, the file too.
    pub fn forget(&mut self) {
        self.marks.clear();
    }

    fn save(&self) -> Result<(), Error> {
        let written = serde_json::to_vec(&self.marks)
            .map_err(io::Error::from)
            .and_then(|json| atomic_file::replace(&self.path, &json));
        written.map_err(|cause| Error::DataDir { path: self.path.clone(), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_outlive_the_program_each_with_its_match() {
        let (_folder, dir) = installation();
        let mut marks = ChapterMarks::load(&dir);
        marks.mark("cs2:a", at(2, Some(84_000))).unwrap();
        marks.mark("cs2:b", at(3, None)).unwrap();
        let again = ChapterMarks::load(&dir);
        assert_eq!(again.of("cs2:a"), [at(2, Some(84_000))]);
        assert_eq!(again.of("cs2:b"), [at(3, None)]);
        assert_eq!(again.of("cs2:c"), []);
    }

    #[test]
    fn what_is_erased_of_a_match_is_its_own_marks() {
        let (_folder, dir) = installation();
        let mut marks = ChapterMarks::load(&dir);
        marks.mark("cs2:a", at(1, None)).unwrap();
        marks.mark("cs2:b", at(2, None)).unwrap();
        marks.forget_match("cs2:a").unwrap();
        let again = ChapterMarks::load(&dir);
        assert_eq!((again.of("cs2:a").len(), again.of("cs2:b").len()), (0, 1));
    }

    #[test]
    fn a_key_that_is_held_down_fills_no_memory_and_keeps_the_newest() {
        let (_folder, dir) = installation();
        let mut marks = ChapterMarks::load(&dir);
        // So that not each of them waits for the disk.
        marks.marks = (0..500)
            .map(|ms| Mark { match_key: "cs2:a".into(), seen_unix_ms: ms, match_clock_ms: None })
            .collect();
        marks.mark("cs2:a", at(900, None)).unwrap();
        let kept = marks.of("cs2:a");
        assert_eq!((kept.len(), kept[0].seen.unix_ms()), (MARKS_MAX, 1));
        assert_eq!(kept.last(), Some(&at(900, None)));
    }

    #[test]
    fn a_file_that_cannot_be_read_costs_the_marks_alone() {
        let (_folder, dir) = installation();
        std::fs::write(dir.chapter_marks(), "[{\"match_key\"").unwrap();
        let mut marks = ChapterMarks::load(&dir);
        assert_eq!(marks.of("cs2:a"), []);
        marks.mark("cs2:a", at(1, None)).unwrap();
        assert_eq!(ChapterMarks::load(&dir).of("cs2:a").len(), 1);
    }

    fn at(ms: i64, match_clock_ms: Option<i64>) -> OwnMark {
        OwnMark { seen: WallTime::from_unix_ms(ms), match_clock_ms }
    }

    fn installation() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }
}
