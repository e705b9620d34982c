//! What is counted of association and of those who watch it.

use ingest_store::AssociationFigures;
use prometheus::{Gauge, IntGauge, IntGaugeVec, Opts, Registry, core::Collector};

use super::{VALID, whole};

/// The gauges of association.
#[derive(Clone)]
pub(crate) struct Associating {
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
    pub(super) fn new() -> Self {
        let gauge =
            |name: &str, help: &str| IntGauge::with_opts(Opts::new(name, help)).expect(VALID);
        let matches = Opts::new("ringside_association_matches", "Matches by state");
        let ratio = Opts::new(
            "ringside_association_deduplication_ratio",
            "Events that express an occurrence for each occurrence",
        );
        Self {
            lag: gauge("ringside_association_lag_events", "Events stored and not associated"),
            matches: IntGaugeVec::new(matches, &["state"]).expect(VALID),
            ratio: Gauge::with_opts(ratio).expect(VALID),
            feeds: gauge("ringside_feeds_open", "Feeds open"),
        }
    }

    pub(super) fn register(&self, registry: &Registry) {
        let collectors: [Box<dyn Collector>; 4] = [
            Box::new(self.lag.clone()),
            Box::new(self.matches.clone()),
            Box::new(self.ratio.clone()),
            Box::new(self.feeds.clone()),
        ];
        for collector in collectors {
            registry.register(collector).expect("each of our metrics is registered once");
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
