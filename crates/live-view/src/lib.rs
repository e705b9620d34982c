//! What a player is shown of a running match, and when a page is told of it. Pure.
//!
//! [`LiveView`] holds what there is to show: the feed, the match at a glance,
//! the games that are read and the upload. Each page that shows it (a window,
//! the page for a stream) has a [`Watcher`], which says what that page is still
//! to be told and when. All types here cross to the pages as they are.
//!
//! # Invariants
//!
//! - A page that was told everything shows what the view holds, whenever it
//!   began to look and however often it was not looked at.
//! - What is kept for a page that does not look is one number.
//! - A page is told at most once in [`TELL_INTERVAL_MS`], and first at once.

mod feed_line;
mod source_state;
mod status;
mod view;
mod watcher;

pub use game_session::{Glance, Phase, Score, Tally};

pub use feed_line::{FeedLine, Saved};
pub use source_state::SourceState;
pub use status::{
    Capture, CompanionStatus, GameOff, PauseCode, SourceStatus, Status, UploadStatus,
};
pub use view::{FEED_LINES_MAX, LiveUpdate, LiveView, Running};
pub use watcher::{Attention, Due, TELL_INTERVAL_MS, Watcher};
