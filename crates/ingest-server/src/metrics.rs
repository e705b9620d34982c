//! What Prometheus is told. Numbers only: no device, match or player is a label.

mod association;

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use ingest_store::Tally;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
    core::Collector,
};

use crate::app::App;

pub(crate) use association::{Associating, Watched};

/// Seconds; a commit takes milliseconds, an overloaded disk seconds.
const DURATION_BUCKETS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

const VALID: &str = "the names of our metrics are valid";

/// The counters of one server.
pub(crate) struct Metrics {
    registry: Registry,
    events: IntCounterVec,
    requests: IntCounterVec,
    durations: HistogramVec,
    log_position: IntGauge,
    connections: IntGauge,
    connections_refused: IntCounter,
    requests_at_work: IntGauge,
    batches_waiting: IntGauge,
    store_failing: IntGauge,
    store_failures: IntCounter,
    association: Associating,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let events = Opts::new("ringside_ingest_events_total", "Events by what became of them");
        let requests = Opts::new("ringside_ingest_requests_total", "Requests by path and status");
        let durations =
            HistogramOpts::new("ringside_ingest_request_duration_seconds", "Time to an answer")
                .buckets(DURATION_BUCKETS.to_vec());
        let position = Opts::new("ringside_ingest_log_position", "Position of the newest event");
        let connections = Opts::new("ringside_ingest_connections", "Connections open");
        let refused =
            Opts::new("ringside_ingest_connections_refused_total", "Connections over the bound");
        let at_work = Opts::new("ringside_ingest_requests_at_work", "Requests at work");
        let waiting =
            Opts::new("ringside_ingest_batches_waiting", "Batches that wait for the disk");
        let failing = Opts::new(
            "ringside_ingest_store_failing",
            "1 while the store does not take what it is given, as of its last write",
        );
        let failures =
            Opts::new("ringside_ingest_store_failures_total", "Writes that the store failed at");
        let metrics = Self {
            registry: Registry::new(),
            events: IntCounterVec::new(events, &["verdict"]).expect(VALID),
            requests: IntCounterVec::new(requests, &["path", "status"]).expect(VALID),
            durations: HistogramVec::new(durations, &["path"]).expect(VALID),
            log_position: IntGauge::with_opts(position).expect(VALID),
            connections: IntGauge::with_opts(connections).expect(VALID),
            connections_refused: IntCounter::with_opts(refused).expect(VALID),
            requests_at_work: IntGauge::with_opts(at_work).expect(VALID),
            batches_waiting: IntGauge::with_opts(waiting).expect(VALID),
            store_failing: IntGauge::with_opts(failing).expect(VALID),
            store_failures: IntCounter::with_opts(failures).expect(VALID),
            association: Associating::new(),
        };
        metrics.register();
        metrics.count_events(0, &Tally::default());
        metrics
    }

    fn register(&self) {
        let collectors: [Box<dyn Collector>; 10] = [
            Box::new(self.events.clone()),
            Box::new(self.requests.clone()),
            Box::new(self.durations.clone()),
            Box::new(self.log_position.clone()),
            Box::new(self.connections.clone()),
            Box::new(self.connections_refused.clone()),
            Box::new(self.requests_at_work.clone()),
            Box::new(self.batches_waiting.clone()),
            Box::new(self.store_failing.clone()),
            Box::new(self.store_failures.clone()),
        ];
        for collector in collectors {
            self.registry.register(collector).expect("each of our metrics is registered once");
        }
        self.association.register(&self.registry);
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.inc();
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.dec();
    }

    pub(crate) fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// What is counted of association.
    pub(crate) fn association(&self) -> &Associating {
        &self.association
    }

    /// Counted where the store is written.
    pub(crate) fn store_failures(&self) -> IntCounter {
        self.store_failures.clone()
    }

    /// Counts a batch. All verdicts are named each time, so that a scrape shows
    /// zeros and not gaps.
    pub(crate) fn count_events(&self, received: usize, tally: &Tally) {
        let counts = [
            ("received", count(received)),
            ("stored", tally.stored),
            ("duplicate", tally.duplicate),
            ("conflict", tally.conflict),
            ("invalid", tally.invalid),
            ("retry", tally.retry),
        ];
        for (verdict, count) in counts {
            self.events.with_label_values(&[verdict]).inc_by(count);
        }
    }

    /// The text that a scrape gets.
    pub(crate) fn text(&self, load: &Load) -> String {
        let gauges = [
            (&self.log_position, load.log_position),
            (&self.requests_at_work, Some(count(load.requests_at_work))),
            (&self.batches_waiting, Some(count(load.batches_waiting))),
            (&self.store_failing, Some(u64::from(load.is_store_failing))),
        ];
        let known = gauges.into_iter().filter_map(|(gauge, value)| Some((gauge, value?)));
        for (gauge, value) in known {
            gauge.set(whole(value));
        }
        self.association.set(&load.association);
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .expect("our metrics are always text")
    }
}

/// What is measured only when it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// `None` where it cannot be read: then it stays as it was.
    pub(crate) log_position: Option<u64>,
    pub(crate) requests_at_work: usize,
    pub(crate) batches_waiting: usize,
    pub(crate) is_store_failing: bool,
    pub(crate) association: Watched,
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Measures every request.
pub(crate) async fn observe(
    State(app): State<Arc<App>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let begun = app.clock.now().clock.mono_ms;
    let response = next.run(request).await;
    let took_ms = app.clock.now().clock.mono_ms.saturating_sub(begun);
    // The route and not the path: what strangers ask for is no label.
    let path = path.as_ref().map_or("other", MatchedPath::as_str);
    let status = response.status();
    app.metrics.requests.with_label_values(&[path, status.as_str()]).inc();
    let seconds = std::time::Duration::from_millis(took_ms).as_secs_f64();
    app.metrics.durations.with_label_values(&[path]).observe(seconds);
    response
}
