//! The grid: association beside the usual answers, over crowds of many kinds.
//!
//! A [`Cell`] is a plan and what must hold of it; [`measure`] runs a number of
//! its matches through a method and adds the [`Figures`] up. Every figure is
//! simulated: it rests on the rates in [`CrowdPlan`](crate::crowd::CrowdPlan).

mod baselines;
mod beside;
mod cells;
mod command;
pub mod figure;
mod figures;
mod measured;
mod method;
mod ours;
pub mod page;
mod run;
mod solved;
pub mod table;

pub use baselines::{Baseline, Keys};
pub use beside::Beside;
pub use cells::{Aim, BELOW_BASELINE_MAX, Cell, Cells, PRECISION_MIN, opening_shape};
pub use command::{GridArgs, grid};
pub use figures::{Arrival, Figures, Labelled, Partition};
pub use measured::{Measured, Miss};
pub use method::{Method, Moved, OccurrenceNo};
pub use ours::Live;
pub use run::{measure, play};
pub use solved::{Deceived, Halves, Solved, without_device};
