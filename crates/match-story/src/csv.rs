//! A match as a spreadsheet: RFC 4180, one row an event.

use event_model::Origin;

use crate::{Story, story::Placed};

/// The names of the columns.
const HEADER: [&str; 15] = [
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
];

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

/// Every event of a story, in order, below a row of names. Texts of the game's
/// that a spreadsheet could run as a formula begin with `'`.
#[must_use]
pub fn csv(story: &Story, mark: ByteOrderMark) -> String {
    let mut text = match mark {
        ByteOrderMark::Without => String::new(),
        ByteOrderMark::With => String::from('\u{feff}'),
    };
    write_row(&mut text, HEADER.map(Cell::Ours));
    for placed in story.events() {
        write_placed(&mut text, story, placed);
    }
    text
}

/// A cell by who wrote it.
enum Cell<'c> {
    /// Our own word or number, which no spreadsheet takes for a formula.
    Ours(&'c str),
    /// Anybody's text.
    Text(&'c str),
}

fn write_placed(text: &mut String, story: &Story, placed: &Placed) {
    let (event, data) = (&placed.event, &placed.event.data);
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let name = |name: &'_ Option<String>| name.clone().unwrap_or_default();
    let details = serde_json::to_string(&data.details).expect("details are JSON with string keys");
    let cells = [
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
    ];
    write_row(text, cells);
}

fn write_row<'c>(text: &mut String, cells: impl IntoIterator<Item = Cell<'c>>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        match cell {
            Cell::Ours(cell) => write_quoted(text, cell),
            Cell::Text(cell) => write_quoted(text, &guarded(cell)),
        }
    }
    text.push_str("\r\n");
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
