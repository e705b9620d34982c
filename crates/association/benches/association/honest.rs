//! A match as it is played: 1,300 reports of ten devices.

use std::time::Duration;

use association::{MatchState, Rules};
use event_model::Game;

use crate::{
    allocated,
    clock::{Times, timed},
    peak,
    report::{Dice, Sent},
    say,
};

/// Kills of one match, so that ten devices that miss a tenth tell 1,300.
const KILLS: u64 = 145;

pub(crate) fn rules() -> Rules {
    Rules::of(&Game::new("valorant").expect("a game's name"))
}

pub(crate) fn measure(matches: u64) {
    let (mut places, mut resolves) = (Times::with_room(60_000), Times::with_room(2_000));
    let (mut state_bytes, mut solve_bytes, mut solves, mut changes) = (0, 0, 0, 0);
    for seed in 0..matches {
        let told = told(seed);
        let before = allocated();
        let mut best = Played::of(&told);
        state_bytes = state_bytes.max(best.bytes);
        (solves, changes) = (solves + best.state.resolves(), changes + best.state.revision().0);
        peak();
        let (_, took) = timed(|| best.state.resolve());
        resolves.push(took);
        solve_bytes = solve_bytes.max(peak() - before);
        for _ in 1..TIMES {
            best.take_better(&Played::of(&told));
        }
        best.places.iter().for_each(|took| places.push(*took));
        best.resolves.iter().for_each(|took| resolves.push(*took));
    }
    let ns = |times: &mut Times, part| times.at(part).as_nanos();
    say(&format!("| place, mean | {} ns | 2,000 ns |", places.mean().as_nanos()));
    say(&format!("| place, median | {} ns | 2,000 ns |", ns(&mut places, 500)));
    say(&format!("| place, 99 of 100 | {} ns | |", ns(&mut places, 990)));
    say(&format!("| changes a match | {} | |", changes / matches));
    say(&format!("| resolve of a whole match | {} µs | |", resolves.at(990).as_micros()));
    say(&format!("| resolves a match | {} | |", solves / matches));
    say(&format!("| a match of 1,300 reports | {} KiB | 256 KiB |", state_bytes / 1_024));
    say(&format!("| the same while it is solved | {} KiB | |", solve_bytes / 1_024));
}

/// How often each match is played: the best of them is what it costs, and the
/// rest is what else the machine did meanwhile.
const TIMES: usize = 3;

/// A match that was played once.
struct Played {
    state: MatchState,
    bytes: usize,
    places: Vec<Duration>,
    resolves: Vec<Duration>,
}

impl Played {
    fn of(told: &[Sent]) -> Self {
        let mut places = Vec::with_capacity(told.len());
        let mut resolves = Vec::with_capacity(told.len());
        let before = allocated();
        let mut state = MatchState::new(rules());
        for (position, sent) in (1..).zip(told) {
            let report = sent.report(position);
            places.push(timed(|| state.place(&report)).1);
            let solved = state.resolves();
            let (_, took) = timed(|| state.resolve_if_due());
            if state.resolves() > solved {
                resolves.push(took);
            }
            drop(state.take_changes());
        }
        Self { state, bytes: allocated() - before, places, resolves }
    }

    fn take_better(&mut self, other: &Self) {
        let pairs = self.places.iter_mut().zip(&other.places);
        for (one, two) in pairs.chain(self.resolves.iter_mut().zip(&other.resolves)) {
            *one = (*one).min(*two);
        }
    }
}

/// One match, in the order of arrival.
fn told(seed: u64) -> Vec<Sent> {
    let mut dice = Dice(seed);
    let mut arriving: Vec<(u64, Sent)> = Vec::new();
    let mut now = 60_000;
    for kill in 0..KILLS {
        now += 3_000 + dice.below(26_000);
        let (attacker, victim) = (dice.below(10), dice.below(10));
        for device in 1..=10_u64 {
            if dice.below(10) == 0 {
                continue;
            }
            let seen = now + dice.below(500);
            let sent = Sent::kill(
                u128::from(device),
                u128::from(kill),
                seen,
                &format!("player {attacker} #EU"),
                &format!("player {victim} #EU"),
            );
            arriving.push((seen + dice.below(5_000), sent));
        }
    }
    arriving.sort_by_key(|(arrives, sent)| (*arrives, sent.device));
    arriving.into_iter().map(|(_, sent)| sent).collect()
}
