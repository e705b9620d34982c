//! The flags of `serve` that bound what is taken.

use std::time::Duration;

use clap::{Args, builder::RangedU64ValueParser};
use ingest_api::Limits;
use ingest_server::Bounds;

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of a request")]
pub(super) struct LimitArgs {
    /// Events in a request.
    #[arg(long, value_name = "N", default_value_t = Limits::default().events_max,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    events_max: usize,
    /// Bytes of a request as sent.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().sent_bytes_max)]
    sent_bytes_max: usize,
    /// Bytes of a request after decoding.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().decoded_bytes_max)]
    decoded_bytes_max: usize,
    /// Bytes of one event.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().event_bytes_max)]
    event_bytes_max: usize,
    /// Levels of nested arrays and objects in one event, at most 100.
    #[arg(long, value_name = "N", default_value_t = Limits::default().json_depth_max,
          value_parser = depth)]
    json_depth_max: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds of the server")]
pub(super) struct BoundArgs {
    /// Connections open at a time; lowered where the system gives fewer open
    /// files.
    #[arg(long, value_name = "N", default_value_t = Bounds::CONNECTIONS_MAX,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=u64::from(u32::MAX)))]
    connections_max: usize,
    /// Requests worked on at a time.
    #[arg(long, value_name = "N", default_value_t = Bounds::CONCURRENT_REQUESTS_MAX,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=u64::from(u32::MAX)))]
    concurrent_requests_max: usize,
    /// Bytes of bodies held at a time, as sent and as decoded.
    #[arg(long, value_name = "BYTES", default_value_t = Bounds::WORKING_BYTES_MAX)]
    working_bytes_max: usize,
    /// Seconds that the oldest batch may wait for the disk before new ones are
    /// refused.
    #[arg(long, value_name = "S", default_value_t = Bounds::QUEUE_AGE_MAX.as_secs())]
    queue_age_max_s: u64,
    /// Free bytes of the data directory's disk below which events are refused;
    /// 0 for none.
    #[arg(long = "disk-floor", value_name = "BYTES",
          default_value_t = Bounds::DISK_FLOOR_BYTES)]
    disk_floor: u64,
    /// Requests of one device worked on at a time.
    #[arg(long, value_name = "N", default_value_t = Bounds::DEVICE_REQUESTS_MAX,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    device_requests_max: u32,
    /// Requests that a device may make in a minute.
    #[arg(long, value_name = "N", default_value_t = Bounds::REQUESTS_PER_MINUTE_MAX,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    requests_per_minute_max: u32,
    /// Events that a device may send in a day.
    #[arg(long, value_name = "N", default_value_t = Bounds::EVENTS_PER_DAY_MAX,
          value_parser = clap::value_parser!(u64).range(1..))]
    events_per_day_max: u64,
    /// Bytes of bodies, as sent or as decoded, whichever is more, that a device
    /// may send in a day.
    #[arg(long, value_name = "BYTES", default_value_t = Bounds::BYTES_PER_DAY_MAX,
          value_parser = clap::value_parser!(u64).range(1..))]
    bytes_per_day_max: u64,
    /// Feeds of matches open at a time.
    #[arg(long, value_name = "N", default_value_t = Bounds::FEEDS_MAX,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    feeds_max: u32,
    /// Feeds that one token may have open at a time.
    #[arg(long, value_name = "N", default_value_t = Bounds::PRINCIPAL_FEEDS_MAX,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..))]
    principal_feeds_max: u32,
    /// Seconds that a connection may stay without a whole request's head, or
    /// without reading its answer.
    #[arg(long, value_name = "S", default_value_t = Bounds::IDLE_TIMEOUT.as_secs(),
          value_parser = clap::value_parser!(u64).range(1..))]
    idle_timeout_s: u64,
    /// Seconds that a request's body may take to arrive.
    #[arg(long, value_name = "S", default_value_t = Bounds::BODY_TIMEOUT.as_secs())]
    body_timeout_s: u64,
    /// Seconds that a request waits for its receipts.
    #[arg(long, value_name = "S", default_value_t = Bounds::ANSWER_TIMEOUT.as_secs())]
    answer_timeout_s: u64,
    /// Seconds that what was accepted may still take when the server is told to
    /// stop, at most 7: it ends within 10.
    #[arg(long, value_name = "S", default_value_t = Bounds::DRAIN_TIMEOUT.as_secs(),
          value_parser = clap::value_parser!(u64).range(..=Bounds::DRAIN_TIMEOUT.as_secs()))]
    drain_timeout_s: u64,
}

impl LimitArgs {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            events_max: self.events_max,
            sent_bytes_max: self.sent_bytes_max,
            decoded_bytes_max: self.decoded_bytes_max,
            event_bytes_max: self.event_bytes_max,
            json_depth_max: self.json_depth_max,
        }
    }
}

impl BoundArgs {
    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            connections_max: self.connections_max,
            concurrent_requests_max: self.concurrent_requests_max,
            working_bytes_max: self.working_bytes_max,
            queue_age_max: Duration::from_secs(self.queue_age_max_s),
            disk_floor_bytes: self.disk_floor,
            device_requests_max: self.device_requests_max,
            requests_per_minute_max: self.requests_per_minute_max,
            events_per_day_max: self.events_per_day_max,
            bytes_per_day_max: self.bytes_per_day_max,
            feeds_max: self.feeds_max,
            principal_feeds_max: self.principal_feeds_max,
            feed_keep_alive: Bounds::FEED_KEEP_ALIVE,
            idle_timeout: Duration::from_secs(self.idle_timeout_s),
            body_timeout: Duration::from_secs(self.body_timeout_s),
            answer_timeout: Duration::from_secs(self.answer_timeout_s),
            drain_timeout: Duration::from_secs(self.drain_timeout_s),
        }
    }
}

/// The JSON reader itself goes no deeper than 128 levels.
fn depth(text: &str) -> Result<usize, String> {
    let depth: usize = text.parse().map_err(|error| format!("{error}"))?;
    if (1..=100).contains(&depth) { Ok(depth) } else { Err("expected 1 to 100".to_owned()) }
}
