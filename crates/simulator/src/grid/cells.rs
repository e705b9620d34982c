//! Which crowds are measured, and what must hold of each.

use super::{Aim, aims, lies};
use crate::crowd::{
    ClockFault, Counters, CrowdPlan, Noise, Outage, RoundClock, RuleSet, Step, Turns,
};

/// One kind of crowd, and what is aimed at.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What differs in it.
    pub name: String,
    /// Its crowds; each match has a seed of its own.
    pub plan: CrowdPlan,
    /// What must hold.
    pub aims: Vec<Aim>,
    /// What must hold as well where each sentence is taken by its word, also in
    /// cells where a worse fault has a sentence of its own.
    pub by_word: Vec<Aim>,
}

/// Which cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Cells {
    /// The product of clocks, misses, gaps, devices, outages, names and rounds.
    Core,
    /// One step from the middle in each direction, and what is hard in combination.
    Star,
    /// No cells, but what is measured beside the star: liars, a device left out,
    /// halves.
    Beside,
    /// Star and core.
    All,
}

impl Cells {
    /// What it is made of.
    #[must_use]
    pub fn parts(self) -> Vec<Self> {
        match self {
            Self::Core | Self::Star | Self::Beside => vec![self],
            Self::All => vec![Self::Star, Self::Core],
        }
    }

    /// The cells, with seeds from `seed` on.
    #[must_use]
    pub fn list(self, seed: u64) -> Vec<Cell> {
        match self {
            Self::Core => core(seed),
            Self::Star => star(seed),
            Self::Beside => Vec::new(),
            Self::All => star(seed).into_iter().chain(core(seed)).collect(),
        }
    }
}

/// The clocks of the core, and what they are called.
const CLOCKS: [(&str, ClockFault); 6] = [
    ("good", ClockFault::Good),
    ("2 s", ClockFault::Constant { deviation_ms: 2_000 }),
    ("30 s", ClockFault::Constant { deviation_ms: 30_000 }),
    ("1 h", HOUR),
    ("announced 7 s", ClockFault::Announced(Step::SEVEN_SECONDS)),
    ("unannounced 7 s", ClockFault::Unannounced(Step::SEVEN_SECONDS)),
];

/// What a clock of the core is called.
pub(super) fn clock_word(clock: ClockFault) -> &'static str {
    CLOCKS.iter().find(|(_, known)| *known == clock).map_or("another", |(word, _)| word)
}

/// Each cell of the core has seeds of its own, so that one unlucky match does
/// not come back in a thousand cells.
const SEEDS_A_CELL: u64 = 1_000;

pub(super) const HOUR: ClockFault = ClockFault::Even { most_ms: 3_600_000 };

fn core(seed: u64) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (clock_name, clock) in CLOCKS {
        for miss_pct in [1, 10, 30] {
            for gap_s in [3, 8, 30] {
                for devices in [2, 5, 10] {
                    for (outage, names, round) in variants() {
                        let number = u64::try_from(cells.len()).expect("some thousand cells");
                        let seed = seed + number * SEEDS_A_CELL;
                        let plan = CrowdPlan {
                            clock,
                            miss_pct,
                            repeat_gap_ms: gap_s * 1_000,
                            devices,
                            outage: outage.then_some(Outage::USUAL),
                            name_fault_pct: names,
                            round_clock: round,
                            ..CrowdPlan::new(seed)
                        };
                        let name = format!(
                            "{clock_name}, {miss_pct} % missed, {gap_s} s, {devices} devices, \
                             outage {}, names {names} %, rounds {}",
                            if outage { "30 %" } else { "none" },
                            round_word(round)
                        );
                        cells.push(Cell::aimed(name, plan));
                    }
                }
            }
        }
    }
    cells
}

