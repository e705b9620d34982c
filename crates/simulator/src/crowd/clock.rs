//! One device's clocks, and what the server makes of them.

use association::{Sighting, TimeQuality};
use event_model::{ClockEpoch, ClockReading, WallTime};
use uuid::Uuid;

use super::{
    ClockFault, CrowdPlan, START_UNIX_MS, Step, Turns,
    chance::{bell_ms, even_ms, signed},
};
use crate::Prng;

/// How right an age-corrected time is, besides its request's own time.
const GOOD_DEVIATION_MS: u64 = 50;

/// Drift to either side, in parts of a million: what quartz does.
const DRIFT_PPM: u64 = 100;

/// How long a device has been running when the match begins, at least: so far
/// back a monotonic clock that errs by hours stays above zero.
const UPTIME_MS: i64 = 10 * 3_600_000;

/// How wrong a wall clock is after a reboot.
const REBOOT_DEVIATION_MS: u64 = 2_000;

/// How long a reboot takes, and for how long before it nothing had been sent.
const REBOOT_MS: (u64, u64) = (90_000, 120_000);

/// How long a program takes that is started anew in the last minutes.
const RESTART_MS: u64 = 5_000;

/// How wrong a time is in chaos.
const CHAOS_MS: u64 = 3_600_000;

/// 1970 and 2106, as distances from the match.
const ABSURD_MS: [i64; 2] = [-START_UNIX_MS, 4_294_967_295_000 - START_UNIX_MS];

/// One device's clocks during a match. Times are the match's own.
#[derive(Debug, Clone)]
pub(super) struct DeviceClock {
    offset_ms: i64,
    drift_ppm: i64,
    uptime_ms: i64,
    epochs: Vec<(u64, ClockEpoch)>,
    steps: Vec<(u64, i64)>,
    /// Asleep, or starting anew: nothing is seen, from and to.
    blind: Option<(u64, u64)>,
    way: Way,
    chaos: Prng,
    is_known: bool,
}

/// What the server knows of the device's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The age of each event: its time is right, whatever the clocks say.
    Aged,
    /// The same claim, of a clock that steps.
    Claimed,
    /// The wall clock alone.
    WallOnly,
    /// The age, but for events from before this instant that were sent later.
    AgedFrom(u64, i64),
    /// The age of what was seen so long before this instant; of what was seen
    /// later the wall clock alone, which is wrong by so much after it.
    AgedUntil { from: u64, unsent_ms: u64, wrong_ms: i64 },
    /// Wall and monotonic clock err anew with every report.
    Chaotic,
}

/// What one look at the clocks gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) observed: ClockReading,
    pub(super) time: WallTime,
    pub(super) corrected: Sighting,
    /// Since the match began, by the wall clock.
    pub(super) wall_ms: i64,
}

impl DeviceClock {
    /// The clocks of one device of a plan, for a match that ends at `end_ms`.
    pub(super) fn of(plan: &CrowdPlan, device_no: usize, end_ms: u64) -> Self {
        let mut prng = Prng::new(plan.seed, &format!("crowd clock {device_no}"));
        let clock = Self {
            offset_ms: bell_ms(&mut prng, GOOD_DEVIATION_MS),
            drift_ppm: even_ms(&mut prng, DRIFT_PPM),
            uptime_ms: UPTIME_MS + signed(prng.below(1_000_000_000)),
            epochs: vec![(0, epoch(&mut prng))],
            steps: Vec::new(),
            blind: None,
            way: Way::Aged,
            chaos: Prng::new(plan.seed, &format!("crowd chaos {device_no}")),
            is_known: plan.clocks_known,
        };
        clock.with_fault(&mut prng, plan, device_no, end_ms)
    }

