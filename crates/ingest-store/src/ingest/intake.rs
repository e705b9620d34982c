//! What the writer remembers between commits.

use std::collections::HashMap;

use event_model::{DeviceId, WallTime};
use rusqlite::{OptionalExtension, Transaction};

use crate::{
    Error, Result, Store, follower,
    gate::{Gate, Recent},
    index,
    segment::{self, LogEnd, Segment},
};

/// Devices whose number is remembered: 50,000 of them are 2 MB. Beyond, all are
/// forgotten and looked up again.
const DEVICES_MAX: usize = 100_000;

/// How far before a month an instant may lie and still count to it: a day, more
/// than any two requests or a clock that is set are apart.
const SET_BACK_MAX_MS: i64 = 24 * 60 * 60 * 1_000;

/// What the writer remembers between commits, all of it made anew from the log.
pub(crate) struct Intake {
    pub(super) end: LogEnd,
    pub(super) segments: Vec<Segment>,
    pub(super) gate: Gate,
    /// Ids in memory from which the writer puts them onto the shelf itself.
    pub(super) shelve_at: usize,
    devices: HashMap<DeviceId, i64>,
    /// Answers kept of each device since its oldest were forgotten.
    answers: HashMap<i64, u64>,
    version_no: i64,
    version: String,
}

impl Intake {
    pub(super) fn load(store: &mut Store) -> Result<Self> {
        follower::shelve_all(store, Recent::EVENTS_MAX)?;
        let segments = segment::all(&store.connection)?;
        let end = segment::log_end(&store.connection, &segments)?;
        let index = index::open(&store.data_dir, store.options, index::READER_CACHE_KIB)?;
        let recent = follower::unshelved(&store.connection, store.index.get()?, &segments)?;
        let gate = Gate { recent, leaving: None, index };
        let (devices, answers, version) = (HashMap::new(), HashMap::new(), String::new());
        let shelve_at = Recent::EVENTS_HARD_MAX;
        Ok(Self { end, segments, gate, shelve_at, devices, answers, version_no: 0, version })
    }

    /// Whether the log is as this remembers it.
    pub(super) fn is_current(&self, transaction: &Transaction<'_>) -> Result<bool> {
        Ok(segment::log_end(transaction, &self.segments)? == self.end)
    }

    pub(super) fn device_no(
        &mut self,
        transaction: &Transaction<'_>,
        device: DeviceId,
    ) -> Result<i64> {
        if let Some(device_no) = self.devices.get(&device) {
            return Ok(*device_no);
        }
        if self.devices.len() >= DEVICES_MAX {
            self.devices.clear();
        }
        let device_no = transaction
            .prepare_cached("SELECT device_no FROM device WHERE device = ?1")?
            .query_row([device.to_string()], |row| row.get(0))
            .optional()?
            .ok_or(Error::UnknownDevice)?;
        self.devices.insert(device, device_no);
        Ok(device_no)
    }

    /// Counts an answer that is kept; whether so many were since the last time
    /// that the oldest are to be forgotten. So a device never has much more than
    /// twice as many as are remembered, and they need not be counted each time.
    pub(super) fn keeps_answer(&mut self, device_no: i64, most: u64) -> bool {
        if self.answers.len() >= DEVICES_MAX {
            self.answers.clear();
        }
        let since = self.answers.entry(device_no).or_default();
        *since += 1;
        let is_time = *since >= most.max(1);
        if is_time {
            *since = 0;
        }
        is_time
    }

    /// The segment for what is received now; a later month begins another one.
    /// An instant shortly before the newest stays in it: clocks are set back and
    /// forth around a month's end. Far before it was the newest that was wrong,
    /// and would be kept for too long.
    pub(super) fn segment(
        &mut self,
        transaction: &Transaction<'_>,
        at: WallTime,
    ) -> Result<Segment> {
        let month = segment::month_of(at);
        let is_open = |segment: &&Segment| {
            segment.end().is_some_and(|end| at < end)
                && segment.month <= segment::month_of(at.plus_ms(SET_BACK_MAX_MS))
        };
        if let Some(newest) = self.segments.last().filter(is_open) {
            return Ok(newest.clone());
        }
        let segment = segment::begin(transaction, &month, self.end)?;
        self.segments.push(segment.clone());
        Ok(segment)
    }

    pub(super) fn version_no(
        &mut self,
        transaction: &Transaction<'_>,
        version: &str,
    ) -> Result<i64> {
        if self.version != version {
            let sql = "INSERT INTO server_version (version) VALUES (?1) ON CONFLICT DO NOTHING";
            transaction.execute(sql, [version])?;
            let sql = "SELECT version_no FROM server_version WHERE version = ?1";
            self.version_no = transaction.query_row(sql, [version], |row| row.get(0))?;
            version.clone_into(&mut self.version);
        }
        Ok(self.version_no)
    }
}
