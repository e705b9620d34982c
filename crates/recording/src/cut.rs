//! Parts of recordings, and several as one.

mod merge;
mod place;
mod trim;

pub use merge::{Merged, merge};
pub use place::{At, NoPlace, NoTime, read_time};
pub use trim::Trimmed;
