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

/// What stands before a name in our own words; a name itself has no spaces in it.
const KINDS: [&str; 4] = ["event ", "info ", "message ", "gameId "];

/// Our own words where there is no name.
const OWN: [&str; 2] = ["more events than a game has", "Truncating log"];

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
    // What follows is of our own making: `: text`, `(deaths that it did not tell)`.
    let end = [": ", " ("].iter().filter_map(|mark| name.find(mark)).min().unwrap_or(name.len());
    let (name, own) = name.split_at(end);
    let kind = KINDS.iter().find(|kind| name.starts_with(**kind)).map_or(0, |kind| kind.len());
    let (kind, field) = name.split_at(kind);
    let has_spaces = field.contains(' ') && !OWN.contains(&name);
    let field = if has_spaces { REDUCED.to_owned() } else { words(field) };
    format!("{kind}{field}{}{value}", words(own))
}

/// Each word that is one of a program's.
fn words(name: &str) -> String {
    let mut reduced = String::new();
    for piece in name.split_inclusive(|char: char| !is_of_a_word(char)) {
        let word = piece.trim_end_matches(|char: char| !is_of_a_word(char));
        reduced.push_str(if is_plain(word) { word } else { REDUCED });
        reduced.extend(piece[word.len()..].chars().map(plain_mark));
    }
    reduced
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
    use event_model::{Reading, Source};
    use proptest::prelude::*;
    use recording::Item;
    use serde_json::Value;

    use super::*;
    use crate::pipeline::SourceCounts;

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
            ("roster.Ana Banana", "…"),
            ("event Ana Banana", "event …"),
            (
                "Truncating log (the game stopped writing)",
                "Truncating log (the game stopped writing)",
            ),
            ("Ana Banana: text", "…: text"),
            ("kill_feed (deaths that it did not tell)", "kill_feed (deaths that it did not tell)"),
        ] {
            assert_eq!(reduced(name), expected);
        }
    }

    /// What a person may have written, and looks like a field.
    const VALUE: &str = "SecretWord";

    /// Names of happenings are the game's own words, as the report is to tell them.
    const HAPPENINGS: [&str; 5] = ["EventName", "event", "event_type", "Event", "type"];

    /// Every text is the value, also in a document within a text, and there is more than
    /// was known, with the value within.
    fn written_over(document: &mut Value) {
        match document {
            Value::Object(members) => {
                for (name, member) in members.iter_mut() {
                    if !HAPPENINGS.contains(&name.as_str()) {
                        written_over(member);
                    }
                }
                let further = serde_json::json!({ "further_word": VALUE });
                members.insert("further_field".to_owned(), further);
            }
            Value::Array(members) => members.iter_mut().for_each(written_over),
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(mut within @ (Value::Object(_) | Value::Array(_))) => {
                    written_over(&mut within);
                    *text = within.to_string();
                }
                Ok(_) | Err(_) => *text = VALUE.to_owned(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    #[test]
    fn whatever_a_game_says_no_value_of_it_stands_in_the_report() {
        for (source, fixture) in [
            (Source::League, "league/simulated_match.jsonl"),
            (Source::Cs2, "cs2/two_matches.jsonl"),
            (Source::Dota2, "dota2/simulated_match.jsonl"),
            (Source::RocketLeague, "rocket_league/simulated_match.jsonl"),
        ] {
            let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../game-session/tests/fixtures");
            let file = std::path::Path::new(fixtures).join(fixture);
            let mut counts = SourceCounts::default();
            let mut state = game_session::SourceState::new(source).unwrap();
            for entry in recording::import(&file, None).unwrap().entries().unwrap() {
                let Item::Frame(mut frame) = entry.unwrap().item else { continue };
                let mut document: Value = serde_json::from_slice(&frame.body).unwrap();
                written_over(&mut document);
                frame.body = document.to_string().into_bytes();
                counts.drift.merge(&state.observe(&Reading::Frame(frame)).drift);
            }
            let drift: BTreeMap<_, _> =
                counts.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect();
            assert!(drift.keys().any(|name| name.contains("further_field")), "{source}: {drift:?}");
            let status = SourceStatus { drift, ..SourceStatus::default() };
            let told = serde_json::to_string(&SourceDrift::of(&status)).unwrap();
            assert!(!told.contains(VALUE), "{source}: {told}");
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
