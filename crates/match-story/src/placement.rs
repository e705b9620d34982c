//! Where along its match an event is drawn: from 0 to 1.

use event_model::{Kind, WallTime};

use crate::{Story, TimelineAxis, order::Scale, story::Placed};

/// The stretches of a match, each drawn with its own share of the width.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placement {
    /// Where each stretch begins, on the story's scale; at least one.
    begins_ms: Vec<i64>,
    /// Where the last one ends.
    ends_ms: i64,
    /// How many stretches there are before the first round.
    before_rounds: usize,
    by_round: bool,
}

impl Placement {
    /// With a clock of the game's, one stretch from its zero to the last event;
    /// without one, one stretch for each round, and one more for what was before
    /// the first; without rounds, one from the first event to the last.
    pub(crate) fn of(story: &Story) -> Self {
        let places = || story.happenings().map(|placed| placed.at_ms);
        let first_ms = places().min().unwrap_or(0);
        let ends_ms = places().max().unwrap_or(first_ms);
        let one = |begin_ms| Self {
            begins_ms: vec![begin_ms],
            ends_ms,
            before_rounds: 0,
            by_round: false,
        };
        match (story.scale(), story.rounds().first()) {
            (Scale::MatchClock { .. }, _) => one(first_ms.min(0)),
            (Scale::Observed, None) => one(first_ms),
            (Scale::Observed, Some(round)) => {
                let lead = story
                    .happenings()
                    .any(|placed| placed.at_ms < round.from_ms && !starts_match(placed));
                let rounds = story.rounds().iter().map(|round| round.from_ms);
                Self {
                    begins_ms: lead.then_some(first_ms).into_iter().chain(rounds).collect(),
                    ends_ms,
                    before_rounds: usize::from(lead),
                    by_round: true,
                }
            }
        }
    }

    pub(crate) fn axis(&self, story: &Story) -> TimelineAxis {
        let begin_ms = self.begins_ms[0];
        match (story.scale(), self.by_round) {
            (Scale::MatchClock { .. }, _) => {
                TimelineAxis::MatchClock { from_ms: begin_ms, to_ms: self.ends_ms }
            }
            (Scale::Observed, true) => TimelineAxis::Rounds,
            (Scale::Observed, false) => TimelineAxis::Observed {
                from: WallTime::from_unix_ms(begin_ms),
                to: WallTime::from_unix_ms(self.ends_ms),
            },
        }
    }

    /// Where an event is drawn.
    pub(crate) fn position(&self, placed: &Placed) -> f64 {
        let round = placed.round.filter(|_| self.by_round);
        let stretch = match round {
            Some(round) => self.before_rounds + round,
            None => self.stretch_at(placed.at_ms),
        };
        self.within(stretch, placed.at_ms)
    }

    /// From where to where a round is drawn.
    pub(crate) fn of_round(&self, story: &Story, round: usize) -> (f64, f64) {
        if self.by_round {
            let stretch = self.before_rounds + round;
            return (self.share(stretch), self.share(stretch + 1));
        }
        let begin = |index: usize| story.rounds().get(index).map(|round| round.from_ms);
        let end_ms = begin(round + 1).unwrap_or(self.ends_ms);
        (self.within(0, story.rounds()[round].from_ms), self.within(0, end_ms))
    }

    /// The stretch that began last.
    fn stretch_at(&self, at_ms: i64) -> usize {
        self.begins_ms.partition_point(|begin_ms| *begin_ms <= at_ms).saturating_sub(1)
    }

    /// What is told of a stretch lies in it, however late it came.
    fn within(&self, stretch: usize, at_ms: i64) -> f64 {
        let begin_ms = self.begins_ms[stretch];
        let end_ms = self.begins_ms.get(stretch + 1).copied().unwrap_or(self.ends_ms);
        let length_ms = distance(begin_ms, end_ms);
        // Of a stretch without length nothing better is known than its middle.
        let part = if length_ms > 0.0 { distance(begin_ms, at_ms) / length_ms } else { 0.5 };
        let (from, to) = (self.share(stretch), self.share(stretch + 1));
        (from + part.clamp(0.0, 1.0) * (to - from)).clamp(0.0, 1.0)
    }

    /// Where a stretch begins: all are equally wide.
    fn share(&self, stretch: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a match has few rounds")]
        let share = stretch as f64 / self.begins_ms.len() as f64;
        share
    }
}

/// What begins a match is drawn where its first round begins.
fn starts_match(placed: &Placed) -> bool {
    placed.event.kind == Kind::MatchStarted
}

/// From one place to a later one; below 0 to an earlier one.
fn distance(from_ms: i64, to_ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for drawing, the nearest will do")]
    let distance = to_ms.saturating_sub(from_ms) as f64;
    distance
}
