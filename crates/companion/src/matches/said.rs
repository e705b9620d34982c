//! What pages ask of the history and are told.

use std::collections::BTreeMap;

use event_model::WallTime;
use match_story::{
    ChapterPick, Places, Recap, Separator, Summary, Table, Timeline, UnusedBodies, Uploads,
    Witnessed,
};
use serde::{Deserialize, Serialize};

/// What a player looks for among the matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MatchSearch {
    /// What was typed; empty for every match.
    pub text: String,
    /// The player's clock and words for days.
    pub places: Places,
    /// The page's words by the games' own: a map's or a mode's name as it is shown, and
    /// those for `won`, `lost` and `drawn`.
    pub shown: BTreeMap<String, String>,
}

/// Some matches, and where they go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MatchesPage {
    /// The newest first.
    pub matches: Vec<Summary>,
    /// What the next page is asked for by; absent on the last one.
    pub next: Option<String>,
    /// How many matches fit the search, on all pages.
    pub found: u32,
    /// How many the history has.
    pub kept: u32,
    /// How many were given up to make room, ever: the oldest go first.
    pub given_up: u32,
    /// Where the damaged history is that was set aside, as long as it is there; what
    /// the upload queue still has was read again from there.
    pub set_aside: Option<String>,
    /// Matches that are gone from the history and not yet from everywhere.
    pub erasing: Vec<ErasingMatch>,
}

/// A match that is being erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ErasingMatch {
    /// The match.
    pub key: String,
    /// Whether the server has still to erase it.
    pub at_server: bool,
}

/// One match, told whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct OpenMatch {
    /// In one line.
    pub summary: Summary,
    /// As a picture.
    pub timeline: Timeline,
    /// The table behind the picture.
    pub table: Table,
    /// In a few numbers; none before it has ended.
    pub recap: Option<Recap>,
    /// Where its events are.
    pub uploads: Uploads,
    /// What was kept of it and cannot be told.
    pub unused: UnusedBodies,
    /// Events for which it had no room: of a match with tens of thousands.
    pub left_out: u32,
    /// What the server made of it, where that is final and was read before.
    pub witnessed: Option<Witnessed>,
}

/// Chapters that a player wishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ChapterWish {
    /// The event that the video begins with.
    pub start: String,
    /// Which marks become chapters.
    pub pick: ChapterPick,
    /// What the page calls the marks, by event id; a mark that is not here is
    /// called by its kind's word.
    pub labels: BTreeMap<String, String>,
    /// What the page calls a moment that the player marked.
    pub marked: String,
}

/// How a player wants a spreadsheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SpreadsheetWish {
    /// What parts its cells where the player lives.
    pub separator: Separator,
    /// Minutes by which the player's clock was ahead of UTC in the match.
    pub utc_offset_min: i32,
    /// What the page calls the events, by event id.
    pub labels: BTreeMap<String, String>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Spreadsheet {
    /// Where it is.
    pub path: String,
    /// Events in it.
    pub events: u32,
}

/// What the server made of a match, as far as it can be had.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum WitnessAnswer {
    /// This.
    Here {
        /// By event.
        witnessed: Witnessed,
        /// Whether it will stay so; then this PC keeps it.
        is_final: bool,
    },
    /// The server shows it when the match is final.
    NotYet {
        /// When that is at the earliest, RFC 3339.
        #[cfg_attr(feature = "specta", specta(type = String))]
        from: WallTime,
        /// And at the latest.
        #[cfg_attr(feature = "specta", specta(type = String))]
        until: WallTime,
    },
    /// Nobody was asked.
    NotAsked {
        /// Why.
        why: NotAsked,
    },
    /// The server was asked in vain.
    NotTold {
        /// Why.
        why: NotTold,
    },
}

/// Why the server is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotAsked {
    /// The player agreed to none.
    NoServer,
    /// The player keeps events on this PC for now.
    Held,
    /// This PC is not known to the server yet.
    NotEnrolled,
    /// Nothing of this match was sent.
    NothingSent,
}

/// Why the server was asked in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NotTold {
    /// It cannot be reached.
    Offline,
    /// It could not show that it is the server.
    Untrusted,
    /// It has too much to do, or too much was asked: later.
    Busy,
    /// This PC may not ask: its token is unknown or withdrawn.
    NotAllowed,
    /// It has nothing of the match: erased, or its time is over.
    Gone,
    /// It answered with something that this version does not understand.
    NotUnderstood,
}

/// How far a match is to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum EraseWhere {
    /// On this PC.
    Here,
    /// On this PC, and what this PC sent of it on the server.
    Everywhere,
}

/// What became of a match that was to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Erasure {
    /// Events that are gone from this PC.
    pub here: u32,
    /// Events that are being sent at this moment: they go when that is over.
    pub being_sent: u32,
    /// What the server did.
    pub server: ServerErasure,
}

/// What the server did with a match that was to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ServerErasure {
    /// It was not to be asked.
    NotWanted,
    /// This PC never sent to one, so that there is nothing to erase.
    NoServer,
    /// It has nothing of this PC's of it any more.
    Done,
    /// It is asked again until it has done it: it has more to erase than it does at
    /// once, or events were still under way to it.
    GoesOn,
    /// It is asked again until it has done it.
    Later {
        /// Why it has not yet.
        why: NotTold,
    },
}
