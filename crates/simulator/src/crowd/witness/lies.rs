//! What liars add, leave out, and do to their clocks.

use event_model::Kind;

use super::{Shown, Sight};
use crate::{
    Prng,
    crowd::{
        CrowdPlan, Lie,
        chance::{exponential_ms, signed},
        happening::{PLAYERS, ROUND_MS, player_name},
    },
};

/// How many kills liars make up together.
const INVENTED: u64 = 40;

/// How many kills a liar makes up alone who floods.
const FLOOD: u64 = 2_000;

/// How far a liar's clock slips over the match.
const SLIP_MS: u64 = 6_000;

/// How much later a liar repeats what it saw.
const REPEAT_MS: (u64, u64) = (3_000, 20_000);

/// How many of a hundred a liar keeps to itself.
const OMITTED_PCT: u64 = 50;

/// Adds the lies of a device to what it saw.
pub(super) fn add(plan: &CrowdPlan, device_no: usize, end_ms: u64, sights: &mut Vec<Sight>) {
    let mut prng = Prng::new(plan.seed, &format!("crowd lies {device_no}"));
    match plan.lie {
        Lie::Invents => {
            let mut common = Prng::new(plan.seed, "crowd invented");
            for number in 0..INVENTED {
                let (at_ms, shown) = invented(&mut common, end_ms);
                let seen_ms = at_ms + prng.below(500) + exponential_ms(&mut prng, 300);
                sights.push(lie(seen_ms, format!("invented {number}"), shown));
            }
        }
        Lie::Floods => sights.extend((0..FLOOD).map(|number| {
            let (at_ms, shown) = invented(&mut prng, end_ms);
            lie(at_ms, format!("flood {number}"), shown)
        })),
        Lie::Repeats => {
            let again: Vec<Sight> = sights
                .iter()
                .map(|sight| {
                    let seen_ms = sight.seen_ms + prng.between(REPEAT_MS.0, REPEAT_MS.1);
                    lie(seen_ms, format!("again {}", sight.number), sight.shown.clone())
                })
                .collect();
            sights.extend(again);
        }
        Lie::Omits => sights.retain(|_| !prng.percent(OMITTED_PCT)),
        Lie::ShiftsClock => {}
    }
}

fn lie(seen_ms: u64, number: String, shown: Shown) -> Sight {
    Sight { seen_ms, number, truth: None, shown }
}

/// A kill of nobody.
fn invented(prng: &mut Prng, end_ms: u64) -> (u64, Shown) {
    let at_ms = prng.below(end_ms.max(1));
    let half = PLAYERS / 2;
    let team = prng.index(2);
    let attacker = team * half + prng.index(half);
    let victim = (1 - team) * half + prng.index(half);
    let shown = Shown {
        attacker: Some(player_name(attacker)),
        victim: Some(player_name(victim)),
        round: u32::try_from(at_ms / ROUND_MS + 1).expect("a match has few rounds"),
        ..Shown::plain(Kind::Kill)
    };
    (at_ms, shown)
}

/// How far a liar's clock has slipped when it saw something.
pub(super) fn slip_ms(plan: &CrowdPlan, device_no: usize, seen_ms: u64, end_ms: u64) -> i64 {
    let slips = match plan.lie {
        Lie::Invents | Lie::ShiftsClock => plan.is_liar(device_no),
        Lie::Repeats | Lie::Omits | Lie::Floods => false,
    };
    if slips { signed(SLIP_MS * seen_ms.min(end_ms) / end_ms.max(1)) } else { 0 }
}
