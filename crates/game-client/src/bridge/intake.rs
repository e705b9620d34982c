//! Which messages were taken: by the page's own numbers.
//!
//! Whoever forwards Overwolf's messages without a page of ours has none. These are passed
//! on as they come: that two in a row which say the same are one, the session knows.

use std::collections::VecDeque;

use serde::{Deserialize, de::IgnoredAny};

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

/// What a text is, as far as can be told without reading what it tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A message of the page.
    Numbered(Numbered),
    /// A message of Overwolf's as it came, or in another's envelope.
    Bare,
    /// Neither.
    None,
}

/// The members by which one of Overwolf's own messages is known, and a number that is none.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Members {
    run: Option<IgnoredAny>,
    seq: Option<IgnoredAny>,
    events: Option<IgnoredAny>,
    info: Option<IgnoredAny>,
    res: Option<IgnoredAny>,
    key: Option<IgnoredAny>,
    event: Option<IgnoredAny>,
    payload: Option<IgnoredAny>,
    raw: Option<IgnoredAny>,
}

impl Members {
    fn are_overwolfs(&self) -> bool {
        let Self { run, seq, events, info, res, key, event, payload, raw } = self;
        let tells = [events, info, res, key, event, payload, raw].into_iter().any(Option::is_some);
        tells && run.is_none() && seq.is_none()
    }
}

impl Shape {
    pub(super) fn of(text: &str) -> Self {
        if let Ok(numbered) = serde_json::from_str::<Numbered>(text) {
            let is_short = numbered.run.len() <= RUN_BYTES_MAX;
            return if is_short { Self::Numbered(numbered) } else { Self::None };
        }
        let members: Members = serde_json::from_str(text).unwrap_or_default();
        if members.are_overwolfs() { Self::Bare } else { Self::None }
    }
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
    fn what_tells_nothing_of_overwolfs_and_has_no_number_is_no_message() {
        for text in [
            "",
            "[]",
            "7",
            "{}",
            r#"{"run":"a"}"#,
            r#"{"run":1,"seq":1,"payload":{}}"#,
            r#"{"run":"a","seq":-1,"payload":{}}"#,
            r#"{"key":null}"#,
        ] {
            assert_eq!(Shape::of(text), Shape::None, "{text}");
        }
        let long = format!(r#"{{"run":"{}","seq":1,"payload":{{}}}}"#, "a".repeat(65));
        assert_eq!(Shape::of(&long), Shape::None);
    }

    #[test]
    fn overwolfs_own_messages_need_no_number() {
        for text in [
            r#"{"events":[{"name":"kill","data":"1"}]}"#,
            r#"{"info":{"match_info":{"round_number":"1"}},"feature":"match_info"}"#,
            r#"{"success":true,"error":"","res":{}}"#,
            r#"{"gameId":21640,"feature":"kill","key":"kill","value":"1"}"#,
            r#"{"gameId":21640,"feature":"match_info","category":"match_info","key":"map","value":"x"}"#,
            r#"{"at":1,"raw":{"events":[]}}"#,
        ] {
            assert_eq!(Shape::of(text), Shape::Bare, "{text}");
        }
        let numbered = r#"{"run":"a","seq":1,"payload":{"events":[]}}"#;
        assert_eq!(Shape::of(numbered), Shape::Numbered(number("a", 1)));
    }
}
