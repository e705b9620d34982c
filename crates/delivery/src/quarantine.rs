//! Why an event is kept for a person to look at.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why an event is not sent again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// The server has another event under this id.
    Conflict,
    /// The server cannot take it as it is.
    Invalid,
    /// The server does not know its kind: it goes back to the queue when
    /// the server's version changes.
    UnknownKind,
    /// Refused alone again and again while other requests succeeded.
    Refused,
    /// It waited longer than the server would still know a repetition of it.
    TooOld,
    /// Its bytes on disk are not those that were written.
    Damaged,
}

/// The word names no reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownQuarantineReason(pub String);

impl fmt::Display for UnknownQuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no reason for a quarantine", self.0)
    }
}

impl std::error::Error for UnknownQuarantineReason {}

impl QuarantineReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Conflict,
        Self::Invalid,
        Self::UnknownKind,
        Self::Refused,
        Self::TooOld,
        Self::Damaged,
    ];

    /// Its word, in files and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::UnknownKind => "unknown_kind",
            Self::Refused => "refused",
            Self::TooOld => "too_old",
            Self::Damaged => "damaged",
        }
    }
}

impl fmt::Display for QuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for QuarantineReason {
    type Err = UnknownQuarantineReason;

    fn from_str(word: &str) -> Result<Self, UnknownQuarantineReason> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| UnknownQuarantineReason(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_back_from_its_word() {
        for reason in QuarantineReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str(), "one spelling");
        }
    }
}
