//! A small seeded match with its truth, seen through imperfect devices.
//!
//! Simulated: half-second readings, 0.3 s on the way, drift of 100 ppm; nobody
//! has measured two live players.

use association::TimeQuality;

use crate::told::{START_MS, Told};

/// How the devices' clocks stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Clocks {
    /// Right to 50 ms, and known to be.
    Good,
    /// Wrong by a normal spread of so many seconds; nobody knows.
    Off(f64),
    /// Wrong by up to so many seconds.
    Wild(f64),
    /// A step on three of ten, told by a new epoch.
    Announced,
    /// The same, told by nobody.
    Stepping,
    /// Three steps on three of ten, told by nobody.
    Tripping,
    /// One step on each device, told by nobody.
    AllStepping,
    /// Every reading wrong by up to an hour of its own.
    Chaos,
}

/// What the game counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Counts {
    None,
    Right,
    /// One too low in two of a hundred reports.
    Lagging,
}

/// A match and its witnesses.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    pub(crate) devices: u32,
    pub(crate) misses: f64,
    pub(crate) gap_s: f64,
    pub(crate) clocks: Clocks,
    pub(crate) wrong_names: f64,
    pub(crate) counts: Counts,
    pub(crate) kills: u32,
    pub(crate) liars: u32,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            devices: 10,
            misses: 0.1,
            gap_s: 8.0,
            clocks: Clocks::Good,
            wrong_names: 0.0,
            counts: Counts::None,
            kills: 150,
            liars: 0,
        }
    }
}

/// A report and the kill that it truly tells of; `None` for an invention.
#[derive(Debug, Clone)]
pub(crate) struct Witnessed {
    pub(crate) told: Told,
    pub(crate) truth: Option<usize>,
    pub(crate) is_liar: bool,
}

/// splitmix64.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / 4_294_967_296.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    fn normal(&mut self) -> f64 {
        let radius = ((1.0 - self.share()).ln() * -2.0).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound)).unwrap()
    }
}

#[derive(Debug, Clone, Copy)]
struct Kill {
    s: f64,
    attacker: u32,
    victim: u32,
    death: u64,
}

/// One witness's clock.
struct Dial {
    offset: f64,
    drift: f64,
    steps: Vec<(f64, f64)>,
    announced: bool,
    chaos: bool,
}

impl Crowd {
    /// The reports of the match with this seed, by device and time.
    pub(crate) fn reports(&self, seed: u64) -> Vec<Witnessed> {
        let mut random = Random(seed.wrapping_mul(7_919).wrapping_add(17));
        let kills = self.kills(&mut random);
        let end = kills.last().map_or(0.0, |kill| kill.s);
        let inventions: Vec<Kill> = (0..40)
            .map(|_| {
                let team = random.below(2);
                Kill {
                    s: random.between(0.0, end),
                    attacker: team * 5 + random.below(5),
                    victim: (1 - team) * 5 + random.below(5),
                    death: 0,
                }
            })
            .collect();
        let mut reports = Vec::new();
        for device in 0..self.devices {
            let dial = self.dial(device, end, &mut random);
            let is_liar = device >= self.devices - self.liars;
            for (truth, kill) in kills.iter().enumerate() {
                if random.share() < self.misses {
                    continue;
                }
                let told = self.tell(device, *kill, &dial, end, is_liar, &mut random);
                reports.push(Witnessed { told, truth: Some(truth), is_liar });
            }
            for kill in inventions.iter().filter(|_| is_liar) {
                let told = self.tell(device, *kill, &dial, end, true, &mut random);
                reports.push(Witnessed { told, truth: None, is_liar });
            }
        }
        reports
    }

    fn kills(&self, random: &mut Random) -> Vec<Kill> {
        // One kill in eleven repeats one before it, in runs of two to six.
        const BURSTS: f64 = 0.037;
        const DEAD_S: f64 = 20.0;
        let base = f64::from(self.kills) / 1.1;
        let mean = 2_400.0 * f64::from(self.kills) / 150.0 / base;
        let (mut kills, mut dead, mut s) = (Vec::new(), [-1e9; 10], 30.0);
        let mut first = 0.0;
        while first < base {
            first += 1.0;
            s += random.exponential(mean).min(120.0);
            let team = random.below(2);
            let attacker = team * 5 + random.below(5);
            let alive: Vec<u32> = (0..5)
                .map(|player| (1 - team) * 5 + player)
                .filter(|player| dead[*player as usize] + DEAD_S <= s)
                .collect();
            if alive.is_empty() {
                continue;
            }
            let victim = alive[random.below(u32::try_from(alive.len()).unwrap()) as usize];
            kills.push(Kill { s, attacker, victim, death: 0 });
            let mut last = s;
            if random.share() < BURSTS {
                for _ in 0..=random.below(5) {
                    last += self.gap_s * (1.0 + 0.1 * random.share());
                    kills.push(Kill { s: last, attacker, victim, death: 0 });
                }
            }
            dead[victim as usize] = last;
        }
        kills.sort_by(|a, b| a.s.total_cmp(&b.s));
        let mut deaths = [0; 10];
        for kill in &mut kills {
            deaths[kill.victim as usize] += 1;
            kill.death = deaths[kill.victim as usize];
        }
        kills
    }

