//! A match out of its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use association::{
    LogNo, MatchState, NameKey, OccurrenceNo, OccurrenceRow, ReportRow, Rows, Sighting,
    joining::JoinFlag,
};
use event_model::{DeviceId, OutboxId, WallTime};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{
    Apart, End, FirstEnd, NumberedStream, OpenMatch, Part, ReportState, Seal, Shown, Times,
    Waiting, rules,
};
use crate::{
    Error, Result,
    columns::{count_column, quality, uuid_column},
    follower::{reading::Source, sessions::OpenSession},
};

impl OpenMatch {
    /// Reads a match that the index has.
    pub(in crate::follower) fn load(
        index: &Connection,
        source: &Source<'_>,
        match_id: i64,
    ) -> Result<Self> {
        let sql = "SELECT key, game, started_at_ms, started_quality, open_since_ms,
                          last_received_ms, all_ended_ms, sealed_at_ms, sealed_through,
                          apart, apart_overflow, flags
                   FROM game_match WHERE match_id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let Head { key, game, started, times, mut apart, join_flags } =
            statement.query_row([match_id], head)?;
        let (shown, occurrences) = occurrences(index, match_id)?;
        apart.alone = u32::try_from(shown.len() - occurrences.len()).unwrap_or(u32::MAX);
        let (reports, has_hollow) = reports(index, match_id)?;
        let sql = "SELECT whole, last_position FROM match_state WHERE match_id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let state = statement.query_row([match_id], |row| Ok((row.get(0)?, row.get(1)?)));
        let (whole, last): (Option<Vec<u8>>, i64) = state.optional()?.unwrap_or_default();
        let names = names(index, match_id)?;
        let state = match whole {
            Some(whole) => {
                let rows = Rows { whole, reports, occurrences, names, ..Rows::default() };
                MatchState::from_rows(rules(&game), &rows)
                    .map_err(|error| Error::Index(format!("{key}: {error}")))?
            }
            None => MatchState::new(rules(&game)),
        };
        Ok(Self {
            match_id,
            key,
            state: state.keeping_rows(),
            started,
            times,
            apart,
            devices: devices(index, match_id)?,
            streams: streams(index, match_id)?,
            shown,
            sessions: OpenSession::of_match(index, source, match_id)?,
            waiting: Waiting::default(),
            overflowed: 0,
            join_flags,
            is_renumbered: false,
            has_hollow,
            pending: BTreeMap::new(),
            batches: Vec::new(),
            last_position: last.unsigned_abs(),
            is_changed: false,
        })
    }
}

/// What the row of a match itself says.
struct Head {
    key: String,
    game: String,
    started: Sighting,
    times: Times,
    apart: Apart,
    join_flags: BTreeSet<JoinFlag>,
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    let started = Sighting {
        at: WallTime::from_unix_ms(row.get("started_at_ms")?),
        quality: quality::read(row.get_ref("started_quality")?.as_str().unwrap_or_default()),
    };
    let at_ms: Option<i64> = row.get("sealed_at_ms")?;
    let through: Option<i64> = row.get("sealed_through")?;
    let times = Times {
        open_since_ms: row.get("open_since_ms")?,
        last_received_ms: row.get("last_received_ms")?,
        all_ended_ms: row.get("all_ended_ms")?,
        sealed: at_ms.map(|at_ms| Seal { at_ms, through: through.unwrap_or_default() }),
    };
    let apart =
        Apart { rows: row.get("apart")?, overflow: count_column(row, "apart_overflow")?, alone: 0 };
    let flags = row.get_ref("flags")?.as_str().unwrap_or_default();
    let join_flags = flags.split_whitespace().filter_map(JoinFlag::of_word).collect();
    Ok(Head { key: row.get("key")?, game: row.get("game")?, started, times, apart, join_flags })
}

type Occurrences = (HashMap<OccurrenceNo, Shown>, Vec<OccurrenceRow>);

