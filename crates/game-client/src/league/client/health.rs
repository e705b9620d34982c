//! What can be said of the League client.

use std::{fmt, path::PathBuf};

use game_session::LeagueClientSession;

/// What the last question came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeagueClientHealth {
    /// Nothing was asked yet.
    NotAsked,
    /// Nowhere is a lockfile.
    NoLockfile {
        /// Where was looked.
        folders: Vec<PathBuf>,
    },
    /// There is a file, and it is not as the client writes it.
    SpoiltLockfile {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody has the port: the lockfile is of a client that ended without taking it away.
    Gone,
    /// Whoever has the port cannot show a certificate under the pinned root.
    TlsRefused {
        /// What is wrong with it.
        reason: String,
    },
    /// The client does not take the lockfile's password.
    PasswordRefused,
    /// The connection broke or took too long.
    NotAnswering {
        /// How it failed.
        reason: String,
    },
    /// An answer that the client does not give.
    Unexpected {
        /// Its HTTP status.
        status: u16,
    },
    /// An answer longer than any of the client's.
    TooLarge,
    /// An answer of another shape: another version of the client.
    NotUnderstood {
        /// What is wrong with it.
        reason: String,
    },
    /// It answers, and no match runs.
    NoMatch {
        /// The client's word for what it is doing.
        phase: Option<String>,
    },
    /// It answers, and says which match runs.
    InMatch,
}

impl LeagueClientHealth {
    pub(super) fn of(session: &LeagueClientSession) -> Self {
        match session.running_match() {
            Some(_) => Self::InMatch,
            None => Self::NoMatch { phase: Some(session.phase().to_owned()) },
        }
    }

    /// Whether something is wrong that does not pass by itself: a client that is not there,
    /// or has ended, is as it should be.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::NotAsked
            | Self::NoLockfile { .. }
            | Self::Gone
            | Self::NoMatch { .. }
            | Self::InMatch => false,
            Self::SpoiltLockfile { .. }
            | Self::TlsRefused { .. }
            | Self::PasswordRefused
            | Self::NotAnswering { .. }
            | Self::Unexpected { .. }
            | Self::TooLarge
            | Self::NotUnderstood { .. } => true,
        }
    }
}

impl fmt::Display for LeagueClientHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked => f.write_str("not asked yet"),
            Self::NoLockfile { folders } => {
                f.write_str("no lockfile")?;
                let mut before = " in ";
                for folder in folders {
                    write!(f, "{before}{}", folder.display())?;
                    before = ", ";
                }
                Ok(())
            }
            Self::SpoiltLockfile { path, reason } => {
                write!(f, "{} is no lockfile of the client's: {reason}", path.display())
            }
            Self::Gone => {
                f.write_str("nobody answers at the lockfile's port: the client has ended")
            }
            Self::TlsRefused { reason } => write!(f, "certificate not accepted: {reason}"),
            Self::PasswordRefused => f.write_str("the client refuses the lockfile's password"),
            Self::NotAnswering { reason } => write!(f, "no answer: {reason}"),
            Self::Unexpected { status } => write!(f, "unexpected answer with status {status}"),
            Self::TooLarge => f.write_str("the answer is longer than any of the client's"),
            Self::NotUnderstood { reason } => write!(f, "the answer is not understood: {reason}"),
            Self::NoMatch { phase: None } => f.write_str("the client answers; no match runs"),
            Self::NoMatch { phase: Some(phase) } => {
                write!(f, "the client answers; no match runs ({phase})")
            }
            Self::InMatch => f.write_str("the client answers and says which match runs"),
        }
    }
}