/// Outage, wrong names and round clock, in every combination.
fn variants() -> impl Iterator<Item = (bool, u64, RoundClock)> {
    [false, true].into_iter().flat_map(|outage| {
        [0, 2].into_iter().flat_map(move |names| {
            [RoundClock::Wall, RoundClock::Source].map(|round| (outage, names, round))
        })
    })
}

fn round_word(round: RoundClock) -> &'static str {
    match round {
        RoundClock::Wall => "by wall clock",
        RoundClock::Source => "by the source",
    }
}

fn star(seed: u64) -> Vec<Cell> {
    let middle = CrowdPlan::new(seed);
    let mut cells = vec![Cell::aimed("the middle".to_owned(), middle.clone())];
    let mut add = |name: &str, plan: CrowdPlan| cells.push(Cell::aimed(name.to_owned(), plan));
    for (name, clock) in CLOCKS.into_iter().skip(1) {
        add(name, CrowdPlan { clock, ..middle.clone() });
    }
    for (name, plan) in steps_of_one(&middle).into_iter().chain(combined(&middle)) {
        add(name, plan);
    }
    for (name, plan) in counters(&middle).into_iter().chain(faults(&middle)) {
        add(name, plan);
    }
    for (name, plan) in near_the_end(&middle) {
        add(name, plan);
    }
    for (name, plan) in after_the_seal(&middle) {
        add(name, plan);
    }
    for (name, rules) in GAMES {
        let plan = CrowdPlan { repeat_gap_ms: 3_000, ..CrowdPlan::of_game(seed, rules) };
        add(name, plan.clone());
        add(&format!("{name}, 1 h"), CrowdPlan { clock: HOUR, ..plan });
    }
    add("335 kills, clocks 3 s", opening_shape(seed));
    cells.extend(lies::cells(&middle));
    cells
}