    fn dial(&self, device: u32, end: f64, random: &mut Random) -> Dial {
        let count = match self.clocks {
            Clocks::Announced | Clocks::Stepping | Clocks::AllStepping => 1,
            Clocks::Tripping => 3,
            Clocks::Good | Clocks::Off(_) | Clocks::Wild(_) | Clocks::Chaos => 0,
        };
        let is_stepper =
            self.clocks == Clocks::AllStepping || f64::from(device) < f64::from(self.devices) * 0.3;
        let mut steps = Vec::new();
        for _ in 0..if is_stepper { count } else { 0 } {
            let way = if random.share() < 0.5 { 7.0 } else { -7.0 };
            steps.push((random.between(0.1, 0.9) * end, way));
        }
        let offset = match self.clocks {
            Clocks::Good
            | Clocks::Announced
            | Clocks::Stepping
            | Clocks::Tripping
            | Clocks::AllStepping => 0.05 * random.normal(),
            Clocks::Off(seconds) => seconds * random.normal(),
            Clocks::Wild(seconds) => random.between(-seconds, seconds),
            Clocks::Chaos => 0.0,
        };
        Dial {
            offset,
            drift: random.between(-1e-4, 1e-4),
            steps,
            announced: self.clocks == Clocks::Announced,
            chaos: self.clocks == Clocks::Chaos,
        }
    }

    fn tell(
        &self,
        device: u32,
        kill: Kill,
        dial: &Dial,
        end: f64,
        is_liar: bool,
        random: &mut Random,
    ) -> Told {
        let seen = kill.s + random.between(0.0, 0.5) + random.exponential(0.3);
        let stepped: Vec<f64> =
            dial.steps.iter().filter(|(at, _)| seen > *at).map(|(_, by)| *by).collect();
        let mut shown = seen + dial.offset + dial.drift * seen;
        shown += stepped.iter().sum::<f64>();
        shown += if dial.chaos { random.between(-3_600.0, 3_600.0) } else { 0.0 };
        shown += if is_liar { 6.0 * seen / end } else { 0.0 };
        let (mut attacker, mut victim) = (kill.attacker, kill.victim);
        let mut death = (self.counts != Counts::None && kill.death > 0).then_some(kill.death);
        if self.counts == Counts::Lagging && random.share() < 0.02 {
            death = death.map(|value| value - 1).filter(|value| *value > 0);
        }
        if random.share() < self.wrong_names {
            let wrong =
                if random.share() < 0.5 { random.below(10) } else { 100 + random.below(60) };
            if random.share() < 0.5 {
                attacker = wrong;
            } else {
                death = death.filter(|_| wrong == victim);
                victim = wrong;
            }
        }
        let epoch = if dial.announced && !stepped.is_empty() { 1_000 } else { 0 };
        let mut told = Told::kill(
            u128::from(device) + 1,
            0,
            &format!("player {}", attacker + 1),
            &format!("player {}", victim + 1),
        );
        told.event_id = format!("{device}-{}", random.next());
        told.epoch += epoch;
        let ms = milliseconds(shown);
        // No two devices were switched on together.
        told.mono_ms = u64::try_from(ms + 10_000_000 + 777_000 * i64::from(device)).unwrap();
        told.at_ms = START_MS + ms;
        told.quality = match self.clocks {
            Clocks::Good
            | Clocks::Announced
            | Clocks::Stepping
            | Clocks::Tripping
            | Clocks::AllStepping => TimeQuality::Good,
            Clocks::Off(_) | Clocks::Wild(_) | Clocks::Chaos => TimeQuality::Low,
        };
        match death {
            Some(value) => told.death(value),
            None => told,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a match is shorter than a century")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}
