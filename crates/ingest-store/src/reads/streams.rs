//! Who told of a match, on which clocks.

use std::collections::BTreeMap;

use association::{Axis, Streams, TimeQuality};
use event_model::Pseudonyms;
use ingest_api::{ClockAxis, ClockQuality, ClockSegment, ClockView, StreamList, StreamView};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::{Looked, Viewer};
use crate::{Error, Result, Store, columns::uuid_column, follower::compared};

impl Store {
    /// The streams of a match, as many as association keeps apart.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn streams(&self, viewer: Viewer, key: &str) -> Result<Looked<StreamList>> {
        let snapshot = self.index.get()?.unchecked_transaction()?;
        let pseudonyms = Pseudonyms::under(&self.names_key()?);
        self.match_row(viewer, key)?.try_map(|of| {
            let written = written(&snapshot, of.match_id, &pseudonyms)?;
            let view = |stream| view(stream, &written);
            Ok(StreamList {
                streams: read(&snapshot, of.match_id)?.into_iter().map(view).collect(),
                match_key: of.view.key,
                revision: of.view.revision,
            })
        })
    }
}

fn read(connection: &Connection, match_id: i64) -> Result<Vec<association::StreamView>> {
    let sql = "SELECT whole FROM match_state WHERE match_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let whole: Option<Vec<u8>> = statement.query_row([match_id], |row| row.get(0)).optional()?;
    let Some(whole) = whole else { return Ok(Vec::new()) };
    let streams = Streams::read(&whole)
        .ok_or_else(|| Error::Index(format!("the state of match {match_id} is not one")))?;
    Ok(streams.views())
}

/// How each device writes the accounts that association knows by their pseudonyms.
type Written = BTreeMap<(Uuid, String), String>;

fn written(connection: &Connection, match_id: i64, pseudonyms: &Pseudonyms) -> Result<Written> {
    let sql = "SELECT device, account FROM stream WHERE match_id = ?1 AND account IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([match_id], |row| {
        let account: String = row.get("account")?;
        Ok(((uuid_column(row, "device")?, compared::by(pseudonyms, &account)), account))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn view(stream: association::StreamView, written: &Written) -> StreamView {
    let device = stream.stream.device.0;
    let account = stream.account.map(String::from);
    StreamView {
        device,
        account: account
            .map(|known| written.get(&(device, known.clone())).cloned().unwrap_or(known)),
        origin: Some(stream.origin),
        reports: stream.counts.reports,
        first_at: stream.first_at,
        last_at: stream.last_at,
        flags: stream.flags.into_iter().map(|flag| flag.as_str().to_owned()).collect(),
        clocks: stream.clocks.into_iter().map(clock).collect(),
    }
}

fn clock(clock: association::ClockView) -> ClockView {
    let (axis, epoch) = match clock.axis {
        Axis::Monotonic(epoch) => (ClockAxis::Monotonic, Some(epoch)),
        Axis::Match(_) => (ClockAxis::Match, None),
        Axis::Wall => (ClockAxis::Wall, None),
    };
    let segments = clock.segments.into_iter();
    ClockView {
        epoch,
        axis,
        quality: match clock.quality {
            TimeQuality::Good => ClockQuality::Good,
            TimeQuality::Low => ClockQuality::Low,
        },
        placed: clock.is_placed,
        segments: segments
            .map(|segment| ClockSegment { from: segment.from, offset_ms: segment.offset_ms })
            .collect(),
        residual_ms: clock.residual_ms,
        reports: clock.reports.into(),
    }
}
