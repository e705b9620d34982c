//! One module per part of the contract.

pub(crate) mod devices;
pub(crate) mod erasing;
pub(crate) mod events;
pub(crate) mod feed;
pub(crate) mod matches;
pub(crate) mod occurrences;
pub(crate) mod operations;
pub(crate) mod page;
pub(crate) mod sealing;
mod shown;
pub(crate) mod sources;
pub(crate) mod statistics;
