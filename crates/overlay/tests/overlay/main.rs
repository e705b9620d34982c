//! The overlay's core, seen from outside.

mod placement;
