//! A trace: what was read, what came of it, what was sent; and its one page.

mod page;
mod tape;
mod timeline;
mod words;

use event_model::IdStory;
use serde::Serialize;

use crate::EventDiff;
pub use page::trace_page;
pub use tape::{HELD_BYTES_MAX, SILENT_FRAMES_MAX, TELLING_FRAMES_MAX, TraceTape};

/// Everything that a trace shows.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The recording's name, without its folder.
    pub file: String,
    /// What is known of the whole, each with its label.
    pub facts: Vec<(String, String)>,
    /// What was read, in order.
    pub tape: TraceTape,
    /// What was sent, in order.
    pub exchanges: Vec<Exchange>,
    /// How many further requests are not shown.
    pub exchanges_left_out: u64,
    /// What must hold, and whether it does.
    pub promises: Vec<Promise>,
    /// How the events differ from those expected, where some were.
    pub differences: Option<EventDiff>,
}

/// Something that was to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// What.
    pub what: String,
    /// Whether it does.
    pub holds: bool,
    /// What was seen.
    pub said: String,
}

/// One line of the tape.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A frame.
    Frame(TracedFrame),
    /// A reading that failed, as it was recorded.
    Fault {
        /// Milliseconds since the recording's beginning.
        t_ms: u64,
        /// What failed.
        text: String,
    },
    /// A word of a person's.
    Mark {
        /// Milliseconds since the recording's beginning.
        t_ms: u64,
        /// The word.
        text: String,
    },
    /// Something that this replay did of its own: a fault that it played.
    Played {
        /// Milliseconds since the recording's beginning.
        t_ms: u64,
        /// What it did.
        text: String,
    },
    /// The end.
    End {
        /// Milliseconds since the recording's beginning.
        t_ms: u64,
        /// Why.
        text: String,
    },
    /// Frames that there was no room for.
    LeftOut {
        /// When the first of them was read.
        from_ms: u64,
        /// When the last of them was read.
        to_ms: u64,
        /// How many.
        frames: u64,
        /// How many events they made.
        events: u64,
    },
}

/// A frame, and what came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TracedFrame {
    /// Its place among the frames of the recording, from 1.
    pub number: u64,
    /// Milliseconds since the recording's beginning.
    pub t_ms: u64,
    /// How it came: channel, method, path, status.
    pub about: String,
    /// Its bytes; `None` where there was no room for them.
    pub body: Option<Vec<u8>>,
    /// How many bytes it has.
    pub bytes: usize,
    /// Why it could not be read, where it could not.
    pub unreadable: Option<String>,
    /// Names in it that this version does not know.
    pub unknown: Vec<String>,
    /// What it made.
    pub events: Vec<TracedEvent>,
}

/// An event, and what its id was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedEvent {
    /// Its id.
    pub id: String,
    /// Its kind's word.
    pub kind: String,
    /// The event in words.
    pub words: String,
    /// The event as JSON.
    pub json: String,
    /// What entered its id; `None` where it was made in an earlier frame and held back.
    pub made_of: Option<IdStory>,
}

/// One request, and its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Milliseconds since the replay began, on this machine's clock.
    pub at_ms: u64,
    /// Ids of the events that were sent, in order.
    pub ids: Vec<String>,
    /// The answer in words: its status, or why there was none.
    pub answer: String,
    /// What it said of each event.
    pub receipts: Vec<ReceiptLine>,
}

/// What the server said of one event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptLine {
    /// Its id.
    pub id: String,
    /// The server's word.
    pub status: String,
    /// Its code and detail, where it gave some.
    pub detail: String,
}

#[cfg(test)]
mod tests;
