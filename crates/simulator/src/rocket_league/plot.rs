//! Makes a match up, tick by tick.

use event_model::Kind;

use super::{
    CARS, RocketLeagueMatch,
    moment::{Count, Counts, Moment, team},
    said::{At, Said, Told},
};
use crate::{
    Length, Prng, TrueEvent,
    cast::{Player, cast},
};

/// Between two states: the rate that our setup asks for.
const TICK_MS: u64 = 100;

/// The clock at the start at most.
const REGULATION_MS: u64 = 300_000;

/// After the last goal or the last second: the podium, and the end.
const PODIUM_MS: u64 = 1_500;

/// A car that was demolished is back after three seconds.
const DEMOLISHED_MS: u64 = 3_000;

/// A match that lasts less has shorter breaks.
const SHORT_MS: u64 = 60_000;

/// Somebody leaves and comes back in a match that lasts longer.
const LEAVES_FROM_MS: u64 = 20_000;

/// The pauses of a match.
#[derive(Debug, Clone, Copy)]
struct Breaks {
    countdown_ms: u64,
    /// From a goal to the bogus one, at the reset before the kick-off.
    reset_ms: u64,
}

/// A match in the making.
struct Plot<'p> {
    prng: &'p mut Prng,
    players: Vec<Player>,
    breaks: Breaks,
    now: u64,
    /// What the match's clock shows, in milliseconds.
    clock_ms: u64,
    moment: Moment,
    /// Counters that are still to move, and when.
    due: Vec<At<(usize, Count)>>,
    /// What was told of each player by now: what the counters will show.
    told_counts: [Counts; CARS],
    runs: [u32; CARS],
    /// When the last player leaves, and comes back.
    absence: Option<(u64, u64)>,
    said: Vec<At<Said>>,
    told: Vec<At<Told>>,
}

pub(super) fn make_up(prng: &mut Prng, length: Length, guid: String) -> RocketLeagueMatch {
    let players = cast(prng).into_iter().take(CARS).collect();
    let is_short = length.ms() < SHORT_MS;
    let (countdown_ms, reset_ms) = if is_short { (1_000, 2_700) } else { (3_000, 8_700) };
    let leaves = length.ms() / 3;
    let absence = (length.ms() > LEAVES_FROM_MS).then_some((leaves, leaves + 2_000));
    let mut plot = Plot {
        prng,
        players,
        breaks: Breaks { countdown_ms, reset_ms },
        now: 0,
        clock_ms: REGULATION_MS.min(length.ms() * 3 / 4 / 1_000 * 1_000),
        moment: Moment::default(),
        due: Vec::new(),
        told_counts: [Counts::default(); CARS],
        runs: [0; CARS],
        absence,
        said: Vec::new(),
        told: Vec::new(),
    };
    plot.play(length.ms() - PODIUM_MS);
    let Plot { players, mut said, told, .. } = plot;
    said.sort_by_key(|said| said.ms);
    RocketLeagueMatch { guid, players, said, told }
}

