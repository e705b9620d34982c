//! What follows from times that were taken. Pure.

/// Microseconds in a day.
const DAY_US: u64 = 24 * 3_600 * 1_000_000;

/// An event is the first of a burst when nothing was appended for so long before it:
/// more than twice what a page waits between two updates.
const QUIET_US: u64 = 250_000;

/// A page is told no more often (`live_view::TELL_INTERVAL_MS`).
const TOLD_EVERY_US: u64 = 100_000;

/// What was not drawn after so long was not drawn for this event.
const DRAWN_WITHIN_US: u64 = 1_000_000;

/// A time of the day of UTC, in microseconds: log lines and what is seen on the
/// screen are minutes apart at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimeOfDay(u64);

impl TimeOfDay {
    /// From microseconds since the epoch.
    pub(crate) fn of_epoch(us: u128) -> Self {
        Self(u64::try_from(us % u128::from(DAY_US)).unwrap_or_default())
    }

    /// Of a line of the log, which begins with its time: `2026-11-23T02:44:29.123456Z`.
    pub(crate) fn of_log_line(line: &str) -> Option<Self> {
        let (_, time) = line.split_once('T')?;
        let (time, _) = time.split_once('Z')?;
        let (seconds, micros) = time.split_once('.')?;
        let mut parts = seconds.split(':').map(str::parse::<u64>);
        let mut part = || parts.next()?.ok();
        let seconds = (part()? * 60 + part()?) * 60 + part()?;
        if micros.len() != 6 {
            return None;
        }
        Some(Self(seconds * 1_000_000 + micros.parse::<u64>().ok()?))
    }

    /// Microseconds from an earlier time, over midnight too; `None` where it is the
    /// later one.
    pub(crate) fn since(self, earlier: Self) -> Option<u64> {
        let passed = (self.0 + DAY_US - earlier.0) % DAY_US;
        (passed < DAY_US / 2).then_some(passed)
    }
}

/// That the overlay looked otherwise than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// When the display server said so.
    pub(crate) at: TimeOfDay,
    /// Whether the rows of events did, and not its head or foot alone.
    pub(crate) rows: bool,
}

/// From an event's append to its pixels, in microseconds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Latencies {
    /// Of firsts, before which the page had not been told anything for a while.
    pub(crate) at_once: Vec<u64>,
    /// Of firsts that had to wait, since the page had just been told something else.
    pub(crate) held_back: Vec<u64>,
    /// Of events in the midst of a burst.
    pub(crate) followers: Vec<u64>,
    /// Events after which the rows did not change.
    pub(crate) unseen: usize,
}

/// Which change of the rows is whose. Both lists are in the order of time.
pub(crate) fn latencies(appends: &[TimeOfDay], changes: &[Change]) -> Latencies {
    let mut found = Latencies::default();
    for (index, append) in appends.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| append.since(appends[index]));
        let drawn = changes.iter().filter(|change| change.rows);
        let drawn = drawn.filter_map(|change| change.at.since(*append)).min();
        let next = appends.get(index + 1).and_then(|next| next.since(*append));
        let until = next.unwrap_or(DRAWN_WITHIN_US).min(DRAWN_WITHIN_US);
        // Two lines that say the same look the same in each other's place.
        let Some(drawn) = drawn.filter(|drawn| *drawn < until) else {
            found.unseen += 1;
            continue;
        };
        if before.is_some_and(|before| before < QUIET_US) {
            found.followers.push(drawn);
        } else if was_told_before(*append, changes) {
            found.held_back.push(drawn);
        } else {
            found.at_once.push(drawn);
        }
    }
    found
}

fn was_told_before(append: TimeOfDay, changes: &[Change]) -> bool {
    let mut since = changes.iter().filter_map(|change| append.since(change.at));
    since.any(|since| since < TOLD_EVERY_US)
}

/// The value that this part of all is not above: 0.5 is the median.
pub(crate) fn quantile<T: Copy + Ord>(values: &[T], part: f64) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    // Positions of a list fit into a float many times over.
    sorted.get(((last as f64) * part).round() as usize).copied()
}

