//! Moments of the running match that the player marks, for a video's description.

use std::sync::{Mutex, MutexGuard};

use companion::{ChapterMarks, DataDir, Error, Glance, event_model::WallTime};
use match_story::OwnMark;

/// What was marked, in this run and before it.
pub(crate) struct Chapters(Mutex<ChapterMarks>);

/// A moment that was marked.
pub(crate) struct Marked {
    /// The match.
    pub(crate) match_key: String,
    /// So many moments of it are marked now.
    pub(crate) of_match: u32,
    /// Why it does not outlive the program, where it does not.
    pub(crate) not_kept: Option<Error>,
}

impl Chapters {
    /// Those of an installation.
    pub(crate) fn of_installation(dir: &DataDir) -> Self {
        Self(Mutex::new(ChapterMarks::load(dir)))
    }

    /// Marks this moment and waits for the disk; nothing where no match runs.
    pub(crate) fn mark(&self, running: Option<&Glance>, at: WallTime) -> Option<Marked> {
        let glance = running?;
        let mark = OwnMark { seen: at, match_clock_ms: glance.match_clock_ms };
        let mut marks = self.marks();
        let not_kept = marks.mark(&glance.match_key, mark).err();
        let of_match = u32::try_from(marks.of(&glance.match_key).len()).unwrap_or(u32::MAX);
        Some(Marked { match_key: glance.match_key.clone(), of_match, not_kept })
    }

    /// What was marked of one match, the oldest first.
    pub(crate) fn of(&self, match_key: &str) -> Vec<OwnMark> {
        self.marks().of(match_key)
    }

    /// Forgets those of a match that the player had erased.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(crate) fn forget_match(&self, match_key: &str) -> Result<(), Error> {
        self.marks().forget_match(match_key)
    }

    /// Forgets all of it: the player had everything erased.
    pub(crate) fn forget(&self) {
        self.marks().forget();
    }

    fn marks(&self) -> MutexGuard<'_, ChapterMarks> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_of_the_match_that_runs() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let chapters = Chapters::of_installation(&dir);
        assert!(chapters.mark(None, at(1)).is_none(), "no match, no chapter");
        for (key, ms, so_many) in [("cs2:a", 2, 1), ("cs2:b", 3, 1), ("cs2:a", 4, 2)] {
            let marked = chapters.mark(Some(&glance(key, Some(84_000))), at(ms)).unwrap();
            assert_eq!((marked.match_key.as_str(), marked.of_match), (key, so_many));
            assert!(marked.not_kept.is_none());
        }
        let of_b = chapters.of("cs2:b");
        assert_eq!((of_b[0].seen, of_b[0].match_clock_ms), (at(3), Some(84_000)));
    }

    fn at(ms: i64) -> WallTime {
        WallTime::from_unix_ms(ms)
    }

    fn glance(match_key: &str, match_clock_ms: Option<i64>) -> Glance {
        Glance { match_key: match_key.to_owned(), match_clock_ms, ..Glance::default() }
    }
}
