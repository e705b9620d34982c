//! What a report shares with others of the same happening: the keys of place,
//! counter and scope, the same at arrival and in the solver.
//!
//! Who is meant is told apart: the solver knows which names are one account's,
//! at arrival they are taken as they were written.

use event_model::Kind;

use crate::{Packed, Place, Rules, names::mix, packed::Whose};

/// Who did it and to whom, as one number each; 0 for nobody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meant {
    pub(crate) attacker: u64,
    pub(crate) victim: u64,
}

/// One value of one counter, or a scope in which a thing happens once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) counter: u64,
    pub(crate) value: u64,
    /// A game's counter can lag behind; a round cannot.
    pub(crate) can_lag: bool,
}

/// What a report's source sees of a kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sides {
    Both,
    Attacker,
    Victim,
}

/// Stands for what has no name of its own in a key.
const SCOPE: u64 = 1;
const NO_VICTIM: u64 = 3;
const BESIDE: u64 = 4;
const HALF: u64 = 5;

impl Numbered {
    /// Counter and value as one.
    pub(crate) fn scope(self) -> u64 {
        mix(&[self.counter, self.value])
    }
}

impl Meant {
    /// As it was written: by name, or by account where there is none.
    pub(crate) fn as_written(report: &Packed) -> Self {
        let who = |name: u64, id: u32| if name == 0 { u64::from(id) } else { name };
        Self {
            attacker: who(report.attacker.0, report.account_ids[0]),
            victim: who(report.victim.0, report.account_ids[1]),
        }
    }
}

/// What two reports of one happening must share.
pub(crate) fn place(rules: &Rules, report: &Packed, meant: Meant) -> u64 {
    let kind = number(report.kind);
    let Meant { attacker, victim } = meant;
    match rules.rule(report.kind).place {
        Place::Victim if victim == 0 => mix(&[kind, NO_VICTIM, attacker]),
        Place::Victim => mix(&[kind, victim]),
        Place::Attacker if report.kind == Kind::MultiKill => {
            mix(&[kind, attacker, report.object.0])
        }
        Place::Attacker => mix(&[kind, attacker]),
        Place::Object => mix(&[kind, report.object.0, victim]),
        Place::Everything => mix(&[kind, report.object.0, attacker, victim]),
        Place::Match | Place::Round => mix(&[kind, SCOPE]),
    }
}

/// Where what has a victim stands as well: under who did it, for those who name
/// another victim; and the half of a kill with those of its round.
pub(crate) fn beside(rules: &Rules, report: &Packed, meant: Meant) -> Option<u64> {
    let is_by_victim = rules.rule(report.kind).place == Place::Victim;
    if sides(rules, report) != Sides::Both {
        return Some(mix(&[HALF, u64::from(report.round)]));
    }
    let is_whole = meant.attacker != 0 && meant.victim != 0;
    (is_by_victim && is_whole).then(|| mix(&[number(report.kind), BESIDE, meant.attacker]))
}

/// The counter or the scope that decides outright, where there is one.
pub(crate) fn numbered(rules: &Rules, report: &Packed, meant: Meant) -> Option<Numbered> {
    let kind = number(report.kind);
    let once = |value| Some(Numbered { counter: mix(&[kind, SCOPE]), value, can_lag: false });
    match rules.rule(report.kind).place {
        Place::Match => return once(0),
        Place::Round if report.round > 0 && report.is_native() => {
            return once(u64::from(report.round));
        }
        Place::Victim | Place::Attacker | Place::Object | Place::Everything | Place::Round => {}
    }
    if !report.counter.is_some() {
        return None;
    }
    let whose = match report.whose() {
        Whose::Victim => meant.victim,
        Whose::Attacker => meant.attacker,
        Whose::Team => report.team.0,
        Whose::Nobody => place(rules, report, meant),
    };
    let counter = mix(&[kind, report.counter.of, whose]);
    (whose != 0).then_some(Numbered { counter, value: report.counter.value, can_lag: true })
}

/// Which side of a kill the source sees, where it sees one only.
pub(crate) fn sides(rules: &Rules, report: &Packed) -> Sides {
    if !rules.has_halves() {
        Sides::Both
    } else if report.kind == Kind::Kill && !report.victim.is_some() {
        Sides::Attacker
    } else if report.kind == Kind::Death && !report.attacker.is_some() {
        Sides::Victim
    } else {
        Sides::Both
    }
}

/// A kind as a number.
pub(crate) fn number(kind: Kind) -> u64 {
    (0..).zip(Kind::ALL).find(|(_, known)| *known == kind).map_or(u64::MAX, |(number, _)| number)
}