    fn with_fault(
        mut self,
        prng: &mut Prng,
        plan: &CrowdPlan,
        device_no: usize,
        end_ms: u64,
    ) -> Self {
        let hit = |share_pct| is_among(plan, device_no, share_pct);
        match plan.clock {
            ClockFault::Good => {}
            ClockFault::Constant { deviation_ms } => {
                self.offset_ms = bell_ms(prng, deviation_ms);
                self.way = Way::WallOnly;
            }
            ClockFault::Even { most_ms } => {
                self.offset_ms = even_ms(prng, most_ms);
                self.way = Way::WallOnly;
            }
            ClockFault::Announced(step) if hit(step.share_pct) => {
                self.way = Way::WallOnly;
                self.steps = steps(prng, plan, step, end_ms);
                let begun: Vec<_> =
                    self.steps.iter().map(|(at_ms, _)| (*at_ms, epoch(prng))).collect();
                self.epochs.extend(begun);
            }
            ClockFault::Unannounced(step) if hit(step.share_pct) => {
                self.way = Way::Claimed;
                self.steps = steps(prng, plan, step, end_ms);
            }
            ClockFault::UnannouncedWall(step) if hit(step.share_pct) => {
                self.way = Way::WallOnly;
                self.steps = steps(prng, plan, step, end_ms);
            }
            ClockFault::Sleep { ms, share_pct } if hit(share_pct) => {
                let at_ms = instant(prng, plan, end_ms);
                self.blind = Some((at_ms, at_ms + ms));
                self.steps = vec![(at_ms, -signed(ms))];
            }
            ClockFault::Reboot { share_pct } if hit(share_pct) => self.reboots(prng, plan, end_ms),
            ClockFault::Restart { deviation_ms, unsent_ms, share_pct } if hit(share_pct) => {
                let from = self.begins_anew(prng, plan, end_ms);
                let wrong_ms = bell_ms(prng, deviation_ms);
                self.way = Way::AgedUntil { from, unsent_ms, wrong_ms };
            }
            ClockFault::Absurd { share_pct } if hit(share_pct) => {
                self.offset_ms = ABSURD_MS[prng.index(ABSURD_MS.len())];
                self.way = Way::WallOnly;
            }
            ClockFault::Chaos => self.way = Way::Chaotic,
            ClockFault::Announced(_)
            | ClockFault::Unannounced(_)
            | ClockFault::UnannouncedWall(_)
            | ClockFault::Sleep { .. }
            | ClockFault::Reboot { .. }
            | ClockFault::Restart { .. }
            | ClockFault::Absurd { .. } => {}
        }
        self
    }

    fn reboots(&mut self, prng: &mut Prng, plan: &CrowdPlan, end_ms: u64) {
        let at_ms = self.begins_anew(prng, plan, end_ms);
        self.way = Way::AgedFrom(at_ms, bell_ms(prng, REBOOT_DEVIATION_MS));
    }

    /// Starts the device anew; when.
    fn begins_anew(&mut self, prng: &mut Prng, plan: &CrowdPlan, end_ms: u64) -> u64 {
        let at_ms = instant(prng, plan, end_ms);
        let away_ms = match plan.turns {
            Turns::Within => REBOOT_MS.0,
            Turns::NearEnd => RESTART_MS,
        };
        self.blind = Some((at_ms, at_ms + away_ms));
        self.epochs.push((at_ms, epoch(prng)));
        at_ms
    }

    /// Whether the device sees nothing at an instant.
    pub(super) fn is_blind(&self, at_ms: u64) -> bool {
        self.blind.is_some_and(|(from, to)| (from..to).contains(&at_ms))
    }

    /// From when to when nothing is sent, for the sake of a restart.
    pub(super) fn unsent(&self) -> Option<(u64, u64)> {
        match self.way {
            Way::AgedUntil { from, unsent_ms, .. } if unsent_ms > 0 => {
                Some((from.saturating_sub(unsent_ms), from + RESTART_MS))
            }
            Way::AgedUntil { .. }
            | Way::Aged
            | Way::Claimed
            | Way::WallOnly
            | Way::AgedFrom(..)
            | Way::Chaotic => None,
        }
    }

    /// Whether what is seen at an instant is another run's.
    pub(super) fn is_restarted(&self, at_ms: u64) -> bool {
        matches!(self.way, Way::AgedUntil { from, .. } if at_ms > from)
    }

