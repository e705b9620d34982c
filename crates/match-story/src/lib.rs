//! A match told from its events: summary, timeline, recap, chapters. Pure.
//!
//! [`read`] takes the bodies that this PC kept of one match, in any order and
//! possibly damaged, and makes a [`Story`] of them. Everything else is a view of
//! the story: [`Summary`] for the list of matches, [`Timeline`] and [`Table`] for
//! its page, [`Recap`] when it ends, [`chapters()`] for a video's description,
//! [`csv()`] for a spreadsheet, and [`Witnessed`], which joins it with what the
//! server made of it.
//!
//! # Invariants
//!
//! - The same bodies in any order, any of them repeated, give the same story.
//! - No body makes it panic: what cannot be used is counted by its reason.
//! - Nothing is invented: what the game did not tell is absent, and what was
//!   counted here from events says so.
//! - No text for people: words and languages are the page's.

mod body;
mod chapters;
mod csv;
mod details;
mod duration;
mod film;
mod fold;
mod kind_word;
mod order;
mod part;
mod placement;
mod recap;
mod rounds;
mod score;
mod search;
mod sides;
mod story;
mod summary;
mod table;
mod tally;
mod timeline;
mod witnesses;

pub use body::UnusedBodies;
pub use chapters::{
    CHAPTER_SECONDS_MIN, CHAPTERS_MIN, Chapter, ChapterPick, Chapters, Fitness, OwnMark, OwnMarks,
    UnknownMark, Whose, chapters,
};
pub use csv::{ByteOrderMark, Separator, Sheet, csv};
pub use details::Said;
pub use duration::MatchDuration;
pub use kind_word::KindWord;
pub use part::Part;
pub use recap::{MultiKills, Recap, RecapEvent, Uploads, recap};
pub use rounds::RoundResult;
pub use score::{MatchOutcome, MatchScore, SidePoints};
pub use search::{DayNames, OffsetSince, Places, Query};
pub use story::{Reading, Stage, Story, read};
pub use summary::{Summary, ToldAt};
pub use table::{Table, TableColumn, TableRow, table};
pub use tally::{KindCount, Observer, OwnCounts};
pub use timeline::{Lane, LaneCount, Mark, RoundSpan, Timeline, TimelineAxis, timeline};
pub use witnesses::{
    EventWitnesses, Occurrence, OccurrencePage, Standing, Sure, Witness, Witnessed, witnessed,
};
