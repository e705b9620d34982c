//! A match as a spreadsheet: RFC 4180, one row an event.

use std::collections::BTreeMap;

use event_model::{EventId, Kind, Origin, WallTime};
use serde::{Deserialize, Serialize};

use crate::{MatchScore, Said, Story, story::Placed};

/// The names of the columns: what a person reads first, then what programs do.
const HEADER: [&str; 24] = [
    "local_time",
    "what",
    "event_id",
    "match",
    "game",
    "kind",
    "round",
    "match_clock_ms",
    "seen_at",
    "observer",
    "attacker",
    "victim",
    "assists",
    "part",
    "stage",
    "origin",
    "details",
    "named",
    "streak",
    "weapon",
    "headshot",
    "own_score",
    "other_score",
    "winner",
];

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// What a spreadsheet takes for the beginning of a formula, in whatever width.
const FORMULA_STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// What stands before a text that would be taken for a formula, and before a text
/// that begins with the same sign: so that taking one off gives every text back.
const GUARD: char = '\'';

/// What may part the cells in one country or another, or ends them anywhere.
const QUOTED: &[char] = &[',', ';', '\t', '"', '\r', '\n'];

/// Whether a file says by its first bytes that it is UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrderMark {
    /// Plain, as programs expect it.
    Without,
    /// For spreadsheets that would read other letters else.
    With,
}

/// What parts the cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// As RFC 4180 says.
    #[default]
    Comma,
    /// What spreadsheets expect where numbers have a decimal comma: of a comma they
    /// would make one column.
    Semicolon,
}

/// For whom a spreadsheet is written.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'s> {
    /// Whether it says that it is UTF-8.
    pub mark: ByteOrderMark,
    /// What parts its cells.
    pub separator: Separator,
    /// Minutes by which the player's clock was ahead of UTC.
    pub utc_offset_min: i32,
    /// What the player's language calls the events; one that is not here has an empty
    /// cell.
    pub labels: &'s BTreeMap<EventId, String>,
}

/// Every event of a story, in order, below a row of names. Texts of the game's
/// that a spreadsheet could run as a formula begin with `'`.
#[must_use]
pub fn csv(story: &Story, sheet: &Sheet<'_>) -> String {
    let mut out = Out {
        text: match sheet.mark {
            ByteOrderMark::Without => String::new(),
            ByteOrderMark::With => String::from('\u{feff}'),
        },
        separator: match sheet.separator {
            Separator::Comma => ',',
            Separator::Semicolon => ';',
        },
    };
    out.row(HEADER.map(Cell::Ours));
    for placed in story.events() {
        write_placed(&mut out, story, placed, sheet);
    }
    out.text
}

/// A cell by who wrote it.
enum Cell<'c> {
    /// Our own word or number, which no spreadsheet takes for a formula.
    Ours(&'c str),
    /// Anybody's text.
    Text(&'c str),
}

/// The file so far.
struct Out {
    text: String,
    separator: char,
}

fn write_placed(out: &mut Out, story: &Story, placed: &Placed, sheet: &Sheet<'_>) {
    let (event, data) = (&placed.event, &placed.event.data);
    let said = Said::of(event.kind, data);
    let ended = Ended::of(story, placed);
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let name = |name: &'_ Option<String>| name.clone().unwrap_or_default();
    let details = serde_json::to_string(&data.details).expect("details are JSON with string keys");
    let label = sheet.labels.get(&event.id).map(String::as_str).unwrap_or_default();
    let cells = [
        Cell::Ours(&local_time(event.seen, sheet.utc_offset_min)),
        Cell::Text(label),
        Cell::Ours(&event.id.to_string()),
        Cell::Text(story.key().as_str()),
        Cell::Ours(data.game.as_str()),
        Cell::Ours(event.kind.as_str()),
        Cell::Ours(&number(data.round.map(i64::from))),
        Cell::Ours(&number(data.match_clock_ms)),
        Cell::Ours(&event.seen.to_string()),
        Cell::Text(&name(&data.observer)),
        Cell::Text(&name(&data.actors.attacker)),
        Cell::Text(&name(&data.actors.victim)),
        Cell::Text(&data.actors.assists.join(", ")),
        Cell::Ours(placed.part.as_str()),
        Cell::Ours(placed.stage.as_str()),
        Cell::Ours(match event.origin {
            Origin::Live => "live",
            Origin::Replay => "replay",
        }),
        Cell::Text(&details),
        Cell::Text(&name(&said.named)),
        Cell::Ours(&number(said.streak.map(i64::from))),
        Cell::Text(&name(&said.weapon)),
        Cell::Ours(said.headshot.map(|headshot| if headshot { "yes" } else { "no" }).unwrap_or("")),
        Cell::Ours(&number(ended.own.map(i64::from))),
        Cell::Ours(&number(ended.other.map(i64::from))),
        Cell::Text(&name(&ended.winner)),
    ];
    out.row(cells);
}

/// How a round ended, in the row that tells of its end.
#[derive(Default)]
struct Ended {
    own: Option<u32>,
    other: Option<u32>,
    winner: Option<String>,
}

impl Ended {
    fn of(story: &Story, placed: &Placed) -> Self {
        let round = placed.round.filter(|_| placed.event.kind == Kind::RoundEnded);
        let Some(round) = round.and_then(|round| story.rounds().get(round)) else {
            return Self::default();
        };
        let (own, other) = match round.score() {
            Some(MatchScore::Own { own, other }) => (Some(own), Some(other)),
            Some(MatchScore::Side { .. }) | None => (None, None),
        };
        Self { own, other, winner: round.winner.clone() }
    }
}

/// `2026-11-20 20:00:00`, as every spreadsheet reads a time.
fn local_time(seen: WallTime, utc_offset_min: i32) -> String {
    let here = seen.plus_ms(i64::from(utc_offset_min) * MINUTE_MS).to_string();
    here.get(..19).unwrap_or(&here).replace('T', " ")
}

impl Out {
    fn row<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                self.text.push(self.separator);
            }
            match cell {
                Cell::Ours(cell) => write_quoted(&mut self.text, cell),
                Cell::Text(cell) => write_quoted(&mut self.text, &guarded(cell)),
            }
        }
        self.text.push_str("\r\n");
    }
}

fn guarded(cell: &str) -> String {
    let guard = cell.starts_with(FORMULA_STARTS) || cell.starts_with(GUARD);
    if guard { format!("{GUARD}{cell}") } else { cell.to_owned() }
}

fn write_quoted(text: &mut String, cell: &str) {
    if cell.contains(QUOTED) {
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}
