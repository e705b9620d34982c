//! What liars add, leave out, and do to their clocks.

use event_model::Kind;

use super::{Shown, Sight};
use crate::{
    Prng,
    crowd::{
        Counters, CrowdPlan, Lie, RuleSet, Sent,
        chance::{exponential_ms, signed},
        happening::{PLAYERS, ROUND_MS, counter_of, player_name},
    },
};

/// How many kills liars make up together.
const INVENTED: u64 = 40;

/// How many kills a liar makes up alone who floods.
const FLOOD: u64 = 2_000;

/// How far a liar's clock slips over the match.
const SLIP_MS: u64 = 6_000;

/// How far off a liar's clock is who speaks in another's name.
const OFF_MS: i64 = 20_000;

/// How much later a liar repeats what it saw.
const REPEAT_MS: (u64, u64) = (3_000, 20_000);

/// How many of a hundred a liar keeps to itself, or deletes.
const HELD_BACK_PCT: u64 = 50;

/// Counters of what was made up count on from here: no honest report has them.
const COUNTED_FROM: u64 = 1_000;

/// How many players that nobody knows a liar lists.
const STRANGERS: usize = 30;

/// Adds the lies of a device to what it saw.
pub(super) fn add(plan: &CrowdPlan, device_no: usize, end_ms: u64, sights: &mut Vec<Sight>) {
    let mut prng = Prng::new(plan.seed, &format!("crowd lies {device_no}"));
    match plan.lie {
        Lie::Invents
        | Lie::InventsOnTime
        | Lie::Impersonates
        | Lie::ListsStrangers
        | Lie::Nameless => {
            sights.extend(inventions(plan, device_no, end_ms, &mut prng));
        }
        Lie::Floods => sights.extend((0..FLOOD).map(|number| {
            let invented = Invented::of(&mut prng, number, end_ms);
            let shown = Shown { ordinal: None, ..invented.whole(plan) };
            lie(Some(device_no), invented.at_ms, format!("flood {number}"), shown)
        })),
        Lie::Repeats => {
            let again: Vec<Sight> = sights
                .iter()
                .map(|sight| {
                    let seen_ms = sight.seen_ms + prng.between(REPEAT_MS.0, REPEAT_MS.1);
                    let number = format!("again {}", sight.number);
                    lie(Some(device_no), seen_ms, number, sight.shown.clone())
                })
                .collect();
            sights.extend(again);
        }
        Lie::Twins | Lie::TwinsOfStrangers | Lie::TwinsOfAnother => {
            let twin = |sight: &Sight| Sight {
                number: format!("twin {}", sight.number),
                truth: None,
                ..sight.clone()
            };
            let twins: Vec<Sight> = sights.iter().map(twin).collect();
            sights.extend(twins);
        }
        Lie::Omits => sights.retain(|_| !prng.percent(HELD_BACK_PCT)),
        Lie::AbsurdClocks => {
            let ends = [i64::MIN, i64::MAX].map(Some);
            for (sight, end) in sights.iter_mut().zip(ends.into_iter().cycle()) {
                sight.shown.match_clock_ms = end.filter(|_| !is_odd(device_no));
            }
        }
        Lie::ShiftsClock | Lie::Deletes => {}
    }
}

/// In whose name a device tells what it saw: a player's number, or that of a
/// stranger; nobody's where there is none.
pub(super) fn teller(plan: &CrowdPlan, device_no: usize) -> Option<usize> {
    let own = plan.player_of(device_no);
    if !plan.is_liar(device_no) {
        return Some(own);
    }
    match plan.lie {
        Lie::Nameless => None,
        Lie::TwinsOfStrangers => Some(PLAYERS + own),
        Lie::TwinsOfAnother => Some(0),
        Lie::Invents
        | Lie::InventsOnTime
        | Lie::Impersonates
        | Lie::ListsStrangers
        | Lie::Repeats
        | Lie::Twins
        | Lie::ShiftsClock
        | Lie::AbsurdClocks
        | Lie::Omits
        | Lie::Deletes
        | Lie::Floods => Some(own),
    }
}

/// Whether a device misses nothing: a liar can have it from somebody else.
pub(super) fn misses_nothing(plan: &CrowdPlan, device_no: usize) -> bool {
    let is_twin = matches!(plan.lie, Lie::Twins | Lie::TwinsOfStrangers | Lie::TwinsOfAnother);
    is_twin && plan.is_liar(device_no)
}

/// Which of what a crowd sent its liars delete in the end, in order.
pub(in crate::crowd) fn deleted(plan: &CrowdPlan, sent: &[Sent]) -> Vec<usize> {
    if plan.lie != Lie::Deletes {
        return Vec::new();
    }
    let mut prng = Prng::new(plan.seed, "crowd deleted");
    let of_liars = sent.iter().enumerate().filter(|(_, sent)| sent.by_liar);
    of_liars.filter(|_| prng.percent(HELD_BACK_PCT)).map(|(report, _)| report).collect()
}