type Named = (&'static str, CrowdPlan);

/// One thing differs.
fn steps_of_one(middle: &CrowdPlan) -> Vec<Named> {
    vec![
        ("1 % missed", CrowdPlan { miss_pct: 1, ..middle.clone() }),
        ("30 % missed", CrowdPlan { miss_pct: 30, ..middle.clone() }),
        ("gap 3 s", CrowdPlan { repeat_gap_ms: 3_000, ..middle.clone() }),
        ("gap 30 s", CrowdPlan { repeat_gap_ms: 30_000, ..middle.clone() }),
        ("2 devices", CrowdPlan { devices: 2, ..middle.clone() }),
        ("5 devices", CrowdPlan { devices: 5, ..middle.clone() }),
        ("no outage", CrowdPlan { outage: None, ..middle.clone() }),
        ("names 2 %", CrowdPlan { name_fault_pct: 2, ..middle.clone() }),
        ("rounds by the source", CrowdPlan { round_clock: RoundClock::Source, ..middle.clone() }),
    ]
}

/// What is hard in combination.
fn combined(middle: &CrowdPlan) -> Vec<Named> {
    let hard = CrowdPlan { repeat_gap_ms: 3_000, miss_pct: 30, ..middle.clone() };
    let step = ClockFault::Unannounced(Step::SEVEN_SECONDS);
    let two_seconds = ClockFault::Constant { deviation_ms: 2_000 };
    vec![
        ("3 s, 30 % missed", hard.clone()),
        ("3 s, 30 % missed, 2 s", CrowdPlan { clock: two_seconds, ..hard.clone() }),
        ("3 s, 30 % missed, 1 h", CrowdPlan { clock: HOUR, ..hard.clone() }),
        ("30 % missed, 1 h", CrowdPlan { miss_pct: 30, clock: HOUR, ..middle.clone() }),
        ("2 devices, 2 s", CrowdPlan { devices: 2, clock: two_seconds, ..middle.clone() }),
        (
            "2 devices, 30 % missed, 1 h",
            CrowdPlan { devices: 2, miss_pct: 30, clock: HOUR, ..middle.clone() },
        ),
        ("2 devices, 3 s, 30 % missed", CrowdPlan { devices: 2, ..hard.clone() }),
        ("5 devices, 3 s, 30 % missed, 1 h", CrowdPlan { devices: 5, clock: HOUR, ..hard.clone() }),
        ("unannounced, 2 devices", CrowdPlan { devices: 2, clock: step, ..middle.clone() }),
        ("unannounced, 5 devices", CrowdPlan { devices: 5, clock: step, ..middle.clone() }),
        ("unannounced, 3 s, 30 % missed", CrowdPlan { clock: step, ..hard.clone() }),
        ("names, 1 h", CrowdPlan { name_fault_pct: 2, clock: HOUR, ..middle.clone() }),
        ("names, 3 s, 30 % missed", CrowdPlan { name_fault_pct: 2, ..hard.clone() }),
        ("names, 2 devices", CrowdPlan { name_fault_pct: 2, devices: 2, ..middle.clone() }),
        (
            "names, 5 devices, 3 s, 30 % missed, 1 h",
            CrowdPlan { name_fault_pct: 2, devices: 5, clock: HOUR, ..hard },
        ),
    ]
}

/// With the game's own counter of the victim's deaths.
fn counters(middle: &CrowdPlan) -> Vec<Named> {
    let native = CrowdPlan { counters: Counters::Native, ..middle.clone() };
    let lagging = CrowdPlan { counters: Counters::Lagging { pct: 2 }, ..middle.clone() };
    let hard = |plan: &CrowdPlan| CrowdPlan {
        repeat_gap_ms: 3_000,
        miss_pct: 30,
        clock: HOUR,
        ..plan.clone()
    };
    let step = ClockFault::Unannounced(Step::SEVEN_SECONDS);
    vec![
        ("counters, chaos", CrowdPlan { clock: ClockFault::Chaos, ..native.clone() }),
        (
            "counters, chaos, 2 devices",
            CrowdPlan { clock: ClockFault::Chaos, devices: 2, miss_pct: 30, ..native.clone() },
        ),
        ("counters, unannounced", CrowdPlan { clock: step, ..native.clone() }),
        ("counters, 3 s, 30 % missed, 1 h", hard(&native)),
        ("counters lag", lagging.clone()),
        ("counters lag, unannounced", CrowdPlan { clock: step, ..lagging.clone() }),
        ("counters lag, 3 s, 30 % missed, 1 h", hard(&lagging)),
        ("counters lag, 2 devices, 1 h", CrowdPlan { devices: 2, clock: HOUR, ..lagging }),
    ]
}

/// What else befalls a device.
fn faults(middle: &CrowdPlan) -> Vec<Named> {
    let clock = |clock| CrowdPlan { clock, ..middle.clone() };
    let step = |by_ms, share_pct, times| Step { by_ms, share_pct, times };
    vec![
        ("wall clocks step", clock(ClockFault::UnannouncedWall(Step::SEVEN_SECONDS))),
        ("three steps", clock(ClockFault::Unannounced(step(7_000, 30, 3)))),
        ("60 % step 60 s", clock(ClockFault::Unannounced(step(60_000, 60, 1)))),
        ("all step 7 s", clock(ClockFault::Unannounced(step(7_000, 100, 1)))),
        ("steps of 1.5 s", clock(ClockFault::Unannounced(step(1_500, 30, 1)))),
        ("sleep", clock(ClockFault::Sleep { ms: 90_000, share_pct: 30 })),
        ("reboot", clock(ClockFault::Reboot { share_pct: 30 })),
        ("1970 and 2106", clock(ClockFault::Absurd { share_pct: 30 })),
        ("two streams", CrowdPlan { two_streams: 3, ..middle.clone() }),
        ("late join", CrowdPlan { late_join_pct: 30, ..middle.clone() }),
        ("reconnect", CrowdPlan { reconnect_pct: 30, ..middle.clone() }),
        ("second half offline", CrowdPlan { offline_second_half: 3, ..middle.clone() }),
        ("heavy noise", CrowdPlan { noise: Noise::HEAVY, ..middle.clone() }),
        (
            "heavy noise, 3 s, 30 % missed",
            CrowdPlan { noise: Noise::HEAVY, repeat_gap_ms: 3_000, miss_pct: 30, ..middle.clone() },
        ),
    ]
}

/// What befalls a device in the last minutes: a short stretch on a clock that
/// nobody knows.
fn near_the_end(middle: &CrowdPlan) -> Vec<Named> {
    let late = CrowdPlan { turns: Turns::NearEnd, ..middle.clone() };
    let clock = |clock| CrowdPlan { clock, ..late.clone() };
    let restart = |deviation_ms, unsent_ms| {
        clock(ClockFault::Restart { deviation_ms, unsent_ms, share_pct: 30 })
    };
    let two_seconds = ClockFault::Constant { deviation_ms: 2_000 };
    vec![
        ("near the end: restart, 2 s", restart(2_000, 0)),
        ("near the end: restart, 30 s", restart(30_000, 0)),
        ("near the end: restart, 2 s, 2 devices", CrowdPlan { devices: 2, ..restart(2_000, 0) }),
        ("near the end: restart, 2 s, 5 devices", CrowdPlan { devices: 5, ..restart(2_000, 0) }),
        ("near the end: offline 5 min, restart, 2 s", restart(2_000, 300_000)),
        ("near the end: announced 7 s", clock(ClockFault::Announced(Step::SEVEN_SECONDS))),
        ("near the end: unannounced 7 s", clock(ClockFault::Unannounced(Step::SEVEN_SECONDS))),
        (
            "near the end: late join, 2 s",
            CrowdPlan { late_join_pct: 30, clock: two_seconds, ..late.clone() },
        ),
        (
            "near the end: late join, 1 h, 2 devices",
            CrowdPlan { late_join_pct: 30, clock: HOUR, devices: 2, ..late.clone() },
        ),
        ("near the end: reconnect", CrowdPlan { reconnect_pct: 30, ..late }),
    ]
}

/// Who sends all that it has when the match is sealed.
fn after_the_seal(middle: &CrowdPlan) -> Vec<Named> {
    let wall = ClockFault::Constant { deviation_ms: 30_000 };
    let late = |after_seal, clock| CrowdPlan { after_seal, clock, ..middle.clone() };
    vec![
        ("after the seal: 1 of 10", late(1, ClockFault::Good)),
        ("after the seal: 1 of 10, 30 s", late(1, wall)),
        ("after the seal: 5 of 10", late(5, ClockFault::Good)),
        ("after the seal: 5 of 10, 30 s", late(5, wall)),
        ("after the seal: 9 of 10, 30 s", late(9, wall)),
    ]
}

pub(super) const GAMES: [(&str, RuleSet); 4] = [
    ("League", RuleSet::League),
    ("VALORANT-like", RuleSet::Valorant),
    ("CS2", RuleSet::Cs2),
    ("Rocket-League-like", RuleSet::RocketLeague),
];

/// The measurement that the work began with: 335 true events a match, one in
/// eleven a repeat, clocks wrong by 3 s, one report in a hundred missed.
#[must_use]
pub fn opening_shape(seed: u64) -> CrowdPlan {
    CrowdPlan {
        kills: 335,
        length_ms: 5_400_000,
        miss_pct: 1,
        burst_permille: 33,
        clock: ClockFault::Constant { deviation_ms: 3_000 },
        round_clock: RoundClock::Source,
        ..CrowdPlan::new(seed)
    }
}

impl Cell {
    /// A cell with what is asked of its plan.
    #[must_use]
    pub fn aimed(name: String, plan: CrowdPlan) -> Self {
        let (aims, by_word) = (aims::of(&plan), aims::by_word(&plan));
        Self { name, plan, aims, by_word }
    }
}
