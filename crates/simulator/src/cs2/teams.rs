//! Makes a match of two teams up that ten clients show at once: each its own
//! player's counters, all of them the rounds and the bomb.

use event_model::{Game, Kind};

use super::{
    At, Cs2Match, Sides,
    scene::{Bomb, Own, Place, RoundPhase, Scene, Watched, Win},
};
use crate::{
    Length, Observer, Prng, SharedTruth, TrueEvent, WitnessedEvent,
    cast::{PLAYERS, Player, cast},
};

/// Between two changes at least, as a client that is alone has it.
const BEAT_MS_MIN: u64 = 300;

/// Between two kills: trades, and lulls.
const FIGHT_MS: (u64, u64) = (600, 2_000);

/// Freezetime, a round's beginning and its end, and what is around the rounds.
const PAUSE_MS: u64 = 1_000;

/// The longest round: a plant and all its fights, with what is around them.
const ROUND_MS: u64 = (FIGHTS.1 + 1) * FIGHT_MS.1 + 3 * PAUSE_MS;

/// The end, and the menu again.
const ENDING_MS: u64 = 2 * PAUSE_MS;

/// A match has two rounds at least, however short it is to be, and no overtime.
const ROUNDS: (u32, u32) = (2, 24);

/// Attempts at a kill in one round.
const FIGHTS: (u64, u64) = (3, 6);

/// Each so many rounds have two kills of one player at once.
const BOTH_EACH: u32 = 3;

/// By how much clients are behind the server of the game.
const LAG_MS_MAX: u64 = 80;

const MAPS: [&str; 4] = ["de_inferno", "de_mirage", "de_nuke", "de_ancient"];

/// A match that every player's own client shows.
#[derive(Debug, Clone)]
pub struct Cs2Teams {
    players: Vec<Player>,
    map: &'static str,
    scenes: Vec<Vec<At>>,
    events: Vec<Shown>,
}

/// Something that happened, and who is shown it.
#[derive(Debug, Clone)]
struct Shown {
    event: TrueEvent,
    victim_ordinal: Option<u64>,
    to: Audience,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    All,
    Killer { killer: usize, victim: usize },
}

/// A match in the making.
struct Plot<'p> {
    prng: &'p mut Prng,
    players: &'p [Player],
    lags_ms: Vec<u64>,
    now_ms: u64,
    /// What all clients show alike.
    common: Scene,
    own: [Own; PLAYERS],
    dead: [Option<Dead>; PLAYERS],
    run: u32,
    scenes: Vec<Vec<At>>,
    events: Vec<Shown>,
}

/// Dead for the rest of the round.
#[derive(Debug, Clone, Copy)]
struct Dead {
    /// The death itself is shown before another player is watched.
    since_ms: u64,
}

impl Cs2Teams {
    /// Makes the match of a seed up, with as many rounds as there is time for.
    #[must_use]
    pub fn new(seed: u64, length: Length) -> Self {
        let mut prng = Prng::new(seed, "cs2 teams");
        let players = cast(&mut prng);
        let map = prng.pick(&MAPS).copied().unwrap_or(MAPS[0]);
        let lags_ms = players.iter().map(|_| prng.below(LAG_MS_MAX)).collect();
        let mut plot = Plot {
            prng: &mut prng,
            players: &players,
            lags_ms,
            now_ms: 0,
            common: Scene::MENU,
            own: [Own::FRESH; PLAYERS],
            dead: [None; PLAYERS],
            run: 0,
            scenes: vec![Vec::new(); PLAYERS],
            events: Vec::new(),
        };
        plot.opening();
        for number in 1..=ROUNDS.1 {
            if number <= ROUNDS.0 || plot.now_ms + ROUND_MS + ENDING_MS <= length.ms() {
                plot.round(number);
            }
        }
        plot.ending();
        let (scenes, events) = (plot.scenes, plot.events);
        Self { players, map, scenes, events }
    }

    /// The match as each of so many players' clients shows it.
    #[must_use]
    pub fn clients(&self, count: usize) -> Vec<Cs2Match> {
        let seats = self.scenes.iter().enumerate().take(count);
        let client = |(observer, scenes): (usize, &Vec<At>)| Cs2Match {
            players: self.players.clone(),
            observer,
            sides: Sides::TwoTeams,
            map: self.map,
            scenes: scenes.clone(),
            events: self.events.iter().filter_map(|shown| shown.to_client(observer)).collect(),
        };
        seats.map(client).collect()
    }

