//! What the writer remembers between commits.

use std::collections::HashMap;

use event_model::{DeviceId, WallTime};
use rusqlite::{OptionalExtension, Transaction};

use crate::{
    Error, Result, Store, answer,
    columns::signed,
    follower,
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

/// Answers of a device beyond those to be remembered before the oldest are
/// forgotten: a tenth, so that they are seldom counted, and no more than can be
/// forgotten at once.
fn answers_over(most: u64) -> i64 {
    signed(most / 10).clamp(1, answer::FORGOTTEN_A_STEP)
}

/// What the writer remembers between commits, all of it made anew from the log.
pub(crate) struct Intake {
    pub(super) end: LogEnd,
    pub(super) segments: Vec<Segment>,
    pub(super) gate: Gate,
    /// Ids in memory from which the writer puts them onto the shelf itself.
    pub(super) shelve_at: usize,
    devices: HashMap<DeviceId, i64>,
    /// Answers that each device may keep before they are counted.
    answers: HashMap<i64, i64>,
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

    /// Counts an answer that is kept; whether it is time to look how many the
    /// device has, which costs as many steps as that.
    pub(super) fn keeps_answer(&mut self, device_no: i64, most: u64) -> bool {
        if self.answers.len() >= DEVICES_MAX {
            self.answers.clear();
        }
        let room = self.answers.entry(device_no).or_insert(answers_over(most));
        *room -= 1;
        *room <= 0
    }

    /// The device has so many: when to look again. So it never has many more
    /// than are to be remembered.
    pub(super) fn has_answers(&mut self, device_no: i64, most: u64, count: i64) {
        let room = signed(most).saturating_add(answers_over(most)).saturating_sub(count);
        self.answers.insert(device_no, room.max(1));
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
