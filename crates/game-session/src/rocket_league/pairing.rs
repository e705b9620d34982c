//! Messages and the counters they belong to: whichever comes first waits.

use std::collections::{BTreeMap, VecDeque};

use event_model::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Unreadable, fields::bounded};

/// Ticks that one waits for the other: half a second at the game's 60 a second, where
/// they were 20 ms apart, and half a minute where a player chose one a second.
const TICKS_MAX: u32 = 30;

/// What waits at once: more than eight players do in half a second.
const WAITING_MAX: usize = 64;

/// Details of a message that become an event as they are.
const DETAILS_MAX: usize = 16;

/// What a counter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Stat {
    Goal,
    Shot,
    Save,
    Demolition,
}

/// Whom a message means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    /// The number that the match has for the player.
    pub(super) shortcut: Option<i64>,
    pub(super) team: Option<i64>,
}

/// A message that tells of something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Notice {
    /// The counter that moves with it; none where nothing counts it.
    pub(super) stat: Option<Stat>,
    pub(super) by: Option<Target>,
    /// Who was demolished, or who passed.
    pub(super) other: Option<Target>,
    pub(super) details: BTreeMap<String, Value>,
}

/// A counter that moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) stat: Stat,
    /// Whose counter it is; of goals the one whose own goals rose, where one did.
    pub(super) by: Option<Target>,
    /// The account, or what stands for it.
    pub(super) account: String,
    /// Which run of the counter.
    pub(super) run: u32,
    /// What it shows now.
    pub(super) value: u64,
    /// The team whose score rose.
    pub(super) team: Option<i64>,
}

/// What came together.
#[derive(Debug, PartialEq)]
pub(super) enum Paired {
    /// A counter's step and its message.
    Whole(Counted, Notice),
    /// A counter's step that no message came for.
    Alone(Counted),
    /// A message that no counter moved for.
    Unborne(Notice),
}

/// What waits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Pairing {
    notices: VecDeque<(Notice, u32)>,
    counted: VecDeque<(Counted, u32)>,
}

impl Stat {
    /// The counter that a feat of this name moves.
    pub(super) fn of_feat(name: &str) -> Option<Self> {
        match name {
            "Goal" => Some(Self::Goal),
            "Shot" => Some(Self::Shot),
            "Save" | "EpicSave" => Some(Self::Save),
            "Demolish" | "Demolition" => Some(Self::Demolition),
            _ => None,
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Goal => Kind::Goal,
            Self::Shot => Kind::Shot,
            Self::Save => Kind::Save,
            Self::Demolition => Kind::Demolition,
        }
    }

    /// What an ordinal of it counts.
    pub(super) fn ordinal(self) -> &'static str {
        match self {
            Self::Goal => "goals",
            Self::Shot => "shots",
            Self::Save => "saves",
            Self::Demolition => "attacker demolitions",
        }
    }
}

impl Target {
    /// A target with a name; the game writes one without for nobody.
    pub(super) fn read(value: Option<&Value>) -> Result<Option<Self>, Unreadable> {
        let Some(value) = value else { return Ok(None) };
        let name = value.get("Name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            name: bounded(name, "Name")?,
            shortcut: value.get("Shortcut").and_then(Value::as_i64),
            team: value.get("TeamNum").and_then(Value::as_i64),
        }))
    }

    fn is(&self, other: &Self) -> bool {
        let numbers = (self.shortcut, other.shortcut);
        self.name == other.name && !matches!(numbers, (Some(own), Some(other)) if own != other)
    }
}

impl Notice {
    pub(super) fn new(stat: Stat, by: Target) -> Self {
        Self { stat: Some(stat), by: Some(by), other: None, details: BTreeMap::new() }
    }

    /// Something that no counter counts, under the game's own name.
    pub(super) fn named(name: &str, data: Map<String, Value>) -> Result<Self, Unreadable> {
        let plain = |value: &Value| value.is_number() || value.is_boolean();
        let taken = data.into_iter().filter(|(_, value)| plain(value)).take(DETAILS_MAX);
        let mut details: BTreeMap<_, _> = taken.collect();
        details.insert("name".to_owned(), bounded(name, "EventName")?.into());
        Ok(Self { stat: None, by: None, other: None, details })
    }
}

impl Pairing {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.counted.is_empty()
    }

    /// A message came.
    pub(super) fn notice(&mut self, notice: Notice) -> Vec<Paired> {
        let fits = |(counted, _): &(Counted, u32)| fits(counted, &notice);
        match self.counted.iter().position(fits).and_then(|index| self.counted.remove(index)) {
            Some((counted, _)) => vec![Paired::Whole(counted, notice)],
            None => {
                self.notices.push_back((notice, 0));
                self.over_full()
            }
        }
    }

    /// A counter moved by one.
    pub(super) fn count(&mut self, counted: Counted) -> Vec<Paired> {
        let fits = |(notice, _): &(Notice, u32)| fits(&counted, notice);
        match self.notices.iter().position(fits).and_then(|index| self.notices.remove(index)) {
            Some((notice, _)) => vec![Paired::Whole(counted, notice)],
            None => {
                self.counted.push_back((counted, 0));
                self.over_full()
            }
        }
    }

    /// A tick passed: what waited for too long comes out as it is.
    pub(super) fn tick(&mut self) -> Vec<Paired> {
        for (_, ticks) in &mut self.counted {
            *ticks += 1;
        }
        for (_, ticks) in &mut self.notices {
            *ticks += 1;
        }
        self.release(|ticks| ticks > TICKS_MAX)
    }

    /// Nothing more will come.
    pub(super) fn settle(&mut self) -> Vec<Paired> {
        self.release(|_| true)
    }

    fn release(&mut self, is_due: impl Fn(u32) -> bool) -> Vec<Paired> {
        let mut out = Vec::new();
        while let Some((counted, _)) = self.counted.pop_front_if(|(_, ticks)| is_due(*ticks)) {
            out.push(Paired::Alone(counted));
        }
        while let Some((notice, _)) = self.notices.pop_front_if(|(_, ticks)| is_due(*ticks)) {
            out.push(Paired::Unborne(notice));
        }
        out
    }

    fn over_full(&mut self) -> Vec<Paired> {
        let mut out = Vec::new();
        if self.counted.len() > WAITING_MAX {
            out.extend(self.counted.pop_front().map(|(counted, _)| Paired::Alone(counted)));
        }
        if self.notices.len() > WAITING_MAX {
            out.extend(self.notices.pop_front().map(|(notice, _)| Paired::Unborne(notice)));
        }
        out
    }
}

/// Whether a message is of a counter's step. Of a goal the team is enough: an own goal
/// moves nobody's own counter.
fn fits(counted: &Counted, notice: &Notice) -> bool {
    if notice.stat != Some(counted.stat) {
        return false;
    }
    match (&counted.by, &notice.by, counted.stat) {
        (_, Some(by), Stat::Goal) => {
            by.team.is_none() || counted.team.is_none() || by.team == counted.team
        }
        (Some(counted), Some(by), _) => counted.is(by),
        (None, _, _) | (_, None, _) => false,
    }
}
