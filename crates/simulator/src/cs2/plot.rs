//! Makes a match up, beat by beat: each beat is a change that a listener sees
//! before the next one comes.

use event_model::Kind;

use super::{
    At, Cs2Match, Sides,
    scene::{Bomb, Own, Place, RoundPhase, Scene, Watched, Win},
};
use crate::{Length, Prng, TrueEvent, cast::cast};

/// Whose client it is.
pub(super) const OBSERVER: usize = 0;

/// Between two beats at least: three times what the game's buffer and throttle
/// of 0.1 s need to send each as a state of its own.
const BEAT_MS_MIN: u64 = 300;

/// Beats outside of rounds: menu, warmup, false start, end, menu.
const BEATS_AROUND: u64 = 10;

/// Beats of one round at most: freezetime, live, five in it, over.
const BEATS_PER_ROUND: u64 = 8;

/// From a match that is over early to one without overtime.
const ROUNDS: (u64, u64) = (2, 24);

/// Players of the own team but the own one, who is the first.
const TEAM_MATES: usize = 4;

const MAPS: [&str; 4] = ["de_inferno", "de_mirage", "de_nuke", "de_ancient"];

/// A match in the making.
struct Plot<'p> {
    prng: &'p mut Prng,
    own_name: String,
    now_ms: u64,
    beat_ms: u64,
    scene: Scene,
    /// How often the counters were set back.
    run: u32,
    scenes: Vec<At>,
    events: Vec<TrueEvent>,
}

/// A change within a live round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beat {
    /// So many at once: the client shows only the counter after them.
    OwnKills(u32),
    OwnDeath,
    Plant,
}

pub(super) fn make_up(prng: &mut Prng, length: Length) -> Cs2Match {
    let players = cast(prng);
    let map = prng.pick(&MAPS).copied().unwrap_or(MAPS[0]);
    let beats = length.ms() / BEAT_MS_MIN;
    let rounds = (beats.saturating_sub(BEATS_AROUND) / BEATS_PER_ROUND).clamp(ROUNDS.0, ROUNDS.1);
    let mut plot = Plot {
        own_name: players[OBSERVER].name.clone(),
        prng,
        now_ms: 0,
        beat_ms: length.ms() / (BEATS_AROUND + BEATS_PER_ROUND * rounds),
        scene: Scene::MENU,
        run: 0,
        scenes: Vec::new(),
        events: Vec::new(),
    };
    plot.opening();
    for number in 1..=u32::try_from(rounds).unwrap_or(u32::MAX) {
        plot.round(number);
    }
    plot.ending();
    let (scenes, events) = (plot.scenes, plot.events);
    Cs2Match { players, observer: OBSERVER, sides: Sides::OneTeam, map, scenes, events }
}

