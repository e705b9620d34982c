//! What a journal's name says.

/// A journal's file name, taken apart: `Journal.2025-11-01T155552.01.log`, and
/// `Journal.220315152335.01.log` before March 2022; the betas' begin with
/// `JournalBeta` and `JournalAlpha`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JournalName {
    /// What the parts of one start share: all but the part's number.
    pub(super) stem: String,
    /// Counted from 1; absent where a person renamed the file.
    pub(super) part: Option<u32>,
}

impl JournalName {
    pub(super) fn of(file: &str) -> Self {
        Self::read(file).unwrap_or_else(|| Self { stem: file.to_owned(), part: None })
    }

    fn read(file: &str) -> Option<Self> {
        let rest = file.strip_prefix("Journal")?.strip_suffix(".log")?;
        let (stem, part) = rest.rsplit_once('.')?;
        Some(Self { stem: stem.to_owned(), part: Some(part.parse().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_one_start_share_a_stem() {
        let one = JournalName::of("Journal.2025-11-01T155552.01.log");
        let two = JournalName::of("Journal.2025-11-01T155552.02.log");
        assert_eq!((one.stem.as_str(), one.part), (".2025-11-01T155552", Some(1)));
        assert_eq!((two.stem, two.part), (one.stem, Some(2)));
        assert_eq!(JournalName::of("Journal.220315152335.01.log").part, Some(1));
        assert_eq!(JournalName::of("JournalBeta.220315152335.03.log").part, Some(3));
        let renamed = JournalName { stem: "mine.log".to_owned(), part: None };
        assert_eq!(JournalName::of("mine.log"), renamed);
    }
}
