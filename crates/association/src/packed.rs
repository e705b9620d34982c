//! A report in 112 bytes: all that association keeps of it.

use event_model::{Identity, Kind, Origin, WallTime};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Hints, NameKey, Report, Sighting, TimeQuality,
    names::mix,
    report_set::{ClockNo, bounded},
};

/// An event id in 16 bytes: the UUID itself, or half of a hash of other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(pub [u8; 16]);

impl EventKey {
    /// The key of an event id.
    #[must_use]
    pub fn of(event_id: &str) -> Self {
        if let Ok(uuid) = Uuid::try_parse(event_id)
            && uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == event_id
        {
            return Self(uuid.into_bytes());
        }
        let digest = Sha256::digest(event_id.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self(key)
    }
}

/// A game counter's reading, comparable with another of the same `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counter {
    /// Which counter in which run, whosever it is; 0 for none.
    pub of: u64,
    /// Its value after the event.
    pub value: u64,
}

/// Whose counter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Victim,
    Attacker,
    Team,
    Nobody,
}

impl Whose {
    fn of(counter: &str) -> Self {
        match counter.split_whitespace().next() {
            Some("victim") => Self::Victim,
            Some("attacker" | "player" | "scorer") => Self::Attacker,
            Some("team") => Self::Team,
            _ => Self::Nobody,
        }
    }
}

/// What is kept of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// The event's id.
    pub key: EventKey,
    /// The instant on its clock, in milliseconds.
    pub t: i64,
    /// The corrected instant, in Unix milliseconds, bounded.
    pub at: i64,
    /// Where it stands in the log.
    pub position: u64,
    /// Who did it, by name.
    pub attacker: NameKey,
    /// To whom, by name.
    pub victim: NameKey,
    /// The helpers, as one key.
    pub assists: NameKey,
    /// The object, or the game's own word.
    pub object: NameKey,
    /// The side of whoever acted.
    pub team: NameKey,
    /// The game's counter behind it.
    pub counter: Counter,
    /// Account ids of attacker and victim, in 32 bits each; 0 for none.
    pub(crate) account_ids: [u32; 2],
    /// Which clock `t` is on.
    pub clock: ClockNo,
    /// The round, 0 where the source told none.
    pub round: u16,
    /// What happened.
    pub kind: Kind,
    /// The last bits of its number in its outbox.
    number: u16,
    flags: u8,
}

crate::row::number_row!(EventKey([u8; 16]));
crate::row::row!(Counter { of, value });
crate::row::row!(Packed {
    key,
    t,
    at,
    position,
    attacker,
    victim,
    assists,
    object,
    team,
    counter,
    account_ids,
    clock,
    round,
    kind,
    number,
    flags,
});

const GOOD: u8 = 1;
const NATIVE: u8 = 2;
const REPLAYED: u8 = 4;
const OF_ATTACKER: u8 = 8;
const OF_VICTIM: u8 = 16;
const OF_TEAM: u8 = 32;
const NUMBERED: u8 = 64;

impl Packed {
    /// Packs what `report` says, but for names that only are shown.
    pub(crate) fn of(
        report: &Report<'_>,
        key: EventKey,
        kind: Kind,
        clock: ClockNo,
        t: i64,
    ) -> Self {
        let ids = report.actor_ids;
        let id = |text: Option<&str>| short(NameKey::maybe(text));
        Self {
            key,
            t,
            at: bounded(report.corrected.at.unix_ms()),
            position: report.position,
            attacker: NameKey::maybe(report.actors.attacker.as_deref()),
            victim: NameKey::maybe(report.actors.victim.as_deref()),
            assists: assists(&report.actors.assists),
            object: object(&report.hints),
            team: NameKey::maybe(report.hints.team),
            counter: counter(report),
            account_ids: [
                id(ids.and_then(|ids| ids.attacker.as_deref())),
                id(ids.and_then(|ids| ids.victim.as_deref())),
            ],
            clock,
            round: report.round.map_or(0, |round| u16::try_from(round).unwrap_or(u16::MAX)),
            kind,
            number: last_bits(report.sequence.unwrap_or_default()),
            flags: flags(report),
        }
    }

    /// The corrected time, and how sure it is.
    #[must_use]
    pub fn sighting(&self) -> Sighting {
        let quality = if self.is_good() { TimeQuality::Good } else { TimeQuality::Low };
        Sighting { at: WallTime::from_unix_ms(self.at), quality }
    }

    /// Whether the corrected time can be trusted.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.flags & GOOD != 0
    }

    /// Whether the game's own counter or index named it.
    #[must_use]
    pub fn is_native(&self) -> bool {
        self.flags & NATIVE != 0
    }

    /// Whether a recording was read again.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        self.flags & REPLAYED != 0
    }

    /// The last bits of its number in its outbox, where it has one: numbers of one
    /// match lie close together.
    pub(crate) fn last_bits(&self) -> Option<u16> {
        (self.flags & NUMBERED != 0).then_some(self.number)
    }

    pub(crate) fn whose(&self) -> Whose {
        match self.flags & (OF_ATTACKER | OF_VICTIM | OF_TEAM) {
            OF_ATTACKER => Whose::Attacker,
            OF_VICTIM => Whose::Victim,
            OF_TEAM => Whose::Team,
            _ => Whose::Nobody,
        }
    }
}

impl Counter {
    /// No counter.
    pub const NONE: Self = Self { of: 0, value: 0 };

    /// Whether there is one.
    #[must_use]
    pub fn is_some(self) -> bool {
        self.of != 0
    }
}

fn flags(report: &Report<'_>) -> u8 {
    let whose = match report.ordinal.map(|ordinal| Whose::of(&ordinal.of)) {
        Some(Whose::Attacker) => OF_ATTACKER,
        Some(Whose::Victim) => OF_VICTIM,
        Some(Whose::Team) => OF_TEAM,
        Some(Whose::Nobody) | None => 0,
    };
    let set = |holds: bool, flag: u8| if holds { flag } else { 0 };
    whose
        | set(report.corrected.quality == TimeQuality::Good, GOOD)
        | set(report.identity == Some(Identity::Native), NATIVE)
        | set(report.origin == Some(Origin::Replay), REPLAYED)
        | set(report.sequence.is_some(), NUMBERED)
}

/// Only a reading that came from the game itself is compared with another's.
fn counter(report: &Report<'_>) -> Counter {
    match (report.ordinal, report.identity) {
        (Some(ordinal), Some(Identity::Native)) => Counter {
            of: mix(&[NameKey::of(&ordinal.of).0, u64::from(ordinal.run)]) | 1,
            value: ordinal.value,
        },
        _ => Counter::NONE,
    }
}

fn object(hints: &Hints<'_>) -> NameKey {
    let name = NameKey::maybe(hints.name);
    hints.streak.map_or(name, |streak| NameKey(mix(&[name.0, u64::from(streak)]) | 1))
}

/// Helpers in any order are the same helpers.
fn assists(names: &[String]) -> NameKey {
    let mut keys: Vec<u64> = names.iter().map(|name| NameKey::of(name).0).collect();
    keys.sort_unstable();
    if keys.is_empty() { NameKey::NONE } else { NameKey(mix(&keys)) }
}

fn last_bits(number: u64) -> u16 {
    u16::try_from(number & u64::from(u16::MAX)).expect("16 bits are left")
}

fn short(key: NameKey) -> u32 {
    u32::try_from(key.0 & u64::from(u32::MAX)).expect("32 bits are left")
}