/// What is shown of each, and the rows of those that association has.
fn occurrences(index: &Connection, match_id: i64) -> Result<Occurrences> {
    let sql = "SELECT occurrence_no, occurrence_id, standing, attacker_from, victim_from,
                      assists_from, kept
               FROM occurrence WHERE match_id = ?1";
    let mut statement = index.prepare_cached(sql)?;
    let mut rows = statement.query([match_id])?;
    let (mut all, mut kept) = (HashMap::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let no = OccurrenceNo(count_column(row, "occurrence_no")?);
        let from = ["attacker_from", "victim_from", "assists_from"];
        let mut shown = Shown {
            id: uuid_column(row, "occurrence_id")?,
            from: [LogNo(0); 3],
            standing: row.get("standing")?,
            weighed: None,
            placed: None,
        };
        for (place, name) in shown.from.iter_mut().zip(from) {
            *place = LogNo(count_column(row, name)?);
        }
        all.insert(no, shown);
        let bytes: Vec<u8> = row.get("kept")?;
        if !bytes.is_empty() {
            kept.push(OccurrenceRow { no, kept: bytes });
        }
    }
    Ok((all, kept))
}

/// Those that association has, and whether there are others that it had.
fn reports(index: &Connection, match_id: i64) -> Result<(Vec<ReportRow>, bool)> {
    let sql = "SELECT position, occurrence_no, state, published, told FROM report
               WHERE match_id = ?1 ORDER BY position";
    let mut statement = index.prepare_cached(sql)?;
    let mut rows = statement.query([match_id])?;
    let (mut reports, mut has_hollow) = (Vec::new(), false);
    while let Some(row) = rows.next()? {
        let state: u8 = row.get(2)?;
        has_hollow |= state == ReportState::Overflow as u8 || state == ReportState::Erased as u8;
        if state != ReportState::Witness as u8 && state != ReportState::Late as u8 {
            continue;
        }
        reports.push(ReportRow {
            no: LogNo(row.get::<_, i64>(0)?.unsigned_abs()),
            occurrence: OccurrenceNo(row.get::<_, i64>(1)?.unsigned_abs()),
            is_late: state == ReportState::Late as u8,
            published: row.get(3)?,
            told: row.get(4)?,
        });
    }
    Ok((reports, has_hollow))
}

fn names(index: &Connection, match_id: i64) -> Result<Vec<(NameKey, Box<str>)>> {
    let sql = "SELECT name_key, name FROM match_name WHERE match_id = ?1";
    let mut statement = index.prepare_cached(sql)?;
    let names = statement.query_map(params![match_id], |row| {
        Ok((NameKey(row.get::<_, i64>(0)?.cast_unsigned()), row.get::<_, String>(1)?.into()))
    })?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

fn devices(index: &Connection, match_id: i64) -> Result<BTreeMap<DeviceId, Part>> {
    let sql = "SELECT device, ended_at_ms, ended_outbox, ended_sequence, left_no,
                      left_received_ms, left_told_ms, left_at_ms, goes_on
               FROM match_device WHERE match_id = ?1";
    let mut statement = index.prepare_cached(sql)?;
    let devices = statement.query_map([match_id], |row| {
        let outbox: Option<[u8; 16]> = row.get("ended_outbox")?;
        let outbox = outbox.map(|bytes| OutboxId(Uuid::from_bytes(bytes)));
        let sequence: Option<i64> = row.get("ended_sequence")?;
        let sequence = sequence.map(i64::unsigned_abs);
        let ended_at_ms: Option<i64> = row.get("ended_at_ms")?;
        let part = Part {
            ended: ended_at_ms.map(|at_ms| End { at_ms, outbox, sequence }),
            left: first_end(row)?,
            goes_on: row.get("goes_on")?,
            is_changed: false,
        };
        Ok((DeviceId(uuid_column(row, "device")?), part))
    })?;
    Ok(devices.collect::<rusqlite::Result<_>>()?)
}

fn first_end(row: &Row<'_>) -> rusqlite::Result<Option<FirstEnd>> {
    let Some(no) = row.get::<_, Option<i64>>("left_no")? else { return Ok(None) };
    Ok(Some(FirstEnd {
        no: LogNo(no.unsigned_abs()),
        received_ms: row.get("left_received_ms")?,
        told_ms: row.get("left_told_ms")?,
        at_ms: row.get("left_at_ms")?,
    }))
}

type Streams = HashMap<(DeviceId, Option<String>), NumberedStream>;

fn streams(index: &Connection, match_id: i64) -> Result<Streams> {
    let sql = "SELECT stream_no, device, account FROM stream WHERE match_id = ?1";
    let mut statement = index.prepare_cached(sql)?;
    let streams = statement.query_map([match_id], |row| {
        let whose = (DeviceId(uuid_column(row, "device")?), row.get("account")?);
        Ok((whose, NumberedStream { no: row.get("stream_no")?, is_new: false }))
    })?;
    Ok(streams.collect::<rusqlite::Result<_>>()?)
}
