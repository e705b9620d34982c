//! What is believed of a clock between two resolves.

mod ring;

use self::ring::Ring;
use crate::{
    OccurrenceNo, Segment, Track,
    median::median,
    row::{Row, row},
};

/// How far a clock's times may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Trust {
    /// Not at all: what is on it stays alone until it is learnt.
    #[default]
    Unplaced,
    /// Its corrected times place it.
    Prior,
    /// A resolve placed it among the others.
    Learnt,
    /// It was placed, and others contradict it again and again: it may have
    /// stepped.
    Suspect,
}

/// One clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveClock {
    pub(crate) trust: Trust,
    /// Whether it agrees so often that it may speak against a counter.
    pub(crate) is_strict: bool,
    segments: Box<[Segment]>,
    /// The offset where no resolve gave one.
    base: i64,
    /// How far residuals have moved the newest offset.
    nudge: i64,
    residuals: Ring,
    /// What the first corrected time said that it is.
    first: i64,
    /// What the others said, from the first.
    priors: Ring,
    /// What the last good one said.
    told: Option<i64>,
    streak: Streak,
    /// Reports since it is unplaced or suspect.
    since: u16,
    /// Resolves that were made for its sake.
    resolves: u8,
    pub(crate) facts: Facts,
}

/// What the reports on a clock say about it, for whoever looks at it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) reports: u32,
    /// The first and the last instant on it.
    pub(crate) span: Option<(i64, i64)>,
    /// What the times that came with its reports say that its offset is.
    pub(crate) prior: i64,
    /// How far it is from the others in the middle.
    pub(crate) residual: Option<i64>,
    pub(crate) is_good: bool,
}

impl Facts {
    /// Hears a report.
    pub(crate) fn hear(&mut self, t: i64, difference: i64, is_good: bool) {
        if self.reports == 0 {
            self.prior = difference;
        }
        self.reports = self.reports.saturating_add(1);
        self.is_good |= is_good;
        let (first, last) = self.span.unwrap_or((t, t));
        self.span = Some((first.min(t), last.max(t)));
    }

    /// Learns from all reports together.
    pub(crate) fn learn(&mut self, differences: &mut [i64], residuals: &mut [i64]) {
        self.prior = median(differences).unwrap_or(self.prior);
        self.residual = median(residuals);
    }
}

/// Creations in a row that others contradict.
#[derive(Debug, Clone, Default)]
struct Streak {
    created: Vec<OccurrenceNo>,
    /// The offsets that the last of them would have, and its place.
    offsets: Vec<i64>,
    place: u64,
}

row!(LiveClock {
    trust,
    is_strict,
    segments,
    base,
    first,
    nudge,
    residuals,
    priors,
    told,
    streak,
    since,
    resolves,
    facts,
});
row!(Facts { reports, span, prior, residual, is_good });
row!(Streak { created, offsets, place });

impl Row for Trust {
    fn write(&self, to: &mut Vec<u8>) {
        let number: u8 = match self {
            Self::Unplaced => 0,
            Self::Prior => 1,
            Self::Learnt => 2,
            Self::Suspect => 3,
        };
        number.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(Self::Unplaced),
            1 => Some(Self::Prior),
            2 => Some(Self::Learnt),
            3 => Some(Self::Suspect),
            _ => None,
        }
    }
}

impl LiveClock {
    /// Residuals before an offset is moved by them.
    const RESIDUALS_MIN: usize = 7;
    /// Most that one report moves an offset: drift is slower, and a liar must
    /// not be faster.
    const NUDGE_MAX_MS: i64 = 10;
    /// Contradicted creations in a row that make a clock suspect.
    const STREAK_MAX: usize = 3;
    /// Two such creations of different places that imply the same step.
    const SAME_STEP_MS: u64 = 750;
    /// Reports on a clock that nothing places after which it is tried to learn
    /// it: a landmark or two, a handful, a quarter of a match.
    const UNPLACED_RESOLVES: [u16; 3] = [8, 24, 64];
    /// Reports after a step was suspected: fewer do not show it.
    const SUSPECT_RESOLVE: u16 = 6;
    /// Most resolves for the sake of one clock, which a liar could make step
    /// with every report.
    const RESOLVES_MAX: u8 = 5;
    /// A smaller step is within what witnesses differ by.
    const STEP_MIN_MS: u64 = 1_000;
    /// A shorter sleep may be a request that took long: clients give one up after 5 s
    /// to connect and 30 s for the rest.
    const SLEEP_MIN_MS: i64 = 40_000;
    /// Most stretches of which one is begun: a liar could sleep with every report.
    const SEGMENTS_MAX: usize = 16;

