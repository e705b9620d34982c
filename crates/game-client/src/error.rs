//! Why a reader cannot be set up. A game that does not answer is no error.

use std::{io, path::PathBuf};

/// What a person has to change before a game can be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program has the port.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Bind {
        /// The port that was asked for.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The configured certificate is none, or none that can be pinned.
    #[error("the root certificate for League cannot be used: {0}")]
    Root(String),
    /// The HTTP client cannot be made.
    #[error("the client for League cannot be set up")]
    Client(#[source] reqwest::Error),
    /// The text cannot be a token.
    #[error("a token has {min} to {max} letters and digits", min = crate::GsiToken::LENGTH.start(), max = crate::GsiToken::LENGTH.end())]
    Token,
    /// The system gives no random bytes.
    #[error("no random bytes for a token")]
    Random,
    /// Steam's own list of libraries cannot be read.
    #[error("cannot read Steam's libraries at {path}")]
    Steam {
        /// Where Steam is installed.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<steamlocate::Error>,
    },
    /// The listener stopped by itself.
    #[error("the listener for game state stopped")]
    Listen(#[source] io::Error),
}
