//! The formats of files that are, or can become, a recording.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Ringside's own recording.
    Rsrec,
    /// JSON lines of GSI requests: timestamp, method, url, headers, body.
    GsiLog,
    /// JSON lines of GSI payloads.
    GsiFrames,
    /// Documents of League's `/allgamedata`, one or more.
    LeagueAllgamedata,
    /// JSON lines of Rocket League's messages.
    RocketLeagueStream,
    /// A journal of Elite Dangerous.
    EliteJournal,
    /// Hearthstone's Power.log.
    PowerLog,
    /// Messages of Overwolf's Game Events Provider.
    OverwolfGep,
}

/// The text names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0:?}: expected one of {names}", names = Format::names())]
pub struct UnknownFormat(pub String);

impl Format {
    /// Every format, in the order that help lists them.
    pub const ALL: [Self; 8] = [
        Self::Rsrec,
        Self::GsiLog,
        Self::GsiFrames,
        Self::LeagueAllgamedata,
        Self::RocketLeagueStream,
        Self::EliteJournal,
        Self::PowerLog,
        Self::OverwolfGep,
    ];

    /// The name used on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsrec => "rsrec",
            Self::GsiLog => "gsi-log",
            Self::GsiFrames => "gsi-frames",
            Self::LeagueAllgamedata => "league-allgamedata",
            Self::RocketLeagueStream => "rocket-league-stream",
            Self::EliteJournal => "elite-journal",
            Self::PowerLog => "power-log",
            Self::OverwolfGep => "overwolf-gep",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_back_from_its_name() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert!("csv".parse::<Format>().is_err());
    }
}
