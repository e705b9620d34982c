//! One module per part of the contract.

pub(crate) mod devices;
pub(crate) mod events;
pub(crate) mod matches;
pub(crate) mod operations;
