//! What can happen in a match.

use std::fmt;

/// The kinds of event of the wire contract, version 1.
///
/// A kill with both names known is a [`Kind::Kill`]. Where a source shows only
/// the player's own counters, a `kill` has no victim and the player's own
/// [`Kind::Death`] no attacker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The match began, as this stream saw it.
    MatchStarted,
    /// The match ended, as this stream saw it.
    MatchEnded,
    /// A round began.
    RoundStarted,
    /// A round ended; details carry score and winner.
    RoundEnded,
    /// Somebody was killed.
    Kill,
    /// The observer died, by whom the source does not say.
    Death,
    /// Somebody was knocked down and can be revived.
    Knock,
    /// Somebody was brought back.
    Revive,
    /// The first kill of the match.
    FirstBlood,
    /// Several kills in a row.
    MultiKill,
    /// A whole team was dead at once.
    Ace,
    /// A neutral objective was taken.
    ObjectiveTaken,
    /// A structure fell.
    StructureDestroyed,
    /// The bomb or spike was planted.
    BombPlanted,
    /// It was defused.
    BombDefused,
    /// It exploded.
    BombExploded,
    /// A goal.
    Goal,
    /// A shot on goal.
    Shot,
    /// A save.
    Save,
    /// A demolition.
    Demolition,
    /// Anything else: `details.name` has the game's own word.
    Other,
    /// What helps to join sessions into matches; never an occurrence.
    SessionEvidence,
    /// A range of sequence numbers that will never come; never an occurrence.
    SequenceGap,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 23] = [
        Self::MatchStarted,
        Self::MatchEnded,
        Self::RoundStarted,
        Self::RoundEnded,
        Self::Kill,
        Self::Death,
        Self::Knock,
        Self::Revive,
        Self::FirstBlood,
        Self::MultiKill,
        Self::Ace,
        Self::ObjectiveTaken,
        Self::StructureDestroyed,
        Self::BombPlanted,
        Self::BombDefused,
        Self::BombExploded,
        Self::Goal,
        Self::Shot,
        Self::Save,
        Self::Demolition,
        Self::Other,
        Self::SessionEvidence,
        Self::SequenceGap,
    ];

    /// The CloudEvents namespace of our kinds.
    pub const NAMESPACE: &'static str = "ringside.";

    /// The kind's word, as in `ringside.<word>.v1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MatchStarted => "match_started",
            Self::MatchEnded => "match_ended",
            Self::RoundStarted => "round_started",
            Self::RoundEnded => "round_ended",
            Self::Kill => "kill",
            Self::Death => "death",
            Self::Knock => "knock",
            Self::Revive => "revive",
            Self::FirstBlood => "first_blood",
            Self::MultiKill => "multi_kill",
            Self::Ace => "ace",
            Self::ObjectiveTaken => "objective_taken",
            Self::StructureDestroyed => "structure_destroyed",
            Self::BombPlanted => "bomb_planted",
            Self::BombDefused => "bomb_defused",
            Self::BombExploded => "bomb_exploded",
            Self::Goal => "goal",
            Self::Shot => "shot",
            Self::Save => "save",
            Self::Demolition => "demolition",
            Self::Other => "other",
            Self::SessionEvidence => "session_evidence",
            Self::SequenceGap => "sequence_gap",
        }
    }

    /// The CloudEvents `type`.
    #[must_use]
    pub fn event_type(self) -> String {
        format!("{}{}.v1", Self::NAMESPACE, self.as_str())
    }

    /// Reads a CloudEvents `type`; `None` where it is no kind of version 1.
    #[must_use]
    pub fn from_event_type(event_type: &str) -> Option<Self> {
        let word = event_type.strip_prefix(Self::NAMESPACE)?.strip_suffix(".v1")?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether events of this kind express something that happened in a match.
    #[must_use]
    pub fn is_occurrence(self) -> bool {
        !matches!(self, Self::SessionEvidence | Self::SequenceGap)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_type() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_event_type(&kind.event_type()), Some(kind));
        }
    }

    #[test]
    fn another_version_or_namespace_is_no_kind_of_ours() {
        for other in ["ringside.kill.v2", "kill", "com.example.kill.v1", "ringside..v1"] {
            assert_eq!(Kind::from_event_type(other), None, "{other}");
        }
    }
}