    /// Hears where the corrected time puts a report on this clock.
    pub(crate) fn hear_prior(&mut self, difference: i64, is_good: bool) {
        let is_open = match self.trust {
            Trust::Unplaced => self.segments.is_empty(),
            Trust::Prior => is_good,
            Trust::Learnt | Trust::Suspect => false,
        };
        if !is_open {
            return;
        }
        if self.trust == Trust::Unplaced {
            (self.first, self.base) = (difference, difference);
        }
        if is_good && self.priors.len() < Self::RESIDUALS_MIN {
            self.trust = Trust::Prior;
            self.priors.push(difference.saturating_sub(self.first));
            self.base = self.first.saturating_add(self.priors.median());
        }
    }

    /// Hears with the newest report on it whether it stood still while its device
    /// slept: then it is behind its good times from there on.
    pub(crate) fn hear_sleep(&mut self, t: i64, difference: i64) {
        let before = self.told.replace(difference);
        let slept = before.map_or(0, |before| difference.saturating_sub(before));
        let goes_on = self.facts.span.is_some_and(|(first, _)| first < t);
        if slept < Self::SLEEP_MIN_MS
            || !goes_on
            || !self.is_placed()
            || self.segments.len() >= Self::SEGMENTS_MAX
        {
            return;
        }
        let offset_ms = self.offset(t);
        let mut segments = self.segments();
        segments.push(Segment { from: t, offset_ms: offset_ms.saturating_add(slept) });
        self.segments = segments.into_boxed_slice();
        (self.nudge, self.residuals) = (0, Ring::default());
    }

    /// Takes the match's own clock for what others of it are known to show.
    pub(crate) fn set_zero(&mut self, zero: i64) {
        if matches!(self.trust, Trust::Unplaced | Trust::Prior) && self.segments.is_empty() {
            (self.trust, self.base) = (Trust::Prior, zero);
        }
    }

    /// The server's time of an instant on this clock.
    pub(crate) fn x(&self, t: i64) -> i64 {
        t.saturating_add(self.offset(t))
    }

    fn offset(&self, t: i64) -> i64 {
        let Some(last) = self.segments.last() else { return self.base + self.nudge };
        if t >= last.from {
            return last.offset_ms + self.nudge;
        }
        let next = self.segments.partition_point(|segment| segment.from <= t);
        self.segments[next.saturating_sub(1)].offset_ms
    }

