//! The overlay's page for a stream: what OBS shows where no window can be, or
//! should not.
//!
//! A [`StreamPage`] listens on 127.0.0.1 and serves one page and its stream of
//! updates to whoever knows its address, of which a [`StreamToken`] is part. It
//! is told what the overlay is told ([`StreamPage::tell`]), and passes it on as
//! [`Audience`] says: after a while, and without the names of others.
//!
//! A [`LanPage`] serves the same page to the player's other devices, for as long as
//! they want it: encrypted, on one address of the PC's own network, to who typed a code.
//!
//! # Invariants
//!
//! - The token reads the page and nothing else; another token ends every reader
//!   at once.
//! - What is shown is never younger than the delay.
//! - Of the upload an audience learns counts: no address, no path, no reason.
//! - The ids that are sent are of one run of the page and of nothing else.
//! - What the player had erased is shown and waits no longer.
//! - A code lets one device in and is guessed at five times at most; what it gives
//!   reads the page of that [`LanPage`] and nothing else, and ends with it.

mod admission;
mod audience;
mod delay_line;
mod error;
mod events;
mod headers;
mod lan;
mod look;
mod pages;
mod server;
mod show;
mod token;

pub use audience::{Audience, DELAY_MAX_S, Delay, Names, TooLong};
pub use error::Error;
pub use lan::{
    CODE_LIFE_MS, Code, CodeEnd, CodeShown, DEVICES_MAX, LAN_PORT_DEFAULT, LanPage, TRIES_MAX,
    lan_address,
};
pub use look::{PageLook, StreamLanguage, StreamLook, StreamSurface};
pub use pages::{Page, Pages};
pub use server::{READERS_MAX, STREAM_PORT_DEFAULT, StreamPage};
pub use token::{InvalidToken, StreamToken};
