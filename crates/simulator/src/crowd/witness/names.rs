//! One wrong name.

use super::Shown;
use crate::{
    Prng,
    crowd::happening::{PLAYERS, player_name},
};

/// Garbage names are of so many, so that now and then two are alike.
const TAGS: u64 = 60;

/// Makes one of the two names wrong: another player's, cut off, with a clan's
/// tag, or hidden. A counter of a victim whose name is wrong is nobody's.
pub(super) fn corrupt(shown: &mut Shown, fault: u64) {
    let mut prng = Prng::new(fault, "wrong name");
    let is_victim = prng.percent(50);
    let name = if is_victim { &mut shown.victim } else { &mut shown.attacker };
    let Some(right) = name.take() else { return };
    let wrong = wrong_name(&mut prng, &right);
    if is_victim && wrong != right {
        shown.ordinal = None;
    }
    *name = Some(wrong);
}

fn wrong_name(prng: &mut Prng, right: &str) -> String {
    if prng.percent(50) {
        return player_name(prng.index(PLAYERS));
    }
    match prng.below(3) {
        0 => right.chars().take(2).collect(),
        1 => format!("[{:02}] {right}", prng.below(TAGS)),
        _ => "?".to_owned(),
    }
}