/// Whom a liar lists as the players, each by its own word.
pub(in crate::crowd) fn strangers(plan: &CrowdPlan, device_no: usize) -> Vec<String> {
    let lists = plan.lie == Lie::ListsStrangers && plan.is_liar(device_no);
    let count = if lists { STRANGERS } else { 0 };
    (0..count).map(|number| format!("Stranger {device_no}-{number}")).collect()
}

/// What the liars make up together, as this one of them tells it.
fn inventions(plan: &CrowdPlan, device_no: usize, end_ms: u64, prng: &mut Prng) -> Vec<Sight> {
    let mut common = Prng::new(plan.seed, "crowd invented");
    let mut sights = Vec::new();
    for number in 0..INVENTED {
        let invented = Invented::of(&mut common, number, end_ms);
        let seen_ms = invented.at_ms + prng.below(500) + exponential_ms(prng, 300);
        let Some(shown) = invented.shown(plan, device_no) else { continue };
        let told = lie(teller(plan, device_no), seen_ms, format!("invented {number}"), shown);
        if plan.lie == Lie::Impersonates {
            let tellers = (0..PLAYERS).filter(|teller| *teller != device_no);
            sights.extend(tellers.map(|no| Sight { teller: Some(no), ..told.clone() }));
        }
        sights.push(told);
    }
    sights
}

fn lie(teller: Option<usize>, seen_ms: u64, number: String, shown: Shown) -> Sight {
    Sight { seen_ms, number, truth: None, teller, shown }
}

/// A kill of nobody.
#[derive(Debug, Clone, Copy)]
struct Invented {
    number: u64,
    at_ms: u64,
    attacker: usize,
    victim: usize,
}

impl Invented {
    fn of(prng: &mut Prng, number: u64, end_ms: u64) -> Self {
        let at_ms = prng.below(end_ms.max(1));
        let half = PLAYERS / 2;
        let team = prng.index(2);
        let attacker = team * half + prng.index(half);
        let victim = (1 - team) * half + prng.index(half);
        Self { number, at_ms, attacker, victim }
    }

    /// As a liar's game would show it: one that tells halves shows only its own.
    fn shown(self, plan: &CrowdPlan, device_no: usize) -> Option<Shown> {
        if plan.rules != RuleSet::Cs2 {
            return Some(self.whole(plan));
        }
        let accomplices: Vec<usize> = (0..plan.devices).filter(|no| plan.is_liar(*no)).collect();
        let turn = usize::try_from(self.number).expect("some forty");
        let attacker = accomplices[turn % accomplices.len()];
        let next = accomplices[(turn + 1) % accomplices.len()];
        let victim = if next == attacker { self.victim } else { next };
        let whole = Self { attacker, victim, ..self }.whole(plan);
        let ordinal = |of| whole.ordinal.map(|(_, value)| (of, value));
        if device_no == attacker {
            let ordinal = ordinal("attacker kills");
            return Some(Shown { victim: None, ordinal, ..whole });
        }
        let death = Shown { kind: Kind::Death, attacker: None, ..whole };
        (device_no == victim).then_some(death)
    }

    fn whole(self, plan: &CrowdPlan) -> Shown {
        let kind = match plan.rules {
            RuleSet::RocketLeague => Kind::Demolition,
            RuleSet::Kills | RuleSet::League | RuleSet::Valorant | RuleSet::Cs2 => Kind::Kill,
        };
        let counted = (counter_of(kind), COUNTED_FROM + self.number);
        Shown {
            attacker: Some(player_name(self.attacker)),
            victim: Some(player_name(self.victim)),
            round: u32::try_from(self.at_ms / ROUND_MS + 1).expect("a match has few rounds"),
            ordinal: (plan.counters != Counters::None).then_some(counted),
            match_clock_ms: (plan.rules == RuleSet::League).then(|| signed(self.at_ms)),
            ..Shown::plain(kind)
        }
    }
}

/// Of liars with absurd clocks the odd ones' monotonic clock is, the others'
/// match's.
fn is_odd(device_no: usize) -> bool {
    !device_no.is_multiple_of(2)
}

/// What a device says its monotonic clock shows.
pub(super) fn mono_ms(plan: &CrowdPlan, device_no: usize, mono_ms: u64) -> u64 {
    let is_absurd = plan.lie == Lie::AbsurdClocks && plan.is_liar(device_no) && is_odd(device_no);
    if is_absurd { (1 << 63) + mono_ms } else { mono_ms }
}

/// How far off a liar has set its clock when it saw something.
pub(super) fn slip_ms(plan: &CrowdPlan, device_no: usize, seen_ms: u64, end_ms: u64) -> i64 {
    let slips = match plan.lie {
        Lie::Invents | Lie::ShiftsClock => plan.is_liar(device_no),
        Lie::TwinsOfAnother => return if plan.is_liar(device_no) { OFF_MS } else { 0 },
        Lie::InventsOnTime
        | Lie::Impersonates
        | Lie::ListsStrangers
        | Lie::Nameless
        | Lie::Repeats
        | Lie::Twins
        | Lie::TwinsOfStrangers
        | Lie::AbsurdClocks
        | Lie::Omits
        | Lie::Deletes
        | Lie::Floods => false,
    };
    if slips { signed(SLIP_MS * seen_ms.min(end_ms) / end_ms.max(1)) } else { 0 }
}
