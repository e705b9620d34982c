//! What every listener of the client has in common: how many connections it
//! takes and how long it keeps them, and under which names of this machine it may be
//! spoken to.
//!
//! A page of any site can make a browser connect to a port of this PC, and by a
//! name that resolves to it even read the answer. What gives such a page away is
//! the `Host` that its browser sends.

mod hosts;
mod letting_go;
mod limited;

pub use hosts::Hosts;
pub use letting_go::let_go;
pub use limited::{IDLE_MAX, Limited, UNUSED_MAX};
