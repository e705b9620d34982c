//! Steps of the wall clock, so that none makes anything old.
//!
//! What is kept is dated by the wall clock, since a reboot ends every other. Where
//! that is set forward, everything of before would be years old at once: a PC whose
//! battery is empty begins in 2020, and learns the time from the network some minutes
//! later. So the file knows by how much the clock was set, and as long as something
//! of before could still be young, its age is counted from so much earlier. What was
//! dated by the clock that was right all the time grows old beside it: else a PC that
//! begins in 2020 each time would keep everything for ever.

use event_model::{ClockEpoch, Moment, WallTime};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::{Bounds, Error, meta::Meta};

/// Ages are counted in days: a clock that is set by less makes nothing old.
const STEP_MIN_MS: u64 = 24 * 60 * 60 * 1_000;

/// What is known of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WallSteps {
    clocks: Option<Clocks>,
    /// How far the wall clock is before the earliest that something young may have
    /// been dated by.
    forward_ms: i64,
    /// When it was set, by itself.
    since_ms: i64,
    /// The last instant that an earlier clock may have given. Older files do not say:
    /// whatever is of before the step may be dated by it.
    #[serde(default)]
    before_ms: Option<i64>,
}

/// How the two clocks stood to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Clocks {
    epoch: ClockEpoch,
    /// The wall clock less the monotonic one.
    apart_ms: i64,
}

/// No date is in it.
const NONE: (i64, i64) = (1, 0);

/// Which dates are too long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cutoff {
    before_ms: i64,
    /// But for these, from the one to the other, which an earlier clock gave.
    young: (i64, i64),
}

impl Cutoff {
    /// SQL that is true where the date in `column` is too long ago.
    pub(crate) fn passed_sql(self, column: &str) -> String {
        let Self { before_ms, young: (from, to) } = self;
        format!("({column} < {before_ms} AND {column} NOT BETWEEN {from} AND {to})")
    }

    pub(crate) fn is_passed(self, dated_ms: i64) -> bool {
        let Self { before_ms, young: (from, to) } = self;
        dated_ms < before_ms && !(from..=to).contains(&dated_ms)
    }
}

impl WallSteps {
    /// What is known at `now`, which the file learns.
    pub(crate) fn observe(db: &Connection, now: Moment) -> Result<Self, Error> {
        let text = Meta::WallSteps.read(db)?;
        let known: Self =
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let seen = known.seen(now);
        if seen != known {
            Meta::WallSteps.write(db, &seen.json())?;
        }
        Ok(seen)
    }

    fn json(&self) -> String {
        serde_json::to_string(self).expect("plain values are always JSON")
    }

    fn seen(self, now: Moment) -> Self {
        let wall_ms = now.wall.unix_ms();
        let apart_ms = wall_ms.saturating_sub_unsigned(now.clock.mono_ms);
        let clocks = Some(Clocks { epoch: now.clock.epoch, apart_ms });
        let Some(last) = self.clocks.filter(|last| last.epoch == now.clock.epoch) else {
            return Self { clocks, ..self.begun_at(wall_ms).still_of_use(wall_ms) };
        };
        let step_ms = apart_ms.saturating_sub(last.apart_ms);
        let unset_ms = wall_ms.saturating_sub(step_ms);
        if step_ms.unsigned_abs() < STEP_MIN_MS {
            return self.still_of_use(unset_ms);
        }
        Self { clocks, ..self.still_of_use(unset_ms).set(unset_ms, wall_ms) }
    }

    /// After a reboot nobody knows how long it lasted. A clock that begins before an
    /// instant that it has shown was set back by so much at least: who sets it right
    /// takes that back, and has not set it forward once more.
    fn begun_at(self, wall_ms: i64) -> Self {
        let back_ms = self.since_ms.saturating_sub(wall_ms);
        if back_ms <= 0 {
            return self;
        }
        let forward_ms = self.forward_ms.saturating_sub(back_ms).max(0);
        Self { forward_ms, since_ms: wall_ms, ..self }
    }

    /// When the longest age has passed since a step, it says nothing of what is kept.
    fn still_of_use(self, wall_ms: i64) -> Self {
        let passed_ms = wall_ms.saturating_sub(self.since_ms);
        let is_over = u64::try_from(passed_ms).is_ok_and(|ms| ms > Bounds::default().age_max_ms());
        if is_over { Self { forward_ms: 0, ..self } } else { self }
    }

