//! What is counted of association and of those who watch it.

use ingest_store::{AssociationFigures, Counted, Decision, SealReason};
use prometheus::{
    Gauge, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, core::Collector,
};

use super::{VALID, whole};

/// What a match may go through.
const CHANGES: [&str; 10] = [
    "created",
    "witnessed",
    "unwitnessed",
    "merged",
    "split",
    "retimed",
    "retracted",
    "moved",
    "sealed",
    "reopened",
];

/// The counters of association, shared with the thread that follows the log.
#[derive(Clone)]
pub(crate) struct Associating {
    changes: IntCounterVec,
    joins: IntCounter,
    overflow: IntCounter,
    seals: IntCounterVec,
    reopens: IntCounter,
    lag: IntGauge,
    matches: IntGaugeVec,
    ratio: Gauge,
    feeds: IntGauge,
}

/// What is measured only when it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watched {
    /// `None` where it cannot be read: then it stays as it was.
    pub(crate) figures: Option<AssociationFigures>,
    pub(crate) lag: u64,
    pub(crate) feeds: u64,
}

impl Associating {
    pub(crate) fn new() -> Self {
        let counter =
            |name: &str, help: &str| IntCounter::with_opts(Opts::new(name, help)).expect(VALID);
        let gauge =
            |name: &str, help: &str| IntGauge::with_opts(Opts::new(name, help)).expect(VALID);
        let counters = |name: &str, help: &str, label: &str| {
            IntCounterVec::new(Opts::new(name, help), &[label]).expect(VALID)
        };
        let matches = Opts::new("ringside_association_matches", "Matches by state");
        let ratio = Opts::new(
            "ringside_association_deduplication_ratio",
            "Events that express an occurrence for each occurrence",
        );
        let counts = Self {
            changes: counters(
                "ringside_association_changes_total",
                "Changes of matches, numbered as revisions",
                "change",
            ),
            joins: counter("ringside_association_joins_total", "Matches joined into another"),
            overflow: counter(
                "ringside_association_overflow_total",
                "Events beyond what a match may hold, which express nothing",
            ),
            seals: counters("ringside_association_seals_total", "Matches sealed", "reason"),
            reopens: counter("ringside_association_reopens_total", "Matches reopened"),
            lag: gauge("ringside_association_lag_events", "Events stored and not associated"),
            matches: IntGaugeVec::new(matches, &["state"]).expect(VALID),
            ratio: Gauge::with_opts(ratio).expect(VALID),
            feeds: gauge("ringside_feeds_open", "Feeds open"),
        };
        // All labels from the start, so that a scrape shows zeros and not gaps.
        for change in CHANGES {
            counts.changes.with_label_values(&[change]);
        }
        for reason in [SealReason::AllEnded, SealReason::Aged, SealReason::Operator] {
            counts.seals.with_label_values(&[reason.as_str()]);
        }
        counts
    }

    pub(super) fn register(&self, registry: &Registry) {
        let collectors: [Box<dyn Collector>; 9] = [
            Box::new(self.changes.clone()),
            Box::new(self.joins.clone()),
            Box::new(self.overflow.clone()),
            Box::new(self.seals.clone()),
            Box::new(self.reopens.clone()),
            Box::new(self.lag.clone()),
            Box::new(self.matches.clone()),
            Box::new(self.ratio.clone()),
            Box::new(self.feeds.clone()),
        ];
        for collector in collectors {
            registry.register(collector).expect("each of our metrics is registered once");
        }
    }

    /// Counts a step of association.
    pub(crate) fn count(&self, counted: &Counted) {
        for (change, count) in &counted.changes {
            self.changes.with_label_values(&[change]).inc_by(*count);
        }
        self.joins.inc_by(counted.joins);
        self.overflow.inc_by(counted.overflow);
    }

    /// Counts a decision.
    pub(crate) fn decided(&self, decision: Decision, reason: SealReason) {
        match decision {
            Decision::Sealed => self.seals.with_label_values(&[reason.as_str()]).inc(),
            Decision::Reopened => self.reopens.inc(),
        }
    }

    pub(super) fn set(&self, watched: &Watched) {
        self.lag.set(whole(watched.lag));
        self.feeds.set(whole(watched.feeds));
        let Some(figures) = watched.figures else { return };
        self.matches.with_label_values(&["open"]).set(whole(figures.matches_open));
        self.matches.with_label_values(&["sealed"]).set(whole(figures.matches_sealed));
        #[expect(clippy::cast_precision_loss, reason = "a ratio for a person's eye")]
        let ratio = figures.reports as f64 / figures.occurrences.max(1) as f64;
        self.ratio.set(ratio);
    }
}