    /// What happened, once, with whose of so many clients show it.
    #[must_use]
    pub fn shared_truth(&self, seed: u64, count: usize) -> SharedTruth {
        let observer = |player: &Player| Observer {
            account: player.steam_id.clone(),
            name: player.name.clone(),
        };
        let observers: Vec<Observer> = self.players.iter().take(count).map(observer).collect();
        let witnessed = |shown: &Shown| {
            let sees = |(client, _): &(usize, &Observer)| shown.to.includes(*client);
            let seen_by = observers.iter().enumerate().filter(sees);
            WitnessedEvent {
                event: shown.event.clone(),
                victim_ordinal: shown.victim_ordinal,
                seen_by: seen_by.map(|(_, observer)| observer.account.clone()).collect(),
            }
        };
        let events = self.events.iter().map(witnessed).collect();
        SharedTruth { seed, game: Game::cs2().to_string(), observers, events }
    }
}

impl Audience {
    fn includes(self, client: usize) -> bool {
        match self {
            Self::All => true,
            Self::Killer { killer, victim } => client == killer || client == victim,
        }
    }
}

impl Shown {
    /// The part of it that one client shows.
    fn to_client(&self, client: usize) -> Option<TrueEvent> {
        let event = self.event.clone();
        match self.to {
            Audience::All => Some(event),
            Audience::Killer { killer, .. } if client == killer => {
                Some(TrueEvent { victim: None, ..event })
            }
            Audience::Killer { victim, .. } if client == victim => Some(TrueEvent {
                kind: Kind::Death.as_str().to_owned(),
                attacker: None,
                ordinal: self.victim_ordinal,
                ..event
            }),
            Audience::Killer { .. } => None,
        }
    }
}

