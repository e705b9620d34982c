//! The live feed of a match, as server-sent events.
//!
//! A feed is a task ([`pump`]) that reads the changes of its match from the
//! database, page by page, and hands them to its connection: nothing is kept for
//! a consumer that does not read, and one that comes back says how far it came.
//! Whoever folds something in tells the [`Hub`], which wakes the match's feeds.

mod body;
mod event_stream;
mod hub;
mod mark;
mod piece;
mod places;
mod pump;

pub(crate) use event_stream::CONTENT_TYPE;
pub(crate) use hub::Hub;
pub(crate) use mark::{InvalidMark, Mark};
pub(crate) use places::Feeds;
pub(crate) use pump::{Opening, open};