    /// What the clocks say at an instant, and the server later; `slip_ms` is
    /// what a liar adds, `travel_ms` how long the request takes that carries it.
    pub(super) fn look(&mut self, at_ms: u64, slip_ms: i64, travel_ms: u64) -> Look {
        if self.is_known {
            return self.look_at_the_truth(at_ms);
        }
        let true_ms = signed(at_ms) + signed(at_ms) * self.drift_ppm / 1_000_000;
        let stepped: i64 =
            self.steps.iter().filter(|(from, _)| at_ms > *from).map(|(_, by_ms)| by_ms).sum();
        let chaos = if self.way == Way::Chaotic { even_ms(&mut self.chaos, CHAOS_MS) } else { 0 };
        let wall_ms = match self.way {
            // The monotonic clock alone stopped.
            Way::Aged | Way::AgedFrom(..) => true_ms + self.offset_ms + slip_ms,
            Way::Claimed | Way::WallOnly => true_ms + self.offset_ms + stepped + slip_ms,
            Way::AgedUntil { from, wrong_ms, .. } => {
                true_ms + self.offset_ms + if at_ms > from { wrong_ms } else { 0 } + slip_ms
            }
            Way::Chaotic => true_ms + chaos,
        };
        let mono_ms = self.uptime_ms + true_ms + stepped + slip_ms + chaos;
        let (corrected_ms, quality) = match self.way {
            Way::AgedFrom(from, wrong_ms) if at_ms < from && at_ms + REBOOT_MS.1 > from => {
                (wall_ms + wrong_ms, TimeQuality::Low)
            }
            Way::AgedUntil { from, unsent_ms, .. } if at_ms + unsent_ms > from => {
                (wall_ms, TimeQuality::Low)
            }
            Way::Aged | Way::Claimed | Way::AgedFrom(..) | Way::AgedUntil { .. } => {
                (wall_ms + signed(travel_ms), TimeQuality::Good)
            }
            Way::WallOnly | Way::Chaotic => (wall_ms, TimeQuality::Low),
        };
        Look {
            observed: ClockReading {
                epoch: self.epoch_at(at_ms),
                mono_ms: u64::try_from(mono_ms).unwrap_or_default(),
            },
            time: WallTime::from_unix_ms(START_UNIX_MS + wall_ms),
            corrected: Sighting {
                at: WallTime::from_unix_ms(START_UNIX_MS + corrected_ms),
                quality,
            },
            wall_ms,
        }
    }

    /// What a clock says that has always been right.
    fn look_at_the_truth(&self, at_ms: u64) -> Look {
        let wall_ms = signed(at_ms);
        let time = WallTime::from_unix_ms(START_UNIX_MS + wall_ms);
        let mono_ms = u64::try_from(self.uptime_ms + wall_ms).unwrap_or_default();
        Look {
            observed: ClockReading { epoch: self.epochs[0].1, mono_ms },
            time,
            corrected: Sighting { at: time, quality: TimeQuality::Good },
            wall_ms,
        }
    }

    fn epoch_at(&self, at_ms: u64) -> ClockEpoch {
        let begun = self.epochs.iter().rev().find(|(from, _)| *from == 0 || at_ms > *from);
        begun.expect("the first epoch begins at 0").1
    }
}

/// Whether a device is among so many of a hundred: the first ones are.
pub(super) fn is_among(plan: &CrowdPlan, device_no: usize, share_pct: u64) -> bool {
    let devices = u64::try_from(plan.devices).expect("a few devices");
    let hit = (devices * share_pct).div_ceil(100);
    u64::try_from(device_no).is_ok_and(|number| number < hit)
}

fn steps(prng: &mut Prng, plan: &CrowdPlan, step: Step, end_ms: u64) -> Vec<(u64, i64)> {
    let mut steps: Vec<_> = (0..step.times)
        .map(|_| {
            let by_ms = signed(step.by_ms);
            (instant(prng, plan, end_ms), if prng.percent(50) { by_ms } else { -by_ms })
        })
        .collect();
    steps.sort_unstable();
    steps
}

fn instant(prng: &mut Prng, plan: &CrowdPlan, end_ms: u64) -> u64 {
    let (first, last) = plan.turns.fault_pct();
    prng.between(end_ms * first / 100, end_ms * last / 100)
}

fn epoch(prng: &mut Prng) -> ClockEpoch {
    let high = u128::from(prng.next_u64()) << 64;
    ClockEpoch(Uuid::from_u128(high | u128::from(prng.next_u64())))
}