impl Plot<'_> {
    /// Shows the match as it is now to every client, for a while.
    fn show(&mut self, for_ms: u64) {
        for client in 0..PLAYERS {
            let scene = self.scene_of(client);
            self.scenes[client].push(At { ms: self.now_ms + self.lags_ms[client], scene });
        }
        self.now_ms += for_ms;
    }

    fn scene_of(&self, client: usize) -> Scene {
        let mate = || (0..PLAYERS).find(|&p| side(p) == side(client) && self.dead[p].is_none());
        let watches_mate = self.dead[client].is_some_and(|dead| dead.since_ms < self.now_ms);
        let watched = match (self.common.watched, watches_mate.then(mate).flatten()) {
            (Watched::Own, Some(mate)) => Watched::Player(mate, self.own[mate]),
            (watched, _) => watched,
        };
        Scene { own: self.own[client], watched, ..self.common.clone() }
    }

    fn happens(&mut self, event: TrueEvent) {
        let event = TrueEvent { run: self.run, ..event };
        self.events.push(Shown { event, victim_ordinal: None, to: Audience::All });
    }

    fn happens_in_round(&mut self, kind: Kind, number: u32) {
        self.happens(TrueEvent { round: Some(number), ..TrueEvent::of(kind) });
    }

    /// The menu, the warmup, and a first round that the server restarts.
    fn opening(&mut self) {
        self.show(PAUSE_MS);
        self.common = Scene { place: Place::Warmup, watched: Watched::Nobody, ..Scene::MENU };
        self.show(PAUSE_MS);
        self.common.place = Place::Live;
        self.common.watched = Watched::Own;
        self.happens(TrueEvent::of(Kind::MatchStarted));
        self.freezetime();
        self.live(1);
        self.fight(1, false);
        self.run += 1;
        self.common.round = 0;
        self.common.wins.clear();
        self.own = [Own::FRESH; PLAYERS];
    }

    fn round(&mut self, number: u32) {
        self.freezetime();
        self.live(number);
        let fights = self.prng.between(FIGHTS.0, FIGHTS.1);
        let plants = self.prng.percent(60).then(|| self.prng.below(fights));
        for fight in 0..fights {
            if plants == Some(fight) {
                self.common.bomb = Some(Bomb::Planted);
                self.happens_in_round(Kind::BombPlanted, number);
                self.lull();
            }
            let both = fight == 1 && number.is_multiple_of(BOTH_EACH);
            if !self.fight(number, both) {
                break;
            }
        }
        self.over(number);
    }

    fn freezetime(&mut self) {
        self.dead = [None; PLAYERS];
        for own in &mut self.own {
            *own = Own { round_kills: 0, health: 100, money: own.money + 1_900, ..*own };
        }
        self.common.round_phase = Some(RoundPhase::Freezetime);
        self.common.bomb = None;
        self.show(PAUSE_MS);
    }

    fn live(&mut self, number: u32) {
        self.common.round_phase = Some(RoundPhase::Live);
        self.happens_in_round(Kind::RoundStarted, number);
        self.show(PAUSE_MS);
    }

    /// Somebody kills somebody; `false` where a team has nobody left.
    fn fight(&mut self, number: u32, both: bool) -> bool {
        let Some(killer) = self.living(|_| true) else { return false };
        let Some(victim) = self.living(|player| side(player) != side(killer)) else { return false };
        self.kills(killer, victim, number);
        if both && let Some(victim) = self.living(|player| side(player) != side(killer)) {
            self.kills(killer, victim, number);
        }
        self.lull();
        let lives = |team: &str| (0..PLAYERS).any(|p| side(p) == team && self.dead[p].is_none());
        lives("CT") && lives("T")
    }

    fn kills(&mut self, killer: usize, victim: usize, number: u32) {
        let own = &mut self.own[killer];
        *own = Own {
            kills: own.kills + 1,
            round_kills: own.round_kills + 1,
            score: own.score + 2,
            money: own.money + 300,
            ..*own
        };
        let ordinal = Some(u64::from(own.kills));
        let fallen = &mut self.own[victim];
        *fallen = Own { deaths: fallen.deaths + 1, health: 0, ..*fallen };
        let victim_ordinal = Some(u64::from(fallen.deaths));
        self.dead[victim] = Some(Dead { since_ms: self.now_ms });
        let named = |player: usize| Some(self.players[player].name.clone());
        let event = TrueEvent {
            attacker: named(killer),
            victim: named(victim),
            round: Some(number),
            ordinal,
            run: self.run,
            ..TrueEvent::of(Kind::Kill)
        };
        let to = Audience::Killer { killer, victim };
        self.events.push(Shown { event, victim_ordinal, to });
    }

    /// What just happened is shown; then whoever died watches another.
    fn lull(&mut self) {
        let pause_ms = self.prng.between(FIGHT_MS.0, FIGHT_MS.1);
        self.show(BEAT_MS_MIN);
        self.show(pause_ms.saturating_sub(BEAT_MS_MIN).max(BEAT_MS_MIN));
    }

    fn over(&mut self, number: u32) {
        let lives = |team: &str| (0..PLAYERS).any(|p| side(p) == team && self.dead[p].is_none());
        let win = match (self.common.bomb, lives("CT"), lives("T")) {
            (Some(_), true, false) => Win::CtDefuse,
            (Some(_), _, _) if self.prng.percent(50) => Win::TBomb,
            (Some(_), true, true) => Win::CtDefuse,
            (_, false, _) => Win::TElimination,
            (None, true, false) => Win::CtElimination,
            (None, true, true) => Win::CtTime,
        };
        match win {
            Win::CtDefuse => self.bomb_ends(Bomb::Defused, Kind::BombDefused, number),
            Win::TBomb => self.bomb_ends(Bomb::Exploded, Kind::BombExploded, number),
            Win::CtElimination | Win::TElimination | Win::CtTime => {}
        }
        self.common.round = number;
        self.common.round_phase = Some(RoundPhase::Over);
        self.common.wins.push(win);
        self.happens_in_round(Kind::RoundEnded, number);
        self.show(PAUSE_MS);
    }

    fn bomb_ends(&mut self, bomb: Bomb, kind: Kind, number: u32) {
        self.common.bomb = Some(bomb);
        self.happens_in_round(kind, number);
    }

    fn ending(&mut self) {
        self.common.place = Place::GameOver;
        self.happens(TrueEvent::of(Kind::MatchEnded));
        self.show(PAUSE_MS);
        self.common = Scene::MENU;
        self.dead = [None; PLAYERS];
        self.show(PAUSE_MS);
    }

    fn living(&mut self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let living: Vec<usize> =
            (0..PLAYERS).filter(|&p| self.dead[p].is_none() && fits(p)).collect();
        self.prng.pick(&living).copied()
    }
}

/// The side of a player: nobody changes sides in a match this short.
pub(super) fn side(player: usize) -> &'static str {
    if player < PLAYERS / 2 { "CT" } else { "T" }
}
