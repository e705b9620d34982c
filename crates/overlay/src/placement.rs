//! Where the overlay stands: a saved place, and the monitors of the moment.
//!
//! Rectangles are in physical pixels of the whole desktop, which may be negative
//! left of and above the first monitor. A [`Place`] is kept in percent of the
//! *free span*, which is what a monitor leaves beside the overlay: so it means
//! the same for any size of either.
//!
//! # Invariants
//!
//! - What [`resolve()`] gives lies within one monitor, whatever was saved.
//! - Resolving changes no place: a monitor that is plugged in again finds the
//!   overlay where it was.
//! - A place of a rectangle resolves to that rectangle, to the pixel.

mod bounds;
mod desktop;
mod geometry;
mod place;
mod resolve;
mod snap;
mod spot;

pub use bounds::{
    OPACITY_PERCENT_MAX, OPACITY_PERCENT_MIN, OpacityPercent, OutOfBounds, SCALE_PERCENT_MAX,
    SCALE_PERCENT_MIN, ScalePercent,
};
pub use desktop::{Desktop, Home, MONITORS_MAX, Monitor, MonitorId, MonitorSeen};
pub use geometry::{DESKTOP_REACH_PX, LogicalSize, Point, Rect, Size};
pub use place::{Place, Places};
pub use resolve::{Standing, Stands, WhyMoved, place_of, resolve};
pub use snap::{SNAP_LOGICAL_PX, Snapped, snap};
pub use spot::{Along, Anchor, Lean, Percent, Side};