/// Pixels of 32 bits that are not black: the ground of a display without a picture.
/// The fourth byte is nobody's.
pub(crate) fn is_drawn(pixels: &[u8]) -> bool {
    pixels.chunks_exact(4).any(|pixel| pixel[..3] != [0, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_lines_time_is_its_microsecond_of_the_day() {
        let line = "2026-11-23T02:44:29.123456Z DEBUG companion::pipeline: Appended events=1";
        let us = (2 * 3_600 + 44 * 60 + 29) * 1_000_000 + 123_456;
        assert_eq!(TimeOfDay::of_log_line(line), Some(TimeOfDay(us)));
        assert_eq!(TimeOfDay::of_log_line("Thread panicked at Zurich"), None);
        assert_eq!(TimeOfDay::of_log_line("2026-11-23T02:44:29.12Z"), None, "of another unit");
    }

    #[test]
    fn a_clock_that_passes_midnight_goes_on() {
        let late = TimeOfDay(DAY_US - 10);
        assert_eq!(TimeOfDay(5).since(late), Some(15));
        assert_eq!(late.since(TimeOfDay(5)), None, "that one was later");
        assert_eq!(TimeOfDay::of_epoch(u128::from(DAY_US) * 20_000 + 7), TimeOfDay(7));
    }

    #[test]
    fn an_event_is_drawn_by_the_first_change_of_the_rows_after_it() {
        let changes = [rows(900_000), head(2_010_000), rows(2_030_000), rows(2_500_000)];
        let found = latencies(&[TimeOfDay(2_000_000)], &changes);
        assert_eq!(found, Latencies { at_once: vec![30_000], ..Latencies::default() });
    }

    #[test]
    fn whatever_the_page_was_told_shortly_before_holds_an_event_back() {
        let changes = [head(1_950_000), rows(2_060_000)];
        let found = latencies(&[TimeOfDay(2_000_000)], &changes);
        assert_eq!(found, Latencies { held_back: vec![60_000], ..Latencies::default() });
    }

    #[test]
    fn the_second_of_a_burst_is_no_first() {
        let appends = [TimeOfDay(2_000_000), TimeOfDay(2_020_000), TimeOfDay(2_400_000)];
        let changes = [rows(2_015_000), rows(2_120_000), rows(2_420_000)];
        let found = latencies(&appends, &changes);
        assert_eq!((found.at_once, found.followers), (vec![15_000, 20_000], vec![100_000]));
    }

    #[test]
    fn an_event_whose_rows_stay_as_they_were_is_counted_and_no_latency() {
        let found = latencies(&[TimeOfDay(2_000_000)], &[head(2_010_000), rows(9_000_000)]);
        assert_eq!(found, Latencies { unseen: 1, ..Latencies::default() });
    }

    #[test]
    fn what_is_drawn_after_the_next_event_is_that_ones() {
        let found = latencies(&[TimeOfDay(2_000_000), TimeOfDay(2_400_000)], &[rows(2_420_000)]);
        assert_eq!((found.at_once, found.unseen), (vec![20_000], 1));
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let values = [30, 10, 20, 50, 40];
        assert_eq!(quantile(&values, 0.5), Some(30));
        assert_eq!(quantile(&values, 0.95), Some(50));
        assert_eq!(quantile(&values, 0.0), Some(10));
        assert_eq!(quantile::<u64>(&[], 0.5), None);
    }

    #[test]
    fn a_picture_is_drawn_when_a_colour_of_it_is() {
        assert!(!is_drawn(&[0, 0, 0, 255, 0, 0, 0, 0]), "only the byte that is nobody's");
        assert!(is_drawn(&[0, 0, 0, 0, 0, 1, 0, 0]));
    }

    fn rows(us: u64) -> Change {
        Change { at: TimeOfDay(us), rows: true }
    }

    fn head(us: u64) -> Change {
        Change { at: TimeOfDay(us), rows: false }
    }
}