impl Plot<'_> {
    fn play(&mut self, until: u64) {
        self.say(0, Said::Bare("MatchCreated"));
        self.say(10, Said::Bare("MatchInitialized"));
        self.kick_off();
        let golden_from = until.saturating_sub(3 * TICK_MS);
        while self.moment.winner.is_none() {
            self.tick();
            self.run_clock();
            let is_last = self.now >= golden_from;
            let leads = self.moment.scores[0] != self.moment.scores[1];
            if leads && (is_last || self.moment.overtime || self.clock_ms == 0) {
                self.decide();
            } else if is_last {
                self.overtime();
                self.goal();
                self.tick();
                self.decide();
            } else if self.clock_ms == 0 {
                self.overtime();
            } else {
                self.something(until);
            }
        }
        self.podium();
    }

    fn overtime(&mut self) {
        if !self.moment.overtime {
            (self.moment.overtime, self.clock_ms) = (true, 1_000);
        }
    }

    /// What a tick of the running match brings.
    fn something(&mut self, until: u64) {
        // A goal takes its breaks with it, and what it moves is to be seen.
        let has_room = self.now + self.breaks.reset_ms + self.breaks.countdown_ms + 2_000 < until;
        match self.prng.below(1_000) {
            0..18 if has_room => {
                let (by, assist) = self.goal();
                if !self.moment.overtime {
                    self.after_goal(by, assist);
                }
            }
            18..45 => self.shot_and_save(),
            45..70 => self.demolitions(),
            70..78 => self.crossbar(),
            78..95 => self.feat_of_its_own(),
            95..200 => {
                let by = self.anybody();
                self.moment.cars[by].counts.touches += 1;
                self.say(40, Said::BallHit { by });
            }
            _ => {}
        }
    }

    fn crossbar(&mut self) {
        self.say(30, Said::CrossbarHit);
        self.told.push(At { ms: self.now + 30, what: Told::named("CrossbarHit", None) });
    }

    fn tick(&mut self) {
        self.now += TICK_MS;
        let (now, moment) = (self.now, &mut self.moment);
        self.due.retain(|due| {
            let (car, count) = due.what;
            if due.ms <= now {
                moment.cars[car].counts.step(count);
                if count == Count::Goal {
                    moment.scores[team(car)] += 1;
                }
            }
            due.ms > now
        });
        self.come_and_go();
        self.moment.number += 1;
        let state = Said::State(Box::new(self.moment.clone()));
        self.say(0, state);
    }

    /// The clock runs while the ball does.
    fn run_clock(&mut self) {
        let before = self.moment.time_s;
        self.clock_ms = match self.moment.overtime {
            true => self.clock_ms + TICK_MS,
            false => self.clock_ms.saturating_sub(TICK_MS),
        };
        self.moment.time_s = self.clock_ms.div_ceil(1_000);
        if self.moment.time_s != before {
            let (time_s, overtime) = (self.moment.time_s, self.moment.overtime);
            self.say(5, Said::Clock { time_s, overtime });
        }
    }

    /// The last player leaves, and comes back with counters from zero.
    fn come_and_go(&mut self) {
        let Some((leaves, back)) = self.absence else { return };
        let last = CARS - 1;
        let is_gone = (leaves..back).contains(&self.now);
        let car = &mut self.moment.cars[last];
        if is_gone && !car.is_gone {
            car.is_gone = true;
        } else if !is_gone && car.is_gone {
            car.is_gone = false;
            self.runs[last] += u32::from(car.counts.is_seen_to_fall());
            car.counts = Counts::default();
            self.told_counts[last] = Counts::default();
        }
    }

    fn kick_off(&mut self) {
        self.say(50, Said::Bare("CountdownBegin"));
        self.moment.time_s = self.clock_ms.div_ceil(1_000);
        for _ in 0..self.breaks.countdown_ms / TICK_MS {
            self.tick();
        }
        self.say(20, Said::Bare("RoundStarted"));
    }

    fn goal(&mut self) -> (usize, Option<usize>) {
        let by = self.anybody();
        let mates: Vec<usize> = self.present().filter(|car| team(*car) == team(by)).collect();
        let assist = self.prng.pick(&mates).copied().filter(|mate| *mate != by);
        self.say(5, Said::Feat { name: "Shot", by, other: None });
        self.counts(5, 1, by, Count::Shot, None);
        self.say(10, Said::Feat { name: "Goal", by, other: None });
        if let Some(mate) = assist {
            self.say(12, Said::Feat { name: "Assist", by: mate, other: None });
            self.due.push(At { ms: self.now + 1, what: (mate, Count::Assist) });
        }
        self.say(30, Said::Goal { by, assist });
        self.counts(30, 1, by, Count::Goal, assist);
        (by, assist)
    }

    /// The replay, in which everything is told again, the reset, and the kick-off.
    fn after_goal(&mut self, by: usize, assist: Option<usize>) {
        let scored = self.now;
        for _ in 0..8 {
            self.tick();
        }
        self.say(10, Said::Bare("GoalReplayStart"));
        self.moment.is_replay = true;
        let ends = scored + self.breaks.reset_ms - 3 * TICK_MS;
        let again = ends - 6 * TICK_MS;
        while self.now < ends {
            self.tick();
            if self.now == again {
                self.say(5, Said::Feat { name: "Shot", by, other: None });
                self.say(10, Said::Feat { name: "Goal", by, other: None });
                self.say(30, Said::Goal { by, assist });
            }
        }
        self.say(5, Said::Bare("GoalReplayWillEnd"));
        self.tick();
        self.say(5, Said::Bare("GoalReplayEnd"));
        self.moment.is_replay = false;
        self.tick();
        self.tick();
        self.said.push(At { ms: scored + self.breaks.reset_ms + 30, what: Said::Bogus });
        self.kick_off();
    }

    fn shot_and_save(&mut self) {
        let by = self.anybody();
        let later = self.later();
        self.say(15, Said::Feat { name: "Shot", by, other: None });
        self.counts(15, later, by, Count::Shot, None);
        let others: Vec<usize> = self.present().filter(|car| team(*car) != team(by)).collect();
        let Some(keeper) = self.prng.pick(&others).copied() else { return };
        if self.prng.percent(60) {
            let name = if self.prng.percent(20) { "EpicSave" } else { "Save" };
            let later = self.later();
            self.say(35, Said::Feat { name, by: keeper, other: None });
            self.counts(35, later, keeper, Count::Save, None);
        }
    }

    /// One, and at times two at once.
    fn demolitions(&mut self) {
        let by = self.anybody();
        let has_car = |car: &usize| self.moment.cars[*car].demolished_until <= self.now;
        let enemies = self.present().filter(|car| team(*car) != team(by)).filter(has_car);
        let mut victims: Vec<usize> = enemies.collect();
        self.prng.shuffle(&mut victims);
        let count = if self.prng.percent(25) { 2 } else { 1 };
        let later = self.later();
        for (number, victim) in (0..).zip(victims.into_iter().take(count)) {
            self.moment.cars[victim].demolished_until = self.now + DEMOLISHED_MS;
            let ms = 20 + 15 * number;
            self.say(ms, Said::Feat { name: "Demolish", by, other: Some(victim) });
            self.counts(ms, later, by, Count::Demolition, Some(victim));
        }
    }

    /// Something that no counter counts; nobody does it twice in one second.
    fn feat_of_its_own(&mut self) {
        let by = self.anybody();
        let name = if self.prng.percent(50) { "Center" } else { "Clear" };
        self.say(25, Said::Feat { name, by, other: None });
        let who = self.players[by].name.clone();
        self.told.push(At { ms: self.now + 25, what: Told::named(name, Some(who)) });
    }

    fn decide(&mut self) {
        let winner = usize::from(self.moment.scores[1] > self.moment.scores[0]);
        // What waits for its counter is seen before the end.
        for _ in 0..4 {
            self.tick();
        }
        self.moment.winner = Some(winner);
        self.tick();
        self.say(10, Said::Over { winner });
    }

    fn podium(&mut self) {
        self.say(20, Said::Bare("PodiumStart"));
        for _ in 0..4 {
            self.tick();
        }
        self.say(50, Said::Bare("MatchDestroyed"));
    }

    fn say(&mut self, after_ms: u64, what: Said) {
        self.said.push(At { ms: self.now + after_ms, what });
    }

    /// Something was told, and its counter moves some ticks later.
    fn counts(&mut self, told_ms: u64, ticks: u64, by: usize, count: Count, other: Option<usize>) {
        let name = |car: usize| self.players[car].name.clone();
        self.told_counts[by].step(count);
        let counts = self.told_counts[by];
        let (kind, value) = match count {
            Count::Goal => {
                let scored: u64 = self.told.iter().map(|told| u64::from(told.what.is_goal())).sum();
                (Kind::Goal, scored + 1)
            }
            Count::Shot => (Kind::Shot, counts.shots),
            Count::Save => (Kind::Save, counts.saves),
            Count::Demolition => (Kind::Demolition, counts.demolitions),
            Count::Assist => return,
        };
        let other = other.map(name);
        let (victim, assists) = if kind == Kind::Goal { (None, other) } else { (other, None) };
        let event = TrueEvent {
            attacker: Some(name(by)),
            victim,
            assists: assists.into_iter().collect(),
            ordinal: Some(value),
            run: if kind == Kind::Goal { 0 } else { self.runs[by] },
            ..TrueEvent::of(kind)
        };
        let told = Told { event, is_counted: true };
        self.told.push(At { ms: self.now + told_ms, what: told });
        self.due.push(At { ms: self.now + ticks * TICK_MS, what: (by, count) });
    }

    /// In how many ticks a counter moves: soon, or a good while later.
    fn later(&mut self) -> u64 {
        self.prng.between(1, 3)
    }

    fn present(&self) -> impl Iterator<Item = usize> + '_ {
        // Who is about to leave does nothing more, so that its counters are all shown.
        let leaves = self.absence.is_some_and(|(leaves, back)| {
            (leaves.saturating_sub(1_000)..back + 500).contains(&self.now)
        });
        (0..CARS).filter(move |car| !(leaves && *car == CARS - 1))
    }

    fn anybody(&mut self) -> usize {
        let present: Vec<usize> = self.present().collect();
        self.prng.pick(&present).copied().unwrap_or_default()
    }
}
