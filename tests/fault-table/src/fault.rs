//! The faults, and what the server does in each of them at which second.

use serde::Serialize;

/// The event that a server will not take, of a thousand.
const POISON: u64 = 500;
/// More events in a request than this are too many for the server of [`Fault::TooLarge`].
const EVENTS_TAKEN_MAX: usize = 8;

/// A fault of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// Answers 503.
    Unavailable,
    /// Closes its port and resets open connections.
    Refused,
    /// Reads, records, resets.
    ResetAfterRecord,
    /// Reads, resets.
    ResetBefore,
    /// Records, and answers later than the client waits.
    Slow,
    /// Neither records nor answers while the client waits.
    Hole,
    /// Answers 429 and says when to come back.
    RateLimited,
    /// Always refuses a request with one certain event in it.
    Poison,
    /// The same, and the event sits in a backlog.
    PoisonInBacklog,
    /// Always refuses a request of more than eight events.
    TooLarge,
    /// Answers 200 with somebody's login page.
    Portal,
    /// A healthy server; the client is killed three times.
    Kills,
    /// The client is killed while the port is closed.
    KillInOutage,
    /// Reads and never answers.
    BlackHole,
    /// Of our own making: a backlog meets the server that takes eight events.
    TooLargeInBacklog,
}

/// What the server does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Records the events and answers with receipts.
    Take,
    /// Answers with a status and no word of ours.
    Status(u16),
    /// 429 with `Retry-After`.
    RateLimit,
    /// Resets the connection.
    Reset(Record),
    /// Lets the client wait longer than it does.
    Late(Record),
    /// 200 and HTML.
    Portal,
    /// No answer, ever.
    Silence,
}

/// Whether the events of a request are recorded all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// They are.
    Yes,
    /// They are not.
    No,
}

impl Fault {
    /// Every fault, in the order of the table; the last is not in the peers'.
    pub(crate) const ALL: [Self; 15] = [
        Self::Unavailable,
        Self::Refused,
        Self::ResetAfterRecord,
        Self::ResetBefore,
        Self::Slow,
        Self::Hole,
        Self::RateLimited,
        Self::Poison,
        Self::PoisonInBacklog,
        Self::TooLarge,
        Self::Portal,
        Self::Kills,
        Self::KillInOutage,
        Self::BlackHole,
        Self::TooLargeInBacklog,
    ];

    /// Its name on the command line: the one of the published list.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "503",
            Self::Refused => "refuse",
            Self::ResetAfterRecord => "rst",
            Self::ResetBefore => "rst0",
            Self::Slow => "slow",
            Self::Hole => "hole",
            Self::RateLimited => "429",
            Self::Poison => "poison",
            Self::PoisonInBacklog => "poisonout",
            Self::TooLarge => "p413",
            Self::Portal => "portal",
            Self::Kills => "kill",
            Self::KillInOutage => "killdown",
            Self::BlackHole => "blackhole",
            Self::TooLargeInBacklog => "p413out",
        }
    }

    /// What the server does at second `at` with a request of these events.
    pub(crate) fn act(self, at: f64, numbers: &[u64], poison: u64) -> Act {
        let during = |from: f64, to: f64| (from..to).contains(&at);
        let poisoned = numbers.contains(&poison);
        let too_many = numbers.len() > EVENTS_TAKEN_MAX;
        match self {
            Self::Unavailable if during(2.0, 14.0) => Act::Status(503),
            Self::ResetAfterRecord if during(2.0, 5.0) => Act::Reset(Record::Yes),
            Self::ResetBefore if during(2.0, 5.0) => Act::Reset(Record::No),
            Self::Slow if during(2.0, 8.0) => Act::Late(Record::Yes),
            Self::Hole if during(2.0, 8.0) => Act::Late(Record::No),
            Self::RateLimited if during(2.0, 8.0) => Act::RateLimit,
            Self::PoisonInBacklog | Self::TooLargeInBacklog if during(2.0, 8.0) => Act::Status(503),
            Self::Poison | Self::PoisonInBacklog if poisoned => Act::Status(400),
            Self::TooLarge | Self::TooLargeInBacklog if too_many => Act::Status(413),
            Self::Portal if during(2.0, 12.0) => Act::Portal,
            Self::BlackHole => Act::Silence,
            Self::Unavailable
            | Self::Refused
            | Self::ResetAfterRecord
            | Self::ResetBefore
            | Self::Slow
            | Self::Hole
            | Self::RateLimited
            | Self::Poison
            | Self::PoisonInBacklog
            | Self::TooLarge
            | Self::TooLargeInBacklog
            | Self::Portal
            | Self::Kills
            | Self::KillInOutage => Act::Take,
        }
    }

    /// What is left of the fault once its time is over: what a server always
    /// refuses it goes on refusing.
    pub(crate) fn act_afterwards(self, numbers: &[u64], poison: u64) -> Act {
        if self == Self::BlackHole {
            return Act::Take;
        }
        self.act(f64::INFINITY, numbers, poison)
    }

    /// Whether the port is open at second `at`.
    pub(crate) fn is_open(self, at: f64) -> bool {
        self.closed().is_none_or(|(from, to)| !(from..to).contains(&at))
    }

    fn closed(self) -> Option<(f64, f64)> {
        match self {
            Self::Refused => Some((2.0, 14.0)),
            Self::KillInOutage => Some((1.0, 10.0)),
            Self::Unavailable
            | Self::ResetAfterRecord
            | Self::ResetBefore
            | Self::Slow
            | Self::Hole
            | Self::RateLimited
            | Self::Poison
            | Self::PoisonInBacklog
            | Self::TooLarge
            | Self::TooLargeInBacklog
            | Self::Portal
            | Self::Kills
            | Self::BlackHole => None,
        }
    }

    /// The outage of twelve seconds, where this is one.
    pub(crate) fn outage(self) -> Option<(f64, f64)> {
        matches!(self, Self::Unavailable | Self::Refused).then_some((2.0, 14.0))
    }

    /// When the client is killed.
    pub(crate) fn kills(self) -> &'static [f64] {
        if self == Self::Kills {
            &[2.5, 5.0, 7.5]
        } else if self == Self::KillInOutage {
            &[5.0]
        } else {
            &[]
        }
    }

    /// Whether the server never takes the poisoned event.
    pub(crate) fn is_poison(self) -> bool {
        matches!(self, Self::Poison | Self::PoisonInBacklog)
    }

    /// The poisoned event of a run of `events`.
    pub(crate) fn poison(events: u64) -> u64 {
        (POISON * events / 1_000).max(1)
    }
}
