//! The marks of a timeline as text, a row each.

use event_model::EventId;
use serde::{Deserialize, Serialize};

use crate::{Mark, Timeline};

/// The table behind a timeline: the same marks in the same order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Table {
    /// What stands in the cells of each row, from the left. A column in which no
    /// row has anything is left out.
    pub columns: Vec<TableColumn>,
    /// One a mark.
    pub rows: Vec<TableRow>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct TableRow {
    /// The mark's event.
    #[cfg_attr(feature = "specta", specta(type = String))]
    pub event_id: EventId,
    /// As many as the table has columns; empty where there is nothing to say.
    pub cells: Vec<String>,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TableColumn {
    /// The round's number.
    Round,
    /// The game's own clock, as `mm:ss`.
    Clock,
    /// When this PC saw it, RFC 3339.
    Seen,
    /// The kind's word.
    Kind,
    /// Who did it.
    Attacker,
    /// To whom, or to what.
    Victim,
    /// With whose help, separated by commas.
    Assists,
    /// The player's part, in [`Part`](crate::Part)'s word.
    Part,
    /// The game's own word for what it was.
    Named,
    /// Kills in a row.
    Streak,
    /// The game's own word for the weapon.
    Weapon,
}

impl TableColumn {
    /// Every column, from the left.
    pub const ALL: [Self; 11] = [
        Self::Round,
        Self::Clock,
        Self::Seen,
        Self::Kind,
        Self::Attacker,
        Self::Victim,
        Self::Assists,
        Self::Part,
        Self::Named,
        Self::Streak,
        Self::Weapon,
    ];

    /// What a mark has to say in this column.
    #[must_use]
    pub fn cell(self, mark: &Mark) -> String {
        match self {
            Self::Round => mark.round.map(|round| round.to_string()).unwrap_or_default(),
            Self::Clock => mark.match_clock_ms.map(clock).unwrap_or_default(),
            Self::Seen => mark.seen.to_string(),
            Self::Kind => mark.kind.to_string(),
            Self::Attacker => mark.attacker.clone().unwrap_or_default(),
            Self::Victim => mark.victim.clone().unwrap_or_default(),
            Self::Assists => mark.assists.join(", "),
            Self::Part => mark.part.as_str().to_owned(),
            Self::Named => mark.named.clone().unwrap_or_default(),
            Self::Streak => mark.streak.map(|streak| streak.to_string()).unwrap_or_default(),
            Self::Weapon => mark.weapon.clone().unwrap_or_default(),
        }
    }
}

/// Writes down what a timeline draws.
#[must_use]
pub fn table(timeline: &Timeline) -> Table {
    let said =
        |column: &TableColumn| timeline.marks.iter().any(|mark| !column.cell(mark).is_empty());
    let columns: Vec<_> = TableColumn::ALL.into_iter().filter(said).collect();
    let rows = timeline.marks.iter().map(|mark| TableRow {
        event_id: mark.event_id,
        cells: columns.iter().map(|column| column.cell(mark)).collect(),
    });
    Table { rows: rows.collect(), columns }
}

/// `mm:ss`, with hours where there are any; a clock may begin below zero.
fn clock(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}", minutes_and_seconds(ms.unsigned_abs() / 1_000))
}

/// `09:05`, and `1:00:00` from the hour on.
pub(crate) fn minutes_and_seconds(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes:02}:{rest:02}"),
        hours => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}
