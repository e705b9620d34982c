//! One batch becomes a row of evidence, a row of bytes and an answer.

use std::{collections::HashMap, ops::RangeInclusive};

use event_model::{Origin, OutboxId, WallTime};
use rusqlite::{Transaction, params};
use uuid::Uuid;

use super::{IngestTerms, answer_of, intake::Intake};
use crate::{
    Batch, Outcome, Result, SoundEvent, Verdict,
    answer::{self, Memory},
    body::Encoding,
    columns::signed,
    event_key::EventKey,
    evidence::{self, Evidence},
    gate::{self, EvidenceCabinet, Gate, shelf::DeviceShelf},
    ranges,
    receipt_page::{self, Code, Page},
    segment::Segment,
};

pub(super) struct Taker<'t> {
    pub(super) transaction: &'t Transaction<'t>,
    pub(super) intake: &'t mut Intake,
    pub(super) store_id: Uuid,
    pub(super) terms: &'t IngestTerms,
}

/// What a batch came to.
struct Judged {
    codes: Vec<Code>,
    evidence: Vec<u8>,
    stored: i64,
    known: HashMap<OutboxId, Vec<RangeInclusive<u64>>>,
}

impl Taker<'_> {
    pub(super) fn take(&mut self, batch: &Batch) -> Result<Outcome> {
        let device_no = self.intake.device_no(self.transaction, batch.device)?;
        if let Some(claim) = &batch.idempotency
            && let Some(known) = self.memory().recall(device_no, batch, claim)?
        {
            return Ok(known);
        }
        let segment = self.intake.segment(self.transaction, batch.received_at)?;
        let batch_no = self.intake.end.batch_no + 1;
        let judged = self.pass(batch, device_no, batch_no)?;
        let contiguous = self.learn(batch, device_no, &judged)?;
        if judged.stored > 0 || batch.idempotency.is_some() {
            self.write_receipt(batch, device_no, &segment, &judged, contiguous)?;
            self.write_events(batch, &segment, &judged)?;
            self.intake.end.batch_no = batch_no;
            self.intake.end.position += judged.stored;
        }
        if let Some(claim) = &batch.idempotency {
            self.memory().keep(device_no, claim, batch_no, batch.received_at)?;
            let most = self.terms.lifetimes.idempotency_answers_max;
            if self.intake.keeps_answer(device_no, most) {
                let segments = &self.intake.segments;
                let of = answer::forget_beyond(self.transaction, segments, device_no, most)?;
                self.intake.has_answers(device_no, most, of.left);
            }
        }
        let server_version = &self.terms.server_version;
        let page = Page { server_version, store: self.store_id, contiguous };
        Ok(Outcome::Answered(answer_of(&page, batch, &judged.codes)))
    }

    fn memory(&self) -> Memory<'_> {
        Memory {
            transaction: self.transaction,
            segments: &self.intake.segments,
            store: self.store_id,
            server_version: &self.terms.server_version,
            lifetimes: &self.terms.lifetimes,
        }
    }

    fn pass(&mut self, batch: &Batch, device_no: i64, batch_no: i64) -> Result<Judged> {
        let Intake { gate, segments, .. } = &mut *self.intake;
        let mut judged = Judged {
            codes: Vec::with_capacity(batch.items.len()),
            evidence: Vec::with_capacity(batch.items.len() * 40),
            stored: 0,
            known: HashMap::new(),
        };
        let mut cabinet = EvidenceCabinet::new(self.transaction, segments);
        let mut fresh = Vec::new();
        // The shelf is asked for the whole batch at once; what this batch adds
        // goes into memory only, so it stays as it was read.
        let shelf = gate.shelved(segments, device_no)?;
        let separates_replays = self.terms.separates_replays;
        let mut passage = Passage {
            gate,
            shelf: &shelf,
            cabinet: &mut cabinet,
            device_no,
            batch_no,
            separates_replays,
        };
        for item in &batch.items {
            let code = match &item.verdict {
                Verdict::Refused(_) => Code::Refused,
                Verdict::Sound(event) => passage.pass(event, batch, &mut judged, &mut fresh)?,
            };
            judged.codes.push(code);
            if let (Some(outbox), Some(sequence)) = (batch.outbox, item.sequence) {
                judged.learn(outbox, sequence..=sequence);
            }
        }
        drop(shelf);
        for key in fresh {
            gate.recent.add(device_no, key, batch_no);
        }
        Ok(judged)
    }

    /// Adds to what is known of the outboxes' sequences.
    fn learn(&self, batch: &Batch, device_no: i64, judged: &Judged) -> Result<Option<u64>> {
        let mut contiguous = None;
        for (outbox, ranges) in &judged.known {
            let of = (device_no, *outbox, batch.outbox);
            let known = ranges::learn(self.transaction, of, ranges)?;
            if batch.outbox == Some(*outbox) {
                contiguous = Some(known.contiguous());
            }
        }
        match (contiguous, batch.outbox) {
            (None, Some(outbox)) => {
                let of = (device_no, outbox, Some(outbox));
                Ok(Some(ranges::learn(self.transaction, of, &[])?.contiguous()))
            }
            (contiguous, _) => Ok(contiguous),
        }
    }

    fn write_receipt(
        &mut self,
        batch: &Batch,
        device_no: i64,
        segment: &Segment,
        judged: &Judged,
        contiguous: Option<u64>,
    ) -> Result<()> {
        let version_no = self.intake.version_no(self.transaction, &self.terms.server_version)?;
        let claim = batch.idempotency.as_ref();
        let numbers = || judged.codes.iter().map(|code| code.number()).collect::<Vec<_>>();
        let all_stored = judged.codes.iter().all(|code| *code == Code::Stored);
        let refused: Vec<_> = receipt_page::judged(batch).collect();
        let refused = if refused.is_empty() { None } else { Some(&refused) };
        let refused = refused.map(|list| serde_json::to_string(list).expect("receipts are JSON"));
        let sql = format!(
            "INSERT INTO {} (batch_no, device_no, received_at_ms, first_position, stored, outbox,
                             body_hash, version_no, contiguous, verdicts, refused, evidence)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            segment.receipts()
        );
        self.transaction.prepare_cached(&sql)?.execute(params![
            self.intake.end.batch_no + 1,
            device_no,
            batch.received_at.unix_ms(),
            self.intake.end.position + 1,
            judged.stored,
            batch.outbox.map(|outbox| outbox.0.into_bytes()),
            claim.map(answer::IdempotencyClaim::kept_hash),
            claim.map(|_| version_no),
            claim.and(contiguous).map(signed),
            claim.filter(|_| !all_stored).map(|_| numbers()),
            claim.and(refused),
            judged.evidence,
        ])?;
        Ok(())
    }

    /// The body as it came where all of it was stored, else what of it was.
    fn write_events(&self, batch: &Batch, segment: &Segment, judged: &Judged) -> Result<()> {
        if judged.stored == 0 {
            return Ok(());
        }
        let some;
        let (encoding, events) = if judged.codes.iter().all(|code| *code == Code::Stored) {
            batch.body.whole()
        } else {
            let stored = batch.items.iter().zip(&judged.codes).filter_map(|(item, code)| {
                match (&item.verdict, code) {
                    (Verdict::Sound(event), Code::Stored) => Some(&event.span),
                    (_, _) => None,
                }
            });
            some = batch.body.some(stored);
            (Encoding::Json, some.as_slice())
        };
        let sql = format!(
            "INSERT INTO {} (batch_no, encoding, events) VALUES (?1, ?2, ?3)",
            segment.events()
        );
        self.transaction.prepare_cached(&sql)?.execute(params![
            self.intake.end.batch_no + 1,
            encoding.number(),
            events
        ])?;
        Ok(())
    }
}