    /// The clock showed the one, and was set to the other.
    fn set(self, from_ms: i64, to_ms: i64) -> Self {
        let step_ms = to_ms.saturating_sub(from_ms);
        let before_ms = if step_ms < 0 {
            // What was dated by an earlier clock still was.
            self.before_ms
        } else if self.forward_ms == 0 {
            Some(from_ms)
        } else {
            self.before_ms.map(|before_ms| before_ms.max(from_ms))
        };
        let forward_ms = self.forward_ms.saturating_add(step_ms).max(0);
        Self { forward_ms, since_ms: to_ms, before_ms, ..self }
    }

    /// What is older than `age_ms`. When so much time has passed since the step,
    /// whatever was kept before it is.
    pub(crate) fn cutoff(&self, now: WallTime, age_ms: u64) -> Cutoff {
        let before_ms = now.unix_ms().saturating_sub_unsigned(age_ms);
        let is_over = before_ms >= self.since_ms;
        let young = if is_over || self.forward_ms == 0 {
            NONE
        } else {
            let to = self.before_ms.unwrap_or(i64::MAX);
            (before_ms.saturating_sub(self.forward_ms), to)
        };
        Cutoff { before_ms, young }
    }
}

#[cfg(test)]
mod tests {
    use event_model::ClockReading;
    use uuid::Uuid;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    fn at(boot: u128, mono_ms: u64, wall_ms: i64) -> Moment {
        let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(boot)), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(wall_ms) }
    }

    #[test]
    fn a_clock_that_is_set_right_at_every_boot_is_not_set_further_each_time() {
        let mut steps = WallSteps::default();
        for boot in 1..100 {
            let today = 20_000 * DAY + i64::try_from(boot).unwrap() * DAY;
            steps = steps.seen(at(boot, 0, 15_000 * DAY));
            steps = steps.seen(at(boot, 60_000, today));
            assert!((5_000 * DAY..5_100 * DAY).contains(&steps.forward_ms), "{boot}: {steps:?}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_after_a_reboot_was_not_set_forward() {
        let mut steps = WallSteps::default();
        steps = steps.seen(at(1, 0, 20_000 * DAY));
        steps = steps.seen(at(1, 60_000, 24_000 * DAY));
        assert_eq!(steps.forward_ms, 4_000 * DAY - 60_000);
        steps = steps.seen(at(2, 0, 20_001 * DAY));
        assert_eq!(steps.since_ms, 20_001 * DAY);
        assert!(steps.forward_ms <= DAY, "{steps:?}");
    }

    #[test]
    fn a_step_is_forgotten_once_everything_of_before_is_old() {
        let mut steps = WallSteps::default();
        steps = steps.seen(at(1, 0, 20_000 * DAY));
        steps = steps.seen(at(1, 60_000, 20_100 * DAY));
        let much_later = 400 * 24 * 60 * 60 * 1_000;
        steps = steps.seen(at(1, 60_000 + much_later, 20_500 * DAY));
        assert_eq!(steps.forward_ms, 0);
    }

    #[test]
    fn a_file_of_before_keeps_what_it_knew() {
        let written = r#"{"clocks":null,"forward_ms":700,"since_ms":5000}"#;
        let steps: WallSteps = serde_json::from_str(written).unwrap();
        let cutoff = steps.cutoff(WallTime::from_unix_ms(5_100), 1_000);
        assert!([3_400, 4_099, 4_100].iter().all(|dated| !cutoff.is_passed(*dated)));
        assert!(cutoff.is_passed(3_399));
    }

    #[test]
    fn rows_and_values_are_told_apart_alike() {
        let db = Connection::open_in_memory().unwrap();
        let cutoff = Cutoff { before_ms: 100, young: (20, 40) };
        let sql = format!("SELECT {}", cutoff.passed_sql("?1"));
        for dated in [-1, 0, 19, 20, 40, 41, 99, 100, 101] {
            let by_sql: bool = db.query_row(&sql, [dated], |row| row.get(0)).unwrap();
            assert_eq!(by_sql, cutoff.is_passed(dated), "{dated}");
        }
    }
}
