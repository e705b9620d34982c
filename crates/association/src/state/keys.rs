//! What a report shares with others, as far as it can be told at arrival.
//!
//! The solver knows more: which names belong to one account, and which ids more
//! than one witness sent. Until it ran, names are taken as they were written.

use event_model::Kind;

use crate::{Packed, Place, Rules, names::mix, packed::Whose};

/// What two reports of one happening must share.
pub(crate) fn place_of(rules: &Rules, report: &Packed) -> u64 {
    let kind = number(report.kind);
    let (attacker, victim) = (attacker(report), victim(report));
    match rules.rule(report.kind).place {
        Place::Victim if victim == 0 => mix(&[kind, NO_VICTIM, attacker]),
        Place::Victim => mix(&[kind, victim]),
        Place::Attacker if report.kind == Kind::MultiKill => {
            mix(&[kind, attacker, report.object.0])
        }
        Place::Attacker => mix(&[kind, attacker]),
        Place::Object => mix(&[kind, report.object.0, victim]),
        Place::Everything => mix(&[kind, report.object.0, attacker, victim]),
        Place::Match | Place::Round => mix(&[kind]),
    }
}

/// The counter or the scope that decides outright, where there is one.
pub(crate) fn scope_of(rules: &Rules, report: &Packed) -> Option<u64> {
    let kind = number(report.kind);
    match rules.rule(report.kind).place {
        Place::Match => return Some(mix(&[kind])),
        Place::Round if report.round > 0 && report.is_native() => {
            return Some(mix(&[kind, u64::from(report.round)]));
        }
        Place::Victim | Place::Attacker | Place::Object | Place::Everything | Place::Round => {}
    }
    let whose = match report.whose() {
        Whose::Victim => victim(report),
        Whose::Attacker => attacker(report),
        Whose::Team => report.team.0,
        Whose::Nobody => place_of(rules, report),
    };
    let counts = report.counter.is_some() && whose != 0;
    counts.then(|| mix(&[kind, report.counter.of, report.counter.value, whose]))
}

/// Whether only its own account can see it: it is never joined at arrival.
pub(crate) fn is_half(rules: &Rules, report: &Packed) -> bool {
    let unnamed = (report.kind == Kind::Kill && !report.victim.is_some())
        || (report.kind == Kind::Death && !report.attacker.is_some());
    unnamed && rules.has_halves()
}

/// Stands where a victim is not named.
const NO_VICTIM: u64 = 3;

fn attacker(report: &Packed) -> u64 {
    if report.attacker.is_some() { report.attacker.0 } else { u64::from(report.account_ids[0]) }
}

fn victim(report: &Packed) -> u64 {
    if report.victim.is_some() { report.victim.0 } else { u64::from(report.account_ids[1]) }
}

fn number(kind: Kind) -> u64 {
    (0..).zip(Kind::ALL).find(|(_, known)| *known == kind).map_or(u64::MAX, |(number, _)| number)
}
