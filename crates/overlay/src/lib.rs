//! Where the overlay stands, when it is seen, and what may interrupt a match. Pure.
//!
//! The shell asks the system (which monitors there are, how the game's window
//! lies, what was pressed) and does as it is told; what follows from all that is
//! decided here, without a window, a clock or a file.
//!
//! - [`placement`]: a saved place and the monitors of the moment make a
//!   rectangle that lies within one monitor.
//! - [`edit`]: moving and scaling the overlay, and going back to the game.
//! - [`visibility`]: whether the overlay is seen, and if not, why.
//! - [`stage`]: what is to be done with its window.
//! - [`watchdog`]: whether its page still answers, and when to load it anew.
//! - [`hotkey`]: which keys do what, and who else wants them.
//! - [`quiet`]: what has to wait until the match is over.

pub mod edit;
pub mod hotkey;
pub mod placement;
pub mod quiet;
pub mod stage;
pub mod visibility;
pub mod watchdog;
