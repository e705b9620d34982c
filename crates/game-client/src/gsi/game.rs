//! The games that post.

use event_model::Source;

/// A game that has Game State Integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GsiGame {
    /// Counter-Strike 2 and CS:GO.
    CounterStrike,
    /// Dota 2.
    Dota2,
}

impl GsiGame {
    /// What its frames come from.
    #[must_use]
    pub fn source(self) -> Source {
        match self {
            Self::CounterStrike => Source::Cs2,
            Self::Dota2 => Source::Dota2,
        }
    }

    /// Steam's number of it, which every frame names.
    pub(super) fn app_id(self) -> u64 {
        match self {
            Self::CounterStrike => 730,
            Self::Dota2 => 570,
        }
    }
}
