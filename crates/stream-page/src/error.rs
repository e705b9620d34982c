//! What can go wrong before a page is served.

use std::io;

/// Why there is no stream page.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program has the port, or none may be had.
    #[error("port {port} of this PC cannot be listened on: {cause}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// The system's word.
        cause: io::Error,
    },
    /// The system gives no random bytes for a token.
    #[error("this system gives no random numbers, so no address can be made that nobody guesses")]
    NoRandomness,
    /// This PC is in no network.
    #[error("this PC is in no network, so no other device can reach it")]
    NoNetwork,
    /// This PC's address is the Internet's.
    #[error("this PC is on the Internet without a router, where anybody could ask for the page")]
    OnTheInternet,
}
