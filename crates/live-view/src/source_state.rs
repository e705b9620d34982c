//! What goes on with one game's API, as a code: each page has its own words.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What goes on between Ringside and one game.
///
/// Its text is for a terminal and for whoever looks further; a page makes its
/// words of the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SourceState {
    /// The player has it switched off.
    #[default]
    Off,
    /// It is on, and a file of this PC or the server turns it off for now.
    TurnedOff {
        /// Why, in whoever's words that turned it off.
        reason: String,
        /// The server that did; none where it was the file.
        server: Option<String>,
    },
    /// The game was not asked yet.
    NotAsked,
    /// Nobody serves the game's port: no match is on.
    NotRunning,
    /// The game answers and has no match yet.
    Loading,
    /// Frames come in, for the game was asked for them.
    InMatch,
    /// Ringside waits for the game's first post.
    Listening,
    /// The game posts with another token than ours.
    OtherToken,
    /// The game posts frames.
    Receiving,
    /// The game took the connection, and has said nothing yet.
    Connected,
    /// Nothing of the game is where it keeps its files.
    NotFound,
    /// The game's folder is there, and no file in it to follow yet.
    NoFile,
    /// The game's newest file is followed.
    Following {
        /// Its name, without its folder.
        file: String,
    },
    /// Whoever serves the game's port is not the game: its certificate is not.
    TlsRefused {
        /// What is wrong with it.
        detail: String,
    },
    /// The connection broke or took too long.
    NotAnswering {
        /// How it failed.
        detail: String,
    },
    /// An answer that the game does not give.
    Unexpected {
        /// Its HTTP status.
        status: u16,
    },
    /// An answer longer than any frame may be.
    TooLarge,
    /// Another program has the port that the game posts to.
    PortTaken {
        /// The port on 127.0.0.1.
        port: u16,
        /// What the system says.
        detail: String,
    },
    /// The reader could not be set up.
    CannotRead {
        /// Why.
        detail: String,
    },
}

impl fmt::Display for SourceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("switched off"),
            Self::TurnedOff { reason, server: None } => {
                write!(f, "turned off by kill-switch.toml: {reason}")
            }
            Self::TurnedOff { reason, server: Some(server) } => {
                write!(f, "turned off by {server}: {reason}")
            }
            Self::NotAsked => f.write_str("not asked yet"),
            Self::NotRunning => f.write_str("no match is running (connection refused)"),
            Self::Loading => f.write_str("the match is loading (404)"),
            Self::InMatch => f.write_str("in a match"),
            Self::Listening => f.write_str("listening; the game has sent nothing yet"),
            Self::OtherToken => {
                f.write_str("listening; the game sends another token: install its config again")
            }
            Self::Receiving => f.write_str("receiving from the game"),
            Self::Connected => f.write_str("connected; the game has sent nothing yet"),
            Self::NotFound => f.write_str("nothing of the game is where it keeps its files"),
            Self::NoFile => f.write_str("the game has written no file yet"),
            Self::Following { file } => write!(f, "following {file}"),
            Self::TlsRefused { detail } => write!(f, "certificate not accepted: {detail}"),
            Self::NotAnswering { detail } => write!(f, "no answer: {detail}"),
            Self::Unexpected { status } => write!(f, "unexpected answer with status {status}"),
            Self::TooLarge => f.write_str("the answer is longer than a frame may be"),
            Self::PortTaken { detail, .. } | Self::CannotRead { detail } => f.write_str(detail),
        }
    }
}
