//! What the last run saw of each game that this version does not know, as a file that a
//! player can give away: names of fields and how often, no values and no names of people.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{DataDir, SourceStatus};

/// The longest word of a name that is shown: the longest that any game is known to use
/// has 34 characters.
const WORD_CHARS_MAX: usize = 40;

/// Digits of a word: an account's id has eight at least.
const WORD_DIGITS_MAX: usize = 5;

/// Stands for what may name somebody.
const REDUCED: &str = "…";

/// What the games of the last run said that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftReport {
    /// The version of this form.
    pub ringside_drift: u32,
    /// The version of Ringside that looks.
    pub app: String,
    /// The rules by which it reads games.
    pub session_logic: u32,
    /// One a source that the last run read.
    pub sources: Vec<SourceDrift>,
}

/// One source's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceDrift {
    /// The source's name.
    pub source: String,
    /// Frames read.
    pub frames: u64,
    /// Frames that could not be read.
    pub unreadable: u64,
    /// Unknown names and how often each was seen, reduced.
    pub names: BTreeMap<String, u64>,
    /// The same by the game's build, where the source tells it.
    pub builds: BTreeMap<String, BTreeMap<String, u64>>,
}

/// The report on the last run of this installation; empty where there was none.
#[must_use]
pub fn drift_report(dir: &DataDir) -> DriftReport {
    let sources = last_run(dir).iter().map(SourceDrift::of).collect();
    DriftReport {
        ringside_drift: 1,
        app: crate::version(),
        session_logic: game_session::SESSION_LOGIC,
        sources,
    }
}

/// How the sources were when they were last read.
pub(crate) fn last_run(dir: &DataDir) -> Vec<SourceStatus> {
    let kept = std::fs::read(dir.source_report()).ok();
    kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

impl SourceDrift {
    fn of(status: &SourceStatus) -> Self {
        let builds = &status.drift_by_build;
        Self {
            source: status.source.clone(),
            frames: status.frames,
            unreadable: status.unreadable,
            names: reduced_all(&status.drift),
            builds: builds.iter().map(|(build, of)| (reduced(build), reduced_all(of))).collect(),
        }
    }
}

fn reduced_all(names: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for (name, times) in names {
        let count: &mut u64 = all.entry(reduced(name)).or_default();
        *count = count.saturating_add(*times);
    }
    all
}

/// A name without what may be a person's: a value goes, and so does every word that is
/// no word of a program's.
fn reduced(name: &str) -> String {
    // Elite's events are written so; what else stands behind a `=` is a value.
    let (name, value) = match name.split_once('=') {
        Some(("event", event)) => (format!("event {event}"), ""),
        Some((field, _)) => (field.to_owned(), "=…"),
        None => (name.to_owned(), ""),
    };
    let mut reduced = String::new();
    for piece in name.split_inclusive(|char: char| !is_of_a_word(char)) {
        let word = piece.trim_end_matches(|char: char| !is_of_a_word(char));
        reduced.push_str(if is_plain(word) { word } else { REDUCED });
        reduced.extend(piece[word.len()..].chars().map(plain_mark));
    }
    reduced + value
}

fn is_of_a_word(char: char) -> bool {
    // Another alphabet's letters belong to a word, which is then no program's.
    char.is_alphanumeric() || !char.is_ascii() || matches!(char, '_' | '-' | '#' | '@')
}

/// What stands between words, where it is one that our names have.
fn plain_mark(mark: char) -> char {
    if matches!(mark, ' ' | '.' | '*' | ':' | '(' | ')' | '[' | ']' | ',' | '/') {
        mark
    } else {
        '_'
    }
}

fn is_plain(word: &str) -> bool {
    let is_programs = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    word.len() <= WORD_CHARS_MAX
        && word.chars().all(is_programs)
        && word.chars().filter(char::is_ascii_digit).count() <= WORD_DIGITS_MAX
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_fields_stay_and_what_may_be_a_person_goes() {
        for (name, expected) in [
            ("map.new_word", "map.new_word"),
            ("player.state.equip: text", "player.state.equip: text"),
            ("allPlayers.*.newScore", "allPlayers.*.newScore"),
            ("round.phase=Ana plays here", "round.phase=…"),
            ("event TurretKilled", "event TurretKilled"),
            ("event=NewThing (4.1.0.100)", "event NewThing (4.1.0.100)"),
            ("allplayers.76561198000000001.x", "allplayers.….x"),
            ("roster.Ana#EUW", "roster.…"),
            ("names.Ægir", "names.…"),
            ("kill_feed (deaths that it did not tell)", "kill_feed (deaths that it did not tell)"),
        ] {
            assert_eq!(reduced(name), expected);
        }
    }

    #[test]
    fn what_is_alike_when_reduced_is_counted_together() {
        let names = [("a.111111111", 2), ("a.222222222", 3)].map(|(n, t)| (n.to_owned(), t));
        assert_eq!(reduced_all(&names.into()), [("a.…".to_owned(), 5)].into());
    }

    #[test]
    fn the_report_is_of_the_last_run_by_build() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        assert!(drift_report(&dir).sources.is_empty(), "there was no run");
        let drift: BTreeMap<_, _> = [("map.weather".to_owned(), 7)].into();
        let drift_by_build = [("14094".to_owned(), drift.clone())].into();
        let status = SourceStatus {
            source: "cs2".to_owned(),
            frames: 9,
            drift: drift.clone(),
            drift_by_build,
            last_unreadable: Some("Ana's frame".to_owned()),
            ..SourceStatus::default()
        };
        std::fs::write(dir.source_report(), serde_json::to_vec(&[status]).unwrap()).unwrap();
        let report = drift_report(&dir);
        assert_eq!(report.sources[0].builds["14094"], drift);
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.contains("map.weather") && !json.contains("Ana"), "{json}");
    }

    proptest! {
        #[test]
        fn no_account_of_a_player_stays(
            before in "[a-z.]{0,9}", id in "[0-9]{8,20}", after in "[a-z.]{0,9}"
        ) {
            let name = format!("{before}{id}{after}");
            prop_assert!(!reduced(&name).contains(&id), "{name}");
        }
    }
}
