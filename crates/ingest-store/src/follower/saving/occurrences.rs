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
        saving::players::{counted, weight},
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
            self.occurrence(of, one, &row.kept, revision, &mut counting)?;
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
        counting: &mut Counting,
    ) -> Result<()> {
        let said = &one.said;
        // One that was withdrawn tells nothing any more.
        let there = |no: LogNo| one.reports.binary_search(&no).map_or(one.reports[0], |_| no);
        let from = [said.attacker_from, said.victim_from, said.assists_from].map(there);
        let Some(known) = of.shown.get(&one.no).copied() else {
            return self.begin(of, one, from, (kept, revision), counting);
        };
        let (standing, placed) = (standing(one.belief.standing), Some(placed(one)));
        let mut shown = Shown { standing, placed, ..known };
        if known.from != from {
            self.tell(of, one, from)?;
            shown = Shown { from, weighed: None, ..shown };
        }
        self.update(of, one, kept, revision)?;
        if known.placed != placed {
            self.place(of, one)?;
        }
        of.shown.insert(one.no, shown);
        self.count(of, one, counting)
    }

    /// Writes one that there was no row of.
    fn begin(
        &self,
        of: &mut OpenMatch,
        one: &Occurrence,
        from: [LogNo; 3],
        (kept, revision): (&[u8], u64),
        counting: &mut Counting,
    ) -> Result<()> {
        let (said, belief) = (&one.said, &one.belief);
        let id = self.published(of, one.no)?;
        let told = self.told(of, one, from)?;
        let ids = (told.actor_ids != event_model::ActorIds::default()).then_some(&told.actor_ids);
        let counted = counted(one, &told, ids);
        counting.comes(of.match_id, &counted);
        let sql = "INSERT INTO occurrence (match_id, occurrence_no, occurrence_id, kind, actors,
                       round, match_clock_ms, at_ms, at_quality, confidence, standing, seen_by,
                       expected, actor_ids, counted, linked, revision, late, details,
                       attacker_from, victim_from, assists_from, kept)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                       ?17, ?18, ?19, ?20, ?21, ?22, ?23)";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(one.no.0),
            id.as_bytes(),
            told.kind,
            text(&told.actors),
            said.round,
            said.match_clock_ms,
            said.at.at.unix_ms(),
            quality::text(said.at.quality),
            confidence(one),
            standing(belief.standing),
            belief.seen_by,
            belief.expected,
            ids.map(text),
            counted.column(),
            linked(one),
            signed(revision),
            one.is_late,
            told.details,
            signed(from[0].0),
            signed(from[1].0),
            signed(from[2].0),
            kept,
        ])?;
        let (standing, placed) = (standing(belief.standing), Some(placed(one)));
        let weighed = Some(weight(one));
        of.shown.insert(one.no, Shown { id, from, standing, weighed, placed });
        Ok(())
    }

    /// Writes who did it to whom, where others tell it now.
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
        let sql = "UPDATE occurrence SET round = ?3, at_quality = ?4, confidence = ?5,
                       revision = max(revision, ?6), late = ?7, kept = ?8, standing = ?9,
                       seen_by = ?10, expected = ?11, linked = ?12
                   WHERE match_id = ?1 AND occurrence_no = ?2";
        self.index.prepare_cached(sql)?.execute(params![
            of.match_id,
            signed(one.no.0),
            said.round,
            quality::text(said.at.quality),
            confidence(one),
            signed(revision),
            one.is_late,
            kept,
            standing(belief.standing),
            belief.seen_by,
            belief.expected,
            linked(one),
        ])?;
        Ok(())
    }

    /// Writes when it was: that moves its row in an index, whatever it was before.
    fn place(&self, of: &OpenMatch, one: &Occurrence) -> Result<()> {
        let sql = "UPDATE occurrence SET at_ms = ?3, match_clock_ms = ?4
                   WHERE match_id = ?1 AND occurrence_no = ?2";
        let (at_ms, match_clock_ms) = placed(one);
        let values = params![of.match_id, signed(one.no.0), at_ms, match_clock_ms];
        self.index.prepare_cached(sql)?.execute(values)?;
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
        of.shown
            .insert(founded, Shown { id, from: [no; 3], standing: 0, weighed: None, placed: None });
        Ok(())
    }
}

/// When it was, as the table has it.
fn placed(one: &Occurrence) -> (i64, Option<i64>) {
    (one.said.at.at.unix_ms(), one.said.match_clock_ms)
}

fn confidence(one: &Occurrence) -> f64 {
    f64::from(one.belief.confidence.thousandths()) / 1_000.0
}

fn linked(one: &Occurrence) -> Option<String> {
    let linked: Vec<u64> = one.linked.iter().map(|linked| linked.0).collect();
    (!linked.is_empty()).then(|| text(&linked))
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
