//! One logged event becomes a match, a participation, and perhaps a witness.

use association::{Confidence, OccurrenceId, Sighting, Standing};
use event_model::{Kind, WallTime};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::{LogRow, told::Told};
use crate::{Result, store::quality};

pub(super) struct Fold<'f> {
    pub(super) transaction: &'f Transaction<'f>,
    pub(super) row: &'f LogRow,
    pub(super) told: &'f Told,
}

impl Fold<'_> {
    pub(super) fn fold(&self) -> Result<()> {
        let match_id = self.touch_match()?;
        self.take_part(match_id)?;
        match self.told.standing {
            Standing::Expresses(id, confidence) => self.witness(match_id, id, confidence),
            Standing::Alone(id) => self.witness(match_id, id, Confidence::NATIVE),
            Standing::Silent => Ok(()),
        }
    }

    /// The match's row, made where it is not, its start moved where this event
    /// knows better.
    fn touch_match(&self) -> Result<i64> {
        let known = self
            .transaction
            .prepare_cached(
                "SELECT match_id, started_at_ms, started_quality FROM game_match WHERE key = ?1",
            )?
            .query_row(params![self.told.subject], |row| {
                Ok((row.get(0)?, sighting(row, "started_at_ms", "started_quality")?))
            })
            .optional()?;
        let Some((match_id, before)) = known else { return self.create_match() };
        let started = before.better_of(self.row.sighting);
        if started != before {
            self.transaction
                .prepare_cached(
                    "UPDATE game_match SET started_at_ms = ?2, started_quality = ?3
                     WHERE match_id = ?1",
                )?
                .execute(params![match_id, started.at.unix_ms(), quality::text(started.quality)])?;
        }
        Ok(match_id)
    }

    fn create_match(&self) -> Result<i64> {
        self.transaction
            .prepare_cached(
                "INSERT INTO game_match (key, game, started_at_ms, started_quality)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                self.told.subject,
                self.told.game,
                self.row.sighting.at.unix_ms(),
                quality::text(self.row.sighting.quality),
            ])?;
        Ok(self.transaction.last_insert_rowid())
    }

    fn take_part(&self, match_id: i64) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO match_device (match_id, device, ended) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET ended = max(ended, excluded.ended)",
            )?
            .execute(params![
                match_id,
                self.row.device.to_string(),
                self.told.kind == Some(Kind::MatchEnded),
            ])?;
        Ok(())
    }

    fn witness(&self, match_id: i64, id: OccurrenceId, confidence: Confidence) -> Result<()> {
        let revision = self.next_revision(match_id)?;
        let known = self
            .transaction
            .prepare_cached("SELECT at_ms, at_quality FROM occurrence WHERE occurrence_id = ?1")?
            .query_row(params![id.to_string()], |row| sighting(row, "at_ms", "at_quality"))
            .optional()?;
        match known {
            None => self.create_occurrence(match_id, id, confidence, revision)?,
            Some(before) => {
                self.update_occurrence(
                    id,
                    before.better_of(self.row.sighting),
                    confidence,
                    revision,
                )?;
            }
        }
        self.transaction
            .prepare_cached(
                "INSERT INTO witness (occurrence_id, device, event_id) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![id.to_string(), self.row.device.to_string(), self.told.event_id])?;
        Ok(())
    }

    fn next_revision(&self, match_id: i64) -> Result<i64> {
        let sql = "UPDATE game_match SET revision = revision + 1 WHERE match_id = ?1
                   RETURNING revision";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.query_row(params![match_id], |row| row.get(0))?)
    }

    fn create_occurrence(
        &self,
        match_id: i64,
        id: OccurrenceId,
        confidence: Confidence,
        revision: i64,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO occurrence (occurrence_id, match_id, kind, actors, round,
                     match_clock_ms, at_ms, at_quality, confidence, revision, details)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                id.to_string(),
                match_id,
                self.told.kind_text,
                json(&self.told.actors),
                self.told.round,
                self.told.match_clock_ms,
                self.row.sighting.at.unix_ms(),
                quality::text(self.row.sighting.quality),
                confidence.value(),
                revision,
                json(&self.told.details),
            ])?;
        Ok(())
    }

    fn update_occurrence(
        &self,
        id: OccurrenceId,
        at: Sighting,
        confidence: Confidence,
        revision: i64,
    ) -> Result<()> {
        self.transaction
            .prepare_cached(
                "UPDATE occurrence SET at_ms = ?2, at_quality = ?3, revision = ?4,
                        confidence = max(confidence, ?5)
                 WHERE occurrence_id = ?1",
            )?
            .execute(params![
                id.to_string(),
                at.at.unix_ms(),
                quality::text(at.quality),
                revision,
                confidence.value(),
            ])?;
        Ok(())
    }
}

fn sighting(row: &Row<'_>, at: &str, quality: &str) -> rusqlite::Result<Sighting> {
    Ok(Sighting {
        at: WallTime::from_unix_ms(row.get(at)?),
        quality: quality::read(&row.get::<_, String>(quality)?),
    })
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data with string keys is always JSON")
}
