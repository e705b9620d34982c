//! What is said of a match, and what of it is true.

use event_model::Kind;

use super::moment::Moment;
use crate::TrueEvent;

/// Something at a time of the match's clock.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) ms: u64,
    pub(super) what: T,
}

/// What the game says, to whichever client.
#[derive(Debug, Clone)]
pub(super) enum Said {
    State(Box<Moment>),
    Feat {
        name: &'static str,
        by: usize,
        other: Option<usize>,
    },
    Goal {
        by: usize,
        assist: Option<usize>,
    },
    /// The goal again, of nobody.
    Bogus,
    BallHit {
        by: usize,
    },
    CrossbarHit,
    Clock {
        time_s: u64,
        overtime: bool,
    },
    Over {
        winner: usize,
    },
    /// Nothing but the match's id.
    Bare(&'static str),
}

/// What happened, for the truth.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) event: TrueEvent,
    /// A counter tells it too.
    pub(super) is_counted: bool,
}

impl Told {
    pub(super) fn named(name: &str, by: Option<String>) -> Self {
        let event =
            TrueEvent { name: Some(name.to_owned()), attacker: by, ..TrueEvent::of(Kind::Other) };
        Self { event, is_counted: false }
    }

    pub(super) fn is_goal(&self) -> bool {
        self.event.kind == Kind::Goal.as_str()
    }
}
