//! From the bytes of a batch to events that are judged one by one. Pure.

mod corrected_time;
mod depth;
mod head;
mod judge;
mod quick;
mod small;
mod split;

pub(crate) use corrected_time::Arrival;
pub(crate) use judge::Judge;
pub(crate) use small::decode_small;
pub(crate) use split::{SplitFault, split};