impl Plot<'_> {
    /// Shows the scene as it is now, until the next beat.
    fn show(&mut self) {
        self.scenes.push(At { ms: self.now_ms, scene: self.scene.clone() });
        self.now_ms += self.beat_ms;
    }

    fn happens(&mut self, event: TrueEvent) {
        self.events.push(TrueEvent { run: self.run, ..event });
    }

    fn happens_in_round(&mut self, kind: Kind, number: u32) {
        self.happens(TrueEvent { round: Some(number), ..TrueEvent::of(kind) });
    }

    /// The menu, the warmup, and a first round that the server restarts.
    fn opening(&mut self) {
        self.show();
        self.scene = Scene { place: Place::Warmup, watched: Watched::Nobody, ..Scene::MENU };
        self.show();
        self.scene.place = Place::Live;
        self.scene.watched = Watched::Own;
        self.happens(TrueEvent::of(Kind::MatchStarted));
        self.freezetime();
        self.live(1);
        self.own_kills(1, 1);
        self.show();
        self.restart();
    }

    /// `mp_restartgame`: everything counts from zero, in the same phase.
    fn restart(&mut self) {
        self.run += 1;
        self.scene.round = 0;
        self.scene.wins.clear();
        self.scene.own = Own::FRESH;
    }

    fn round(&mut self, number: u32) {
        self.freezetime();
        self.live(number);
        for beat in self.beats_of(number) {
            self.play(beat, number);
        }
        self.over(number);
    }

    fn freezetime(&mut self) {
        let own = &mut self.scene.own;
        *own = Own { round_kills: 0, health: 100, money: own.money + 1_900, ..*own };
        self.scene.round_phase = Some(RoundPhase::Freezetime);
        self.scene.bomb = None;
        self.scene.watched = Watched::Own;
        self.show();
    }

    fn live(&mut self, number: u32) {
        self.scene.round_phase = Some(RoundPhase::Live);
        self.happens_in_round(Kind::RoundStarted, number);
        self.show();
    }

    /// The own player kills nobody after the own death; the first round always
    /// has a death, the second two kills at once, so that no match is without.
    fn beats_of(&mut self, number: u32) -> Vec<Beat> {
        let mut beats = Vec::new();
        if number == 2 {
            beats.push(Beat::OwnKills(2));
        } else if self.prng.percent(60) {
            beats.push(Beat::OwnKills(1));
        }
        if self.prng.percent(50) {
            beats.push(Beat::OwnKills(1));
        }
        if number == 1 || self.prng.percent(40) {
            beats.push(Beat::OwnDeath);
        }
        if self.prng.percent(60) {
            beats.insert(self.prng.index(beats.len() + 1), Beat::Plant);
        }
        beats
    }

    fn play(&mut self, beat: Beat, number: u32) {
        match beat {
            Beat::OwnKills(count) => self.own_kills(count, number),
            Beat::OwnDeath => self.own_death(number),
            Beat::Plant => {
                self.scene.bomb = Some(Bomb::Planted);
                self.happens_in_round(Kind::BombPlanted, number);
            }
        }
        self.show();
        if beat == Beat::OwnDeath {
            self.scene.watched = Watched::TeamMate(1 + self.prng.index(TEAM_MATES));
            self.show();
        }
    }

    fn own_kills(&mut self, count: u32, number: u32) {
        for _ in 0..count {
            let own = &mut self.scene.own;
            own.kills += 1;
            own.round_kills += 1;
            own.score += 2;
            own.money += 300;
            let ordinal = Some(u64::from(own.kills));
            let attacker = Some(self.own_name.clone());
            let round = Some(number);
            self.happens(TrueEvent { attacker, round, ordinal, ..TrueEvent::of(Kind::Kill) });
        }
    }

    fn own_death(&mut self, number: u32) {
        self.scene.own.deaths += 1;
        self.scene.own.health = 0;
        let ordinal = Some(u64::from(self.scene.own.deaths));
        let victim = Some(self.own_name.clone());
        let round = Some(number);
        self.happens(TrueEvent { victim, round, ordinal, ..TrueEvent::of(Kind::Death) });
    }

    fn over(&mut self, number: u32) {
        let win = self.win_of_round();
        match win {
            Win::CtDefuse => self.bomb_ends(Bomb::Defused, Kind::BombDefused, number),
            Win::TBomb => self.bomb_ends(Bomb::Exploded, Kind::BombExploded, number),
            Win::CtElimination | Win::TElimination | Win::CtTime => {}
        }
        // The counter is ahead of the phase: it counts the round already.
        self.scene.round = number;
        self.scene.round_phase = Some(RoundPhase::Over);
        self.scene.wins.push(win);
        self.happens_in_round(Kind::RoundEnded, number);
        self.show();
    }

    fn bomb_ends(&mut self, bomb: Bomb, kind: Kind, number: u32) {
        self.scene.bomb = Some(bomb);
        self.happens_in_round(kind, number);
    }

    fn win_of_round(&mut self) -> Win {
        let wins: &[Win] = match self.scene.bomb {
            Some(Bomb::Planted) => &[Win::TElimination, Win::CtDefuse, Win::TBomb],
            Some(Bomb::Exploded | Bomb::Defused) | None => {
                &[Win::CtElimination, Win::TElimination, Win::CtTime]
            }
        };
        self.prng.pick(wins).copied().unwrap_or(Win::CtTime)
    }

    fn ending(&mut self) {
        self.scene.place = Place::GameOver;
        self.happens(TrueEvent::of(Kind::MatchEnded));
        self.show();
        self.scene = Scene::MENU;
        self.show();
    }
}
