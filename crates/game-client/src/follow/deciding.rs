//! What is to be done next, of what the disk shows.

use event_model::WallTime;

/// How long a game that is running may write nothing: a menu that nobody touches.
const SILENT_MS_MAX: i64 = 10 * 60 * 1_000;

/// A file that is read, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Where the next line begins.
    pub(super) offset: u64,
    /// How long the file is.
    pub(super) size: u64,
    /// Whether what was read of it still stands in it.
    pub(super) past: Past,
}

/// Whether what was read of a file still stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past {
    Stands,
    /// Other bytes are there.
    Changed,
}

/// What is to be done with a file that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing was written.
    Wait,
    /// It goes on.
    ReadOn,
    /// It begins anew.
    StartOver(StartOver),
}

/// Why a file is read from its start again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StartOver {
    /// It is shorter than what was read of it.
    Shortened,
    /// It was shortened and has grown since, or was written anew.
    Rewritten,
}

/// Decides for one file.
pub(super) fn next(file: Standing) -> Next {
    if file.size < file.offset {
        Next::StartOver(StartOver::Shortened)
    } else if file.past == Past::Changed {
        Next::StartOver(StartOver::Rewritten)
    } else if file.size > file.offset {
        Next::ReadOn
    } else {
        Next::Wait
    }
}

/// The last file of a folder, in the game's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Newest {
    pub(super) name: String,
    pub(super) size: u64,
    /// When it was written last; absent where the disk does not say.
    pub(super) written_ms: Option<i64>,
}

/// Whether the newest file is of a session that goes on. `former` is what was the
/// newest when it was first looked, at `started`: where that changed, somebody plays,
/// whatever the clocks of this PC and of the disk say.
pub(super) fn is_played(newest: &Newest, former: Option<&Newest>, started: WallTime) -> bool {
    let is_recent = |written_ms| started.unix_ms() - written_ms <= SILENT_MS_MAX;
    former.is_some_and(|former| (&former.name, former.size) != (&newest.name, newest.size))
        || newest.written_ms.is_none_or(is_recent)
}

/// What is known of a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Nothing: it was not there before.
    New,
    /// A file that is open was begun under it.
    OfOpen,
    /// Its file was read, or left out at the beginning.
    Done,
}

/// Which file stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// One that is open.
    Open,
    Another,
    /// It cannot be opened now; mostly it can a moment later.
    Unknown,
}

/// What becomes of a file of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is begun once those before it are read to their ends.
    Begin,
    /// An open one has a further name, which is known from now on.
    Renamed,
    /// It is open, done, or asked again later.
    Leave,
}

/// Decides for a file of the folder. A file that appears while others are read is
/// a later one whatever it is called: a clock that is set back makes earlier names.
pub(super) fn fate(name: Name, identity: impl FnOnce() -> Identity) -> Fate {
    if name == Name::Done {
        return Fate::Leave;
    }
    match (name, identity()) {
        (Name::New, Identity::Open) => Fate::Renamed,
        (Name::New | Name::OfOpen, Identity::Another) => Fate::Begin,
        (Name::OfOpen, Identity::Open) | (_, Identity::Unknown) | (Name::Done, _) => Fate::Leave,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OF_OPEN: [(Name, Identity, Fate); 3] = [
        (Name::OfOpen, Identity::Open, Fate::Leave),
        (Name::OfOpen, Identity::Another, Fate::Begin),
        (Name::OfOpen, Identity::Unknown, Fate::Leave),
    ];

    #[test]
    fn another_file_under_the_name_of_an_open_one_is_begun() {
        for (name, identity, expected) in OF_OPEN {
            assert_eq!(fate(name, || identity), expected, "{identity:?}");
        }
    }

    #[test]
    fn an_open_file_under_a_new_name_is_no_other() {
        assert_eq!(fate(Name::New, || Identity::Open), Fate::Renamed);
        assert_eq!(fate(Name::New, || Identity::Another), Fate::Begin);
    }

    #[test]
    fn a_file_that_is_done_is_not_even_opened() {
        assert_eq!(fate(Name::Done, || panic!("it was opened")), Fate::Leave);
    }

    #[test]
    fn a_session_is_played_if_its_file_is_written() {
        let newest = |name: &str, size, written_ms| Newest {
            name: name.to_owned(),
            size,
            written_ms: Some(written_ms),
        };
        let started = WallTime::from_unix_ms(SILENT_MS_MAX + 1);
        let (old, recent) = (newest("a", 5, 0), newest("a", 5, 1));
        assert!(!is_played(&old, None, started), "it was over");
        assert!(is_played(&recent, None, started), "it runs");
        assert!(!is_played(&old, Some(&old), started), "nothing happened");
        assert!(is_played(&newest("a", 6, 0), Some(&old), started), "it grew");
        assert!(is_played(&newest("b", 5, 0), Some(&old), started), "the next one began");
    }

    proptest! {
        /// What is there is read; of a file that fell, or changed, nothing is
        /// believed; and who waits has read everything.
        #[test]
        fn whatever_a_file_shows_nothing_is_left_and_nothing_is_believed_wrongly(
            (offset, size) in (0u64..6, 0u64..6),
            changed in any::<bool>(),
        ) {
            let past = if changed { Past::Changed } else { Past::Stands };
            match next(Standing { offset, size, past }) {
                Next::StartOver(StartOver::Shortened) => prop_assert!(size < offset),
                Next::StartOver(StartOver::Rewritten) => prop_assert!(changed && size >= offset),
                Next::ReadOn => prop_assert!(!changed && size > offset),
                Next::Wait => prop_assert!(!changed && size == offset),
            }
        }
    }
}
