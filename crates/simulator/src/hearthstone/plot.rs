//! What happens in a game, whoever looks.

use crate::{Length, Prng, cast::cast};

/// Cards of one deck.
const DECK: u32 = 30;

/// The first entity of seat 1's deck; seat 2's comes behind it.
pub(super) const FIRST_CARD: u32 = 4;

/// The heroes, by seat.
pub(super) const HEROES: [u32; 2] = [64, 66];

/// What the first of two numbers of an account says: a game of this vendor, in Europe.
const REGION: u64 = 144_115_198_130_930_503;

/// When the first turn begins: both have put back what they did not want.
const MULLIGAN_MS: u64 = 20_000;

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// The game is created, and the first hands are dealt.
    Deal,
    /// A turn begins; seat 1's where its number is odd.
    Turn(u32),
    Draw {
        id: u32,
    },
    /// A minion, or something that the other side does not see.
    Play {
        id: u32,
        is_secret: bool,
    },
    Die {
        id: u32,
    },
    Over {
        loser: u32,
        concedes: bool,
    },
}

/// A game.
#[derive(Debug, Clone)]
pub(super) struct Plot {
    names: [String; 2],
    accounts: [u64; 2],
    /// What is dealt before the mulligan.
    pub(super) dealt: Vec<u32>,
    /// With their times since the creation, in order.
    pub(super) deeds: Vec<(u64, Deed)>,
}

/// Whose card it is.
pub(super) fn seat_of(id: u32) -> u32 {
    if id < FIRST_CARD + DECK { 1 } else { 2 }
}

/// The cards of both decks.
pub(super) fn cards() -> std::ops::Range<u32> {
    FIRST_CARD..FIRST_CARD + 2 * DECK
}

impl Plot {
    pub(super) fn make_up(prng: &mut Prng, length: Length) -> Self {
        let players = cast(prng);
        let name = |index: usize| format!("{}#{}", players[index].name.trim(), 1_000 + index);
        let accounts = [prng.between(1_000, 499_999), prng.between(500_000, 999_999)];
        let mut decks = [1, 2].map(|seat| {
            let mut deck: Vec<u32> = cards().filter(|id| seat_of(*id) == seat).collect();
            prng.shuffle(&mut deck);
            deck
        });
        let mut dealt: Vec<u32> = decks[0].drain(..3).collect();
        dealt.extend(decks[1].drain(..4));
        let mut plot =
            Self { names: [name(0), name(1)], accounts, dealt, deeds: vec![(0, Deed::Deal)] };
        plot.play(prng, length, &mut decks);
        plot
    }

    fn play(&mut self, prng: &mut Prng, length: Length, decks: &mut [Vec<u32>; 2]) {
        let (mut hands, mut in_play) = (self.dealt.clone(), Vec::new());
        let (mut ms, mut turn) = (MULLIGAN_MS, 0);
        while turn == 0 || ms < length.ms() {
            turn += 1;
            self.deeds.push((ms, Deed::Turn(turn)));
            let seat = 2 - turn % 2;
            if let Some(id) = decks[if seat == 1 { 0 } else { 1 }].pop() {
                hands.push(id);
                self.deeds.push((ms, Deed::Draw { id }));
            }
            for _ in 0..prng.below(3) {
                ms += prng.between(1_500, 5_000);
                let own: Vec<u32> =
                    hands.iter().copied().filter(|id| seat_of(*id) == seat).collect();
                let Some(id) = prng.pick(&own).copied() else { break };
                hands.retain(|other| *other != id);
                let is_secret = prng.percent(20);
                self.deeds.push((ms, Deed::Play { id, is_secret }));
                if !is_secret {
                    in_play.push(id);
                }
            }
            if prng.percent(60)
                && let Some(id) = prng.pick(&in_play).copied()
            {
                ms += prng.between(1_500, 5_000);
                in_play.retain(|other| *other != id);
                self.deeds.push((ms, Deed::Die { id }));
            }
            ms += prng.between(4_000, 15_000);
        }
        let loser = 1 + u32::from(prng.percent(50));
        self.deeds.push((ms, Deed::Over { loser, concedes: prng.percent(40) }));
    }

    pub(super) fn end_ms(&self) -> u64 {
        self.deeds.last().map_or(0, |(ms, _)| *ms)
    }

    pub(super) fn name(&self, seat: u32) -> &str {
        &self.names[if seat == 1 { 0 } else { 1 }]
    }

    /// As a session names the account.
    pub(super) fn account(&self, seat: u32) -> String {
        format!("{REGION}-{}", self.accounts[if seat == 1 { 0 } else { 1 }])
    }

    /// As the log writes it.
    pub(super) fn account_in_log(&self, seat: u32) -> String {
        format!("[hi={REGION} lo={}]", self.accounts[if seat == 1 { 0 } else { 1 }])
    }
}
