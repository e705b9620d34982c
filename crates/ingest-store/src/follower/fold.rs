//! Logged events become matches, participations and witnesses.

use std::collections::{BTreeMap, HashMap};

use association::{Confidence, OccurrenceId, Sighting, Standing};
use event_model::{DeviceId, Kind, WallTime};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{LoggedBatch, told::Told};
use crate::{Result, columns::quality};

/// One step of association. Matches are read and written once a step, not once
/// an event: most events of a step are of few matches.
pub(super) struct Fold<'f> {
    transaction: &'f Transaction<'f>,
    matches: HashMap<String, OpenMatch>,
}

/// A match as this step has found and changed it.
struct OpenMatch {
    match_id: i64,
    started: Sighting,
    revision: i64,
    devices: BTreeMap<DeviceId, bool>,
    batches: Vec<i64>,
    is_changed: bool,
}

impl<'f> Fold<'f> {
    pub(super) fn new(transaction: &'f Transaction<'f>) -> Self {
        Self { transaction, matches: HashMap::new() }
    }

    /// Folds in one event.
    pub(super) fn fold(&mut self, batch: &LoggedBatch, at: Sighting, told: &Told) -> Result<()> {
        let transaction = self.transaction;
        if !self.matches.contains_key(&told.subject) {
            let found = find(transaction, told)?;
            let found = found.map_or_else(|| create(transaction, told, at), Ok)?;
            self.matches.insert(told.subject.clone(), found);
        }
        let of = self.matches.get_mut(&told.subject).expect("it was just put there");
        of.take_part(batch, at, told);
        let (id, confidence) = match told.standing {
            Standing::Expresses(id, confidence) => (id, confidence),
            Standing::Alone(id) => (id, Confidence::NATIVE),
            Standing::Silent => return Ok(()),
        };
        of.revision += 1;
        of.is_changed = true;
        witness(transaction, of, batch.device, (id, confidence), at, told)
    }

    /// Writes what the step changed of matches.
    pub(super) fn finish(self) -> Result<()> {
        self.matches.into_values().try_for_each(|one| one.save(self.transaction))
    }
}

fn find(transaction: &Transaction<'_>, told: &Told) -> Result<Option<OpenMatch>> {
    let found = transaction
        .prepare_cached(
            "SELECT match_id, started_at_ms, started_quality, revision FROM game_match
             WHERE key = ?1",
        )?
        .query_row(params![told.subject], |row| {
            let started = sighting(row, "started_at_ms", "started_quality")?;
            Ok(OpenMatch::new(row.get(0)?, started, row.get("revision")?))
        })
        .optional()?;
    Ok(found)
}

fn create(transaction: &Transaction<'_>, told: &Told, at: Sighting) -> Result<OpenMatch> {
    transaction
        .prepare_cached(
            "INSERT INTO game_match (key, game, started_at_ms, started_quality)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![told.subject, told.game, at.at.unix_ms(), quality::text(at.quality)])?;
    Ok(OpenMatch::new(transaction.last_insert_rowid(), at, 0))
}

impl OpenMatch {
    fn new(match_id: i64, started: Sighting, revision: i64) -> Self {
        let (devices, batches) = (BTreeMap::new(), Vec::new());
        Self { match_id, started, revision, devices, batches, is_changed: false }
    }

    fn take_part(&mut self, batch: &LoggedBatch, at: Sighting, told: &Told) {
        let started = self.started.better_of(at);
        self.is_changed |= started != self.started;
        self.started = started;
        *self.devices.entry(batch.device).or_default() |= told.kind == Some(Kind::MatchEnded);
        if self.batches.last() != Some(&batch.batch_no) {
            self.batches.push(batch.batch_no);
        }
    }

    fn save(&self, transaction: &Transaction<'_>) -> Result<()> {
        if self.is_changed {
            transaction
                .prepare_cached(
                    "UPDATE game_match SET started_at_ms = ?2, started_quality = ?3, revision = ?4
                     WHERE match_id = ?1",
                )?
                .execute(params![
                    self.match_id,
                    self.started.at.unix_ms(),
                    quality::text(self.started.quality),
                    self.revision
                ])?;
        }
        for (device, ended) in &self.devices {
            transaction
                .prepare_cached(
                    "INSERT INTO match_device (match_id, device, ended) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET ended = 1 WHERE excluded.ended > ended",
                )?
                .execute(params![self.match_id, device.0.as_bytes(), ended])?;
        }
        for batch_no in &self.batches {
            transaction
                .prepare_cached(
                    "INSERT INTO match_batch (match_id, batch_no) VALUES (?1, ?2)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![self.match_id, batch_no])?;
        }
        Ok(())
    }
}

fn witness(
    transaction: &Transaction<'_>,
    of: &OpenMatch,
    device: DeviceId,
    (id, confidence): (OccurrenceId, Confidence),
    at: Sighting,
    told: &Told,
) -> Result<()> {
    // Most events found an occurrence of their own.
    if !create_occurrence(transaction, of, (id, confidence), at, told)? {
        let before = transaction
            .prepare_cached(
                "SELECT at_ms, at_quality FROM old_occurrence
                 WHERE match_id = ?1 AND occurrence_id = ?2",
            )?
            .query_row(params![of.match_id, id.0.as_bytes()], |row| {
                sighting(row, "at_ms", "at_quality")
            })?;
        update_occurrence(transaction, of, (id, confidence), before.better_of(at))?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO old_witness (match_id, occurrence_id, device, event_id)
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![of.match_id, id.0.as_bytes(), device.0.as_bytes(), told.event_id])?;
    Ok(())
}

/// Whether there was none.
fn create_occurrence(
    transaction: &Transaction<'_>,
    of: &OpenMatch,
    (id, confidence): (OccurrenceId, Confidence),
    at: Sighting,
    told: &Told,
) -> Result<bool> {
    let created = transaction
        .prepare_cached(
            "INSERT INTO old_occurrence (match_id, occurrence_id, kind, actors, round,
                 match_clock_ms, at_ms, at_quality, confidence, revision, details)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            of.match_id,
            id.0.as_bytes(),
            told.kind_text,
            told.actors,
            told.round,
            told.match_clock_ms,
            at.at.unix_ms(),
            quality::text(at.quality),
            confidence.value(),
            of.revision,
            told.details,
        ])?;
    Ok(created > 0)
}

fn update_occurrence(
    transaction: &Transaction<'_>,
    of: &OpenMatch,
    (id, confidence): (OccurrenceId, Confidence),
    at: Sighting,
) -> Result<()> {
    transaction
        .prepare_cached(
            "UPDATE old_occurrence SET at_ms = ?3, at_quality = ?4, revision = ?5,
                    confidence = max(confidence, ?6)
             WHERE match_id = ?1 AND occurrence_id = ?2",
        )?
        .execute(params![
            of.match_id,
            id.0.as_bytes(),
            at.at.unix_ms(),
            quality::text(at.quality),
            of.revision,
            confidence.value(),
        ])?;
    Ok(())
}

fn sighting(row: &Row<'_>, at: &str, quality: &str) -> rusqlite::Result<Sighting> {
    Ok(Sighting {
        at: WallTime::from_unix_ms(row.get(at)?),
        quality: quality::read(row.get_ref(quality)?.as_str().unwrap_or_default()),
    })
}
