//! Rows of occurrences, and the ids that lead to them.

use std::collections::HashMap;

use association::{Change, LogNo, Occurrence, OccurrenceId, OccurrenceNo, Rows, trust::Standing};
use event_model::{Actors, DeviceId, Kind};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::Saving;
use crate::{
    Error, Result,
    columns::{event_id_column, quality, signed, uuid_column},
    follower::{
        open_match::{OpenMatch, ReportState, Shown},
        reading::Texts,
        told::text,
    },
    statistics::Counting,
};

/// Confidence of what is no occurrence of association's.
const ALONE: f64 = 0.9;

impl Saving<'_> {
    /// Publishes the ids of what began, also of what ended since.
    pub(super) fn aliases(&self, of: &OpenMatch, changes: &[Change]) -> Result<()> {
        for change in changes {
            if let Change::Created { occurrence, .. } | Change::Split { occurrence, .. } = change {
                self.published(of, *occurrence)?;
            }
        }
        Ok(())
    }

    /// The public id of an occurrence: that of its founding event, unless another
    /// device has used the same id for something else.
    fn published(&self, of: &OpenMatch, no: OccurrenceNo) -> Result<Uuid> {
        if let Some(shown) = of.shown.get(&no) {
            return Ok(shown.id);
        }
        let Some(founder) = self.founder(of, no)? else {
            return Err(Error::Index(format!("{}: no event {}", of.key, no.0)));
        };
        let Founder { device, subject, event_id, kind } = &founder;
        if let Some(kind) = kind {
            let id = OccurrenceId::of_event(subject, *kind, event_id);
            if self.publish(of, id.0, no)? {
                return Ok(id.0);
            }
        }
        let id = OccurrenceId::of_foreign(*device, subject, event_id);
        self.publish(of, id.0, no)?;
        Ok(id.0)
    }

    /// Has an id lead to an occurrence; whether it does, and to no other one.
    fn publish(&self, of: &OpenMatch, id: Uuid, no: OccurrenceNo) -> Result<bool> {
        let sql = "INSERT INTO occurrence_alias (match_id, occurrence_id, occurrence_no)
                   VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        let values = params![of.match_id, id.as_bytes(), signed(no.0)];
        if self.index.prepare_cached(sql)?.execute(values)? > 0 {
            return Ok(true);
        }
        let sql = "SELECT occurrence_no = ?3 FROM occurrence_alias
                   WHERE match_id = ?1 AND occurrence_id = ?2";
        Ok(self.index.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
    }

    fn founder(&self, of: &OpenMatch, no: OccurrenceNo) -> Result<Option<Founder>> {
        if let Some(read) = self.source.read(no.founder()) {
            return Ok(Some(Founder {
                device: read.device,
                subject: read.told.subject.clone().into_owned(),
                event_id: read.told.event_id.clone().into_owned(),
                kind: read.told.kind,
            }));
        }
        let sql = "SELECT device, ifnull(subject, ?3) AS subject, event_id, kind
                   FROM report JOIN stream USING (match_id, stream_no)
                   WHERE match_id = ?1 AND position = ?2";
        let mut statement = self.index.prepare_cached(sql)?;
        let founder = statement.query_row(params![of.match_id, signed(no.0), of.key], |row| {
            let word: Option<String> = row.get("kind")?;
            Ok(Founder {
                device: DeviceId(uuid_column(row, "device")?),
                subject: row.get("subject")?,
                event_id: event_id_column(row, "event_id")?,
                kind: word
                    .and_then(|word| Kind::ALL.into_iter().find(|kind| kind.as_str() == word)),
            })
        });
        Ok(founder.optional()?)
    }

    /// Writes those that began, changed or ended.
    pub(super) fn occurrences(
        &self,
        of: &mut OpenMatch,
        rows: &Rows,
        named: &[Occurrence],
        revisions: &HashMap<OccurrenceNo, u64>,
    ) -> Result<()> {
        let sql = "DELETE FROM occurrence WHERE match_id = ?1 AND occurrence_no = ?2";
        let mut counting = Counting::default();
        for no in &rows.ended {
            if of.shown.remove(no).is_some() {
                counting.leaves(self.index, of.match_id, signed(no.0))?;
                self.index.prepare_cached(sql)?.execute(params![of.match_id, signed(no.0)])?;
            }
        }
        for (one, row) in named.iter().zip(&rows.occurrences) {
            let revision = revisions.get(&one.no).copied().unwrap_or_default();
            self.occurrence(of, one, &row.kept, revision)?;
            self.count(of, one, &mut counting)?;
        }
        counting.finish(self.index)?;
        let alone: Vec<(LogNo, bool)> = of
            .pending
            .iter()
            .filter(|(_, pending)| pending.state == ReportState::Alone)
            .map(|(no, pending)| (*no, pending.is_late))
            .collect();
        alone.into_iter().try_for_each(|(no, is_late)| self.alone(of, (no, is_late), revisions))
    }

    fn occurrence(
        &self,
        of: &mut OpenMatch,
        one: &Occurrence,
        kept: &[u8],
        revision: u64,
    ) -> Result<()> {
        let said = &one.said;
        // One that was withdrawn tells nothing any more.
        let there = |no: LogNo| one.reports.binary_search(&no).map_or(one.reports[0], |_| no);
        let from = [said.attacker_from, said.victim_from, said.assists_from].map(there);
        let known = of.shown.get(&one.no).copied();
        let standing = standing(one.belief.standing);
        if let Some(shown) = known.filter(|shown| shown.from == from) {
            self.update(of, one, kept, revision)?;
            of.shown.insert(one.no, Shown { standing, ..shown });
            return Ok(());
        }
        let id = self.published(of, one.no)?;
        if known.is_none() {
            self.begin(of, one, id)?;
        }
        self.tell(of, one, from)?;
        self.update(of, one, kept, revision)?;
        of.shown.insert(one.no, Shown { id, from, standing, weighed: None });
        Ok(())
    }

    fn begin(&self, of: &OpenMatch, one: &Occurrence, id: Uuid) -> Result<()> {
        let sql = "INSERT INTO occurrence (match_id, occurrence_no, occurrence_id, kind, actors,
                       at_ms, at_quality, confidence, revision, details, attacker_from,
                       victim_from, assists_from, kept)
                   VALUES (?1, ?2, ?3, '', '', ?4, ?5, 0, 0, '', 0, 0, 0, X'')";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(one.no.0),
            id.as_bytes(),
            one.said.at.at.unix_ms(),
            quality::text(one.said.at.quality),
        ])?;
        Ok(())
    }

    fn tell(&self, of: &OpenMatch, one: &Occurrence, from: [LogNo; 3]) -> Result<()> {
        let told = self.told(of, one, from)?;
        let sql = "UPDATE occurrence SET kind = ?3, actors = ?4, actor_ids = ?5, details = ?6,
                       attacker_from = ?7, victim_from = ?8, assists_from = ?9
                   WHERE match_id = ?1 AND occurrence_no = ?2";
        let has_ids = told.actor_ids != event_model::ActorIds::default();
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(one.no.0),
            told.kind,
            text(&told.actors),
            has_ids.then(|| text(&told.actor_ids)),
            told.details,
            signed(from[0].0),
            signed(from[1].0),
            signed(from[2].0),
        ])?;
        Ok(())
    }

    fn update(&self, of: &OpenMatch, one: &Occurrence, kept: &[u8], revision: u64) -> Result<()> {
        let (said, belief) = (&one.said, &one.belief);
        let linked: Vec<u64> = one.linked.iter().map(|linked| linked.0).collect();
        let sql = "UPDATE occurrence SET round = ?3, match_clock_ms = ?4, at_ms = ?5,
                       at_quality = ?6, confidence = ?7, revision = max(revision, ?8), late = ?9,
                       kept = ?10, standing = ?11, seen_by = ?12, expected = ?13, linked = ?14
                   WHERE match_id = ?1 AND occurrence_no = ?2";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(one.no.0),
            said.round,
            said.match_clock_ms,
            said.at.at.unix_ms(),
            quality::text(said.at.quality),
            f64::from(belief.confidence.thousandths()) / 1_000.0,
            signed(revision),
            one.is_late,
            kept,
            standing(belief.standing),
            belief.seen_by,
            belief.expected,
            (!linked.is_empty()).then(|| text(&linked)),
        ])?;
        Ok(())
    }

    /// What is shown of an occurrence: who did it as one event tells it, to whom
    /// as another does. Where the log has the bytes no more, what association
    /// has of it.
    fn told(&self, of: &OpenMatch, one: &Occurrence, from: [LogNo; 3]) -> Result<Texts> {
        let by = |no| self.source.texts(self.index, of.match_id, no);
        let Some(mut texts) = by(from[0])? else { return self.told_by_names(of, one, from) };
        if from[1] != from[0] {
            let told = by(from[1])?;
            let (actors, ids) = told.map(|texts| (texts.actors, texts.actor_ids)).unzip();
            texts.actors.victim = actors.and_then(|actors| actors.victim);
            texts.actor_ids.victim = ids.and_then(|ids| ids.victim);
        }
        if from[2] != from[0] {
            let told = by(from[2])?;
            let (actors, ids) = told.map(|texts| (texts.actors, texts.actor_ids)).unzip();
            texts.actors.assists = actors.map(|actors| actors.assists).unwrap_or_default();
            texts.actor_ids.assists = ids.map(|ids| ids.assists).unwrap_or_default();
        }
        Ok(texts)
    }

    fn told_by_names(&self, of: &OpenMatch, one: &Occurrence, from: [LogNo; 3]) -> Result<Texts> {
        let set = of.state.reports();
        let packed = |no: LogNo| set.iter().find(|(_, one)| one.position == no.0);
        let name = |key| set.names().text(key).map(str::to_owned);
        let actors = Actors {
            attacker: packed(from[0]).and_then(|(_, report)| name(report.attacker)),
            victim: packed(from[1]).and_then(|(_, report)| name(report.victim)),
            assists: Vec::new(),
        };
        let kind = packed(from[0]).map(|(_, report)| report.kind);
        let kind = match kind {
            Some(kind) => Some(kind),
            None => self.founder(of, one.no)?.and_then(|founder| founder.kind),
        };
        let kind = kind.unwrap_or(Kind::Other).as_str().to_owned();
        let actor_ids = event_model::ActorIds::default();
        Ok(Texts { actors, actor_ids, details: "{}".to_owned(), kind })
    }

    /// What is told by a type of somebody else's.
    fn alone(
        &self,
        of: &mut OpenMatch,
        (no, is_late): (LogNo, bool),
        revisions: &HashMap<OccurrenceNo, u64>,
    ) -> Result<()> {
        let founded = OccurrenceNo::of_founder(no);
        let Some(read) = self.source.read(no) else { return Ok(()) };
        let id = self.published(of, founded)?;
        let sql = "INSERT INTO occurrence (match_id, occurrence_no, occurrence_id, kind, actors,
                       at_ms, at_quality, confidence, revision, late, details, attacker_from,
                       victim_from, assists_from, kept)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?2, ?2, ?2, X'')";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(no.0),
            id.as_bytes(),
            read.told.kind_text,
            text(&read.told.actors),
            read.corrected.at.unix_ms(),
            quality::text(read.corrected.quality),
            ALONE,
            signed(revisions.get(&founded).copied().unwrap_or_default()),
            is_late,
            read.told.details,
        ])?;
        of.shown.insert(founded, Shown { id, from: [no; 3], standing: 0, weighed: None });
        Ok(())
    }
}

/// Where an occurrence stands, as the table has it.
fn standing(standing: Standing) -> u8 {
    match standing {
        Standing::Lone => 0,
        Standing::Supported => 1,
        Standing::Confirmed => 2,
        Standing::Contradicted => 3,
    }
}

/// The event that an occurrence is named by.
struct Founder {
    device: DeviceId,
    subject: String,
    event_id: String,
    /// `None` for a type of somebody else's.
    kind: Option<Kind>,
}
