//! What Prometheus is told. Numbers only: no device, match or player is a label.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use ingest_store::Tally;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

use crate::app::App;

/// Seconds; a commit takes milliseconds, an overloaded disk seconds.
const DURATION_BUCKETS: [f64; 10] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The counters of one server.
pub(crate) struct Metrics {
    registry: Registry,
    events: IntCounterVec,
    requests: IntCounterVec,
    durations: HistogramVec,
    log_position: IntGauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let events = Opts::new("ringside_ingest_events_total", "Events by what became of them");
        let requests = Opts::new("ringside_ingest_requests_total", "Requests by path and status");
        let durations =
            HistogramOpts::new("ringside_ingest_request_duration_seconds", "Time to an answer")
                .buckets(DURATION_BUCKETS.to_vec());
        let position = Opts::new("ringside_ingest_log_position", "Position of the newest event");
        let valid = "the names of our metrics are valid";
        let metrics = Self {
            registry: Registry::new(),
            events: IntCounterVec::new(events, &["verdict"]).expect(valid),
            requests: IntCounterVec::new(requests, &["path", "status"]).expect(valid),
            durations: HistogramVec::new(durations, &["path"]).expect(valid),
            log_position: IntGauge::with_opts(position).expect(valid),
        };
        let once = "each of our metrics is registered once";
        metrics.registry.register(Box::new(metrics.events.clone())).expect(once);
        metrics.registry.register(Box::new(metrics.requests.clone())).expect(once);
        metrics.registry.register(Box::new(metrics.durations.clone())).expect(once);
        metrics.registry.register(Box::new(metrics.log_position.clone())).expect(once);
        metrics.count_events(0, &Tally::default());
        metrics
    }

    /// Counts a batch. All verdicts are named each time, so that a scrape shows
    /// zeros and not gaps.
    pub(crate) fn count_events(&self, received: usize, tally: &Tally) {
        let received = u64::try_from(received).unwrap_or(u64::MAX);
        let counts = [
            ("received", received),
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
    pub(crate) fn text(&self, log_position: u64) -> String {
        self.log_position.set(i64::try_from(log_position).unwrap_or(i64::MAX));
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .expect("our metrics are always text")
    }
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
