//! The grid: association beside the usual answers, over crowds of many kinds.
//!
//! A [`Cell`] is a plan and what must hold of it; [`measure`] runs a number of
//! its matches through a method and adds the [`Figures`] up. Every figure is
//! simulated: it rests on the rates in [`CrowdPlan`](crate::crowd::CrowdPlan).

mod aims;
mod baselines;
mod beside;
mod cells;
mod command;
mod deceived;
pub mod figure;
mod figures;
mod lies;
mod measured;
mod method;
mod ours;
pub mod page;
mod run;
mod solved;
pub mod table;

pub use aims::{Aim, BELOW_BASELINE_MAX, LEFT_OUT_MIN, PRECISION_MIN};
pub use baselines::{Baseline, Keys};
pub use beside::Beside;
pub use cells::{Cell, Cells, opening_shape};
pub use command::{GridArgs, Outcome, grid};
pub use deceived::Deceived;
pub use figures::{Arrival, Figures, Labelled, Partition};
pub use lies::Liars;
pub use measured::{Measured, Miss};
pub use method::{Method, Moved, OccurrenceNo};
pub use ours::{Live, decided, record};
pub use run::{measure, play};
pub use solved::{Halves, Solved, without_device};
