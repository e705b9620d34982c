//! Which messages were taken: by the page's own numbers.

use std::collections::VecDeque;

use serde::Deserialize;

/// Starts of the page that are remembered.
const RUNS_MAX: usize = 16;

/// The longest name of a start: a UUID has 36.
const RUN_BYTES_MAX: usize = 64;

/// The page's own number of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Numbered {
    /// Which start of the page.
    run: String,
    /// From 1, without a gap.
    seq: u64,
}

/// Whether a message is new.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sorted {
    /// It is, and so many numbers before it never came.
    New { missing: u64 },
    /// It was taken before.
    Repeated,
}

/// What was taken of each start of the page.
#[derive(Debug, Default)]
pub(super) struct Intake {
    runs: VecDeque<Numbered>,
}

/// The number that the page gave a message; nothing where it is no message of the page.
pub(super) fn number_of(text: &str) -> Option<Numbered> {
    let numbered: Numbered = serde_json::from_str(text).ok()?;
    (numbered.run.len() <= RUN_BYTES_MAX).then_some(numbered)
}

impl Intake {
    pub(super) fn sort(&self, numbered: &Numbered) -> Sorted {
        match self.runs.iter().find(|known| known.run == numbered.run) {
            Some(last) if numbered.seq <= last.seq => Sorted::Repeated,
            Some(last) => Sorted::New { missing: numbered.seq - last.seq - 1 },
            // Whoever begins to listen late lost nothing that was sent to nobody.
            None => Sorted::New { missing: 0 },
        }
    }

    pub(super) fn took(&mut self, numbered: Numbered) {
        self.runs.retain(|known| known.run != numbered.run);
        self.runs.push_back(numbered);
        if self.runs.len() > RUNS_MAX {
            self.runs.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(run: &str, seq: u64) -> Numbered {
        Numbered { run: run.to_owned(), seq }
    }

    #[test]
    fn a_number_is_taken_once_and_gaps_are_counted() {
        let mut intake = Intake::default();
        assert_eq!(intake.sort(&number("a", 7)), Sorted::New { missing: 0 });
        intake.took(number("a", 7));
        assert_eq!(intake.sort(&number("a", 7)), Sorted::Repeated);
        assert_eq!(intake.sort(&number("a", 3)), Sorted::Repeated);
        assert_eq!(intake.sort(&number("a", 10)), Sorted::New { missing: 2 });
        assert_eq!(intake.sort(&number("b", 1)), Sorted::New { missing: 0 });
    }

    #[test]
    fn what_has_no_number_is_no_message_of_the_page() {
        for text in
            ["", "[]", "{}", r#"{"run":"a"}"#, r#"{"run":1,"seq":1}"#, r#"{"run":"a","seq":-1}"#]
        {
            assert_eq!(number_of(text), None, "{text}");
        }
        let long = format!(r#"{{"run":"{}","seq":1}}"#, "a".repeat(65));
        assert_eq!(number_of(&long), None);
    }
}
