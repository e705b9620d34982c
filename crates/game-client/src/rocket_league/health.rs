//! What can be said of Rocket League without reading a message.

use std::fmt;

use event_model::Moment;

/// Counts since the reader was set up, and how it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RocketLeagueHealth {
    /// How it stands.
    pub stage: RocketLeagueStage,
    /// Messages taken.
    pub messages: u64,
    /// When the last of them came.
    pub last_message_at: Option<Moment>,
    /// Bytes between messages that were none.
    pub skipped_bytes: u64,
    /// Messages longer than one may be.
    pub oversized: u64,
    /// Messages lost because nobody took the ones before them: states first, since
    /// the next one shows the same.
    pub dropped: u64,
}

/// What the last attempt came to. All of it is normal at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RocketLeagueStage {
    /// Nothing was asked yet.
    #[default]
    NotAsked,
    /// Nobody serves the port: the game is not running, or its Stats API is off.
    NotServed,
    /// Connected, and nothing came yet: no match is on.
    Connected,
    /// Messages come in.
    Receiving,
    /// Whoever serves the port sends something else.
    NotTheGame,
    /// The connection is over.
    Lost {
        /// How it ended.
        reason: String,
    },
}

impl fmt::Display for RocketLeagueStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not asked yet"),
            Self::NotServed => {
                f.write_str("the game is not running, or its Stats API is off (connection refused)")
            }
            Self::Connected => f.write_str("connected; the game has sent nothing yet"),
            Self::Receiving => f.write_str("receiving from the game"),
            Self::NotTheGame => f.write_str("another program serves the port of the Stats API"),
            Self::Lost { reason } => write!(f, "connection lost: {reason}"),
        }
    }
}

impl fmt::Display for RocketLeagueHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stage.fmt(f)
    }
}
