//! What can be said of League without reading a frame.

use std::fmt;

/// What the last question came to. All of it is normal at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeagueHealth {
    /// Nothing was asked yet.
    NotAsked,
    /// Nobody serves the port: no match is on.
    NotRunning,
    /// The game process answers and has no match yet.
    Loading,
    /// Frames come in.
    InMatch,
    /// Whoever serves the port cannot show a certificate under the pinned root.
    TlsRefused {
        /// What is wrong with it.
        reason: String,
    },
    /// The connection broke or took too long.
    NotAnswering {
        /// How it failed.
        reason: String,
    },
    /// An answer that the game does not give.
    Unexpected {
        /// Its HTTP status.
        status: u16,
    },
    /// An answer longer than any frame may be.
    TooLarge,
}

impl fmt::Display for LeagueHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not asked yet"),
            Self::NotRunning => f.write_str("no match is running (connection refused)"),
            Self::Loading => f.write_str("the match is loading (404)"),
            Self::InMatch => f.write_str("in a match"),
            Self::TlsRefused { reason } => write!(f, "certificate not accepted: {reason}"),
            Self::NotAnswering { reason } => write!(f, "no answer: {reason}"),
            Self::Unexpected { status } => write!(f, "unexpected answer with status {status}"),
            Self::TooLarge => f.write_str("the answer is longer than a frame may be"),
        }
    }
}
