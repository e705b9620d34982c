//! A game of Hearthstone as both of its clients write it: its plot, its truth, and the
//! lines of a Power.log.

mod plot;
mod printing;

use event_model::{Channel, Frame, Game, Kind, Reading};
use game_stage::Cue;

use crate::{Length, Prng, SessionTruth, TrueEvent};
use plot::{Deed, Plot};
use printing::Printing;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// As the game names the log of a start.
const LOG_OF_START: &str = "Hearthstone_2026_11_01_20_15_00/Power.log";

/// One game of two, from its creation to its end.
#[derive(Debug, Clone)]
pub struct HearthstoneGame {
    plot: Plot,
}

/// One of its two clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HearthstoneSide {
    /// 1 or 2.
    seat: u32,
    /// What its clock says when the game is created, in its own zone.
    begins_of_day_ms: u64,
    /// Before which deed it lost its connection, and was told everything again.
    comes_back: Option<usize>,
}

impl HearthstoneGame {
    /// Makes the game of a seed up.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        Self { plot: Plot::make_up(&mut Prng::new(seed, "hearthstone"), length) }
    }

    /// Both sides: in two zones, with clocks that are wrong by some seconds, one of them
    /// near midnight. Of some games one side loses its connection for a moment.
    #[must_use]
    pub fn sides(&self, seed: u64) -> [HearthstoneSide; 2] {
        let mut prng = Prng::new(seed, "hearthstone sides");
        let begins = DAY_MS - prng.below(self.plot.end_ms().max(1));
        let apart = 60 * 60 * 1_000 + prng.between(0, 12_000);
        let away = prng.percent(60).then(|| 1 + prng.index(self.plot.deeds.len() - 1));
        let goes = 1 + u32::from(prng.percent(50));
        [1, 2].map(|seat| HearthstoneSide {
            seat,
            begins_of_day_ms: (begins + if seat == 1 { 0 } else { apart }) % DAY_MS,
            comes_back: away.filter(|_| seat == goes),
        })
    }

    /// The lines that a side's client writes, each with its end.
    #[must_use]
    pub fn log(&self, side: &HearthstoneSide) -> Vec<String> {
        self.printed(side).into_iter().map(|(_, line)| line).collect()
    }

    /// The same as a follower reads them, with their times: in the folder of one start,
    /// below that of the game's logs.
    #[must_use]
    pub fn cues(&self, side: &HearthstoneSide) -> Vec<Cue> {
        let mut offset = 0;
        let cue = |(at_ms, line): (u64, String)| {
            let mut frame = Frame::new(Channel::File, line.trim_end_matches("\r\n"));
            (frame.file, frame.offset) = (Some(LOG_OF_START.to_owned()), Some(offset));
            offset += line.len() as u64;
            Cue { at_ms, reading: Reading::Frame(frame) }
        };
        self.printed(side).into_iter().map(cue).collect()
    }

    fn printed(&self, side: &HearthstoneSide) -> Vec<(u64, String)> {
        let mut printing = Printing::of(&self.plot, side.seat, side.begins_of_day_ms);
        for (index, (ms, deed)) in self.plot.deeds.iter().enumerate() {
            if side.comes_back == Some(index) {
                printing.again(*ms);
            }
            printing.deed(*ms, deed);
        }
        printing.lines
    }

    /// What a companion beside a side must record.
    #[must_use]
    pub fn truth_of(&self, side: &HearthstoneSide) -> SessionTruth {
        let mut events = Vec::new();
        let mut turn = 0;
        for (ms, deed) in &self.plot.deeds {
            let in_turn = |turn: u32, kind| TrueEvent {
                match_clock_ms: Some(*ms),
                round: (turn > 0).then_some(turn),
                ..TrueEvent::of(kind)
            };
            let now = turn;
            let of = |kind| in_turn(now, kind);
            let named = |name: &str| TrueEvent { name: Some(name.to_owned()), ..of(Kind::Other) };
            match deed {
                Deed::Deal => events.push(of(Kind::MatchStarted)),
                Deed::Draw { .. } => {}
                Deed::Turn(number) => {
                    if turn > 0 {
                        events.push(of(Kind::RoundEnded));
                    }
                    turn = *number;
                    events.push(in_turn(turn, Kind::RoundStarted));
                }
                Deed::Play { id, .. } => {
                    let by = self.plot.name(plot::seat_of(*id)).to_owned();
                    events.push(TrueEvent { attacker: Some(by), ..named("card_played") });
                }
                Deed::Die { .. } => events.push(named("minion_died")),
                Deed::Over { loser, concedes } => {
                    let name = |seat| Some(self.plot.name(seat).to_owned());
                    let (attacker, victim) = (name(3 - loser), name(*loser));
                    if !concedes {
                        events.push(TrueEvent { attacker, victim, ..of(Kind::Kill) });
                    }
                    events.extend([of(Kind::RoundEnded), of(Kind::MatchEnded)]);
                }
            }
        }
        SessionTruth {
            game: Game::hearthstone().to_string(),
            observer: self.plot.account(side.seat),
            events,
        }
    }
}