    /// The stretches of its offset, as far as it is known.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        let mut segments = self.segments.to_vec();
        match segments.last_mut() {
            Some(last) => last.offset_ms = last.offset_ms.saturating_add(self.nudge),
            None if self.is_placed() => {
                let from = self.facts.span.map_or(0, |(first, _)| first);
                segments.push(Segment { from, offset_ms: self.base.saturating_add(self.nudge) });
            }
            None => {}
        }
        segments
    }

    /// Whether what is on it may be joined by time.
    pub(crate) fn is_placed(&self) -> bool {
        matches!(self.trust, Trust::Prior | Trust::Learnt)
    }

    /// Counts a report on it; whether a resolve is due for its sake.
    pub(crate) fn wants_resolve(&mut self) -> bool {
        self.since = self.since.saturating_add(1);
        let wants = match self.trust {
            Trust::Prior | Trust::Learnt => false,
            Trust::Unplaced => Self::UNPLACED_RESOLVES.contains(&self.since),
            Trust::Suspect => self.since == Self::SUSPECT_RESOLVE,
        };
        let wants = wants && self.resolves < Self::RESOLVES_MAX;
        self.resolves += u8::from(wants);
        wants
    }

    /// A report on it joined others: how far from their middle. Returns what it
    /// created before against them: it was no step, so that may be joined.
    pub(crate) fn agree(&mut self, residual: i64) -> Vec<OccurrenceNo> {
        let cleared = std::mem::take(&mut self.streak).created;
        self.residuals.push(residual);
        if self.residuals.len() >= Self::RESIDUALS_MIN {
            let middle = self.residuals.median();
            self.nudge -= middle.clamp(-Self::NUDGE_MAX_MS, Self::NUDGE_MAX_MS);
        }
        cleared
    }

    /// A report on it created an occurrence beside others of its place, which it would
    /// have met at these offsets. Two of them that imply one step, or a few in a
    /// row, make it suspect: then what it created lately is returned.
    pub(crate) fn disagree(
        &mut self,
        occurrence: OccurrenceNo,
        place: u64,
        offsets: Vec<i64>,
    ) -> Vec<OccurrenceNo> {
        let is_same = |a: &i64| {
            let same = |b: &i64| a.abs_diff(*b) < Self::SAME_STEP_MS;
            a.unsigned_abs() > Self::STEP_MIN_MS && self.streak.offsets.iter().any(same)
        };
        let implied = self.streak.place != place && offsets.iter().any(is_same);
        self.streak.created.push(occurrence);
        (self.streak.offsets, self.streak.place) = (offsets, place);
        if !implied && self.streak.created.len() < Self::STREAK_MAX {
            return Vec::new();
        }
        (self.trust, self.since) = (Trust::Suspect, 0);
        std::mem::take(&mut self.streak).created
    }

    /// Takes over what a resolve found.
    pub(crate) fn learn(&mut self, track: &Track) {
        self.is_strict = track.strict;
        self.segments = track.segments.clone().into_boxed_slice();
        self.nudge = 0;
        (self.residuals, self.streak) = (Ring::default(), Streak::default());
        self.trust = match (track.locked, self.segments.is_empty()) {
            (true, false) => Trust::Learnt,
            (true, true) | (false, _) => Trust::Unplaced,
        };
        if self.is_placed() {
            self.since = 0;
        }
    }

    /// Counts another clock from here on; what was asked for its sake stays asked.
    pub(crate) fn begin_anew(&mut self) {
        *self = Self { resolves: self.resolves, ..Self::default() };
    }

    /// Resolves that were made for its sake.
    pub(crate) fn resolves(&self) -> u32 {
        u32::from(self.resolves)
    }

    /// Takes over what another match knows of it, where nothing is known here.
    pub(crate) fn take_over(&mut self, other: &Self) {
        if self.trust == Trust::Unplaced && self.since == 0 {
            *self = Self { streak: Streak::default(), ..other.clone() };
        }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.segments.len() * size_of::<Segment>()
            + self.streak.created.capacity() * size_of::<OccurrenceNo>()
            + self.streak.offsets.capacity() * size_of::<i64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_good_corrected_times_places_a_clock() {
        let mut clock = LiveClock::default();
        clock.hear_prior(90_000, false);
        assert!(!clock.is_placed(), "a wall clock alone places nothing");
        for difference in [5_200, 5_000, 5_100] {
            clock.hear_prior(difference, true);
        }
        assert!(clock.is_placed());
        assert_eq!(clock.x(1_000), 6_100);
    }

    #[test]
    fn a_clock_that_stood_still_in_sleep_is_put_forward() {
        let mut clock = LiveClock::default();
        for (t, difference) in [(1_000, 5_000), (2_000, 5_100), (3_000, 95_050)] {
            clock.facts.hear(t, difference, true);
            clock.hear_sleep(t, difference);
            clock.hear_prior(difference, true);
        }
        assert_eq!([2_000, 3_000, 4_000].map(|t| clock.x(t) - t), [5_100, 95_050, 95_050]);
    }

    #[test]
    fn residuals_move_an_offset_slowly() {
        let mut clock = LiveClock::default();
        clock.hear_prior(0, true);
        for _ in 0..LiveClock::RESIDUALS_MIN {
            clock.agree(400);
        }
        assert_eq!(clock.x(0), -LiveClock::NUDGE_MAX_MS);
    }

    #[test]
    fn two_places_that_imply_one_step_make_a_clock_suspect() {
        let mut clock = LiveClock::default();
        clock.hear_prior(0, true);
        assert!(clock.disagree(OccurrenceNo(1), 10, vec![7_000]).is_empty());
        let lately = [OccurrenceNo(1), OccurrenceNo(2)];
        assert_eq!(clock.disagree(OccurrenceNo(2), 11, vec![7_300]), lately);
        assert!(!clock.is_placed());
    }

    #[test]
    fn one_that_agrees_clears_it() {
        let mut clock = LiveClock::default();
        clock.hear_prior(0, true);
        for live in 0..9 {
            assert!(clock.disagree(OccurrenceNo(live), 10, vec![7_000]).is_empty());
            assert_eq!(clock.agree(20), [OccurrenceNo(live)]);
        }
        assert!(clock.is_placed());
    }
}