/// One batch on its way through the gate.
struct Passage<'p, 's> {
    gate: &'p Gate,
    shelf: &'p DeviceShelf<'s>,
    cabinet: &'p mut EvidenceCabinet<'s>,
    device_no: i64,
    batch_no: i64,
    separates_replays: bool,
}

impl Passage<'_, '_> {
    fn pass(
        &mut self,
        event: &SoundEvent,
        batch: &Batch,
        judged: &mut Judged,
        fresh: &mut Vec<EventKey>,
    ) -> Result<Code> {
        // The news of a gap is of an outbox, and of no match.
        let is_replay = event.origin == Some(Origin::Replay) && event.gap.is_none();
        let is_apart = self.separates_replays && is_replay;
        let key = if is_apart { EventKey::of_replayed(&event.id) } else { EventKey::of(&event.id) };
        let fingerprint = evidence::kept_fingerprint(&event.fingerprint);
        let known = match judged.has(fresh, key, batch.received_at) {
            Some(known) => Some(known),
            None => self.known(key)?,
        };
        let code = match known {
            Some(known) => gate::recognise(&known, fingerprint),
            None => {
                let evidence = Evidence {
                    key,
                    fingerprint,
                    corrected: event.corrected,
                    origin: event.origin,
                    is_apart,
                    erased: false,
                };
                evidence.write(&mut judged.evidence, batch.received_at);
                judged.stored += 1;
                fresh.push(key);
                Code::Stored
            }
        };
        if let Some(gap) = &event.gap
            && matches!(code, Code::Stored | Code::Duplicate)
        {
            judged.learn(gap.outbox, gap.from..=gap.to);
        }
        Ok(code)
    }

    fn known(&mut self, key: EventKey) -> Result<Option<Evidence>> {
        debug_assert!(self.batch_no > 0, "batches are numbered from 1");
        match self.gate.find(self.shelf, self.device_no, key)? {
            Some(batch_no) => self.cabinet.find(batch_no, key),
            None => Ok(None),
        }
    }
}

impl Judged {
    /// The evidence of an event that came before in this very batch.
    fn has(&self, fresh: &[EventKey], key: EventKey, received_at: WallTime) -> Option<Evidence> {
        if !fresh.contains(&key) {
            return None;
        }
        evidence::EvidenceReader::new(&self.evidence, received_at).find(|one| one.key == key)
    }

    fn learn(&mut self, outbox: OutboxId, range: RangeInclusive<u64>) {
        let ranges = self.known.entry(outbox).or_default();
        match ranges.last_mut() {
            // Most batches are one run of numbers.
            Some(last) if last.end().checked_add(1) == Some(*range.start()) => {
                *last = *last.start()..=*range.end();
            }
            Some(_) | None => ranges.push(range),
        }
    }
}
