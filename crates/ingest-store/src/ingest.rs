//! Batches become rows and answers, many of them in one commit.

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc};

use event_model::{DeviceId, OutboxId, WallTime};
use ingest_api::Lifetimes;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use uuid::Uuid;

use crate::{
    Answer, Batch, Error, Outcome, Replayed, Result, SoundEvent, Store, Verdict,
    answer::{self, Memory},
    body::Encoding,
    evidence::{self, Evidence},
    follower,
    gate::{self, EvidenceCabinet, Gate, Recent, shelf::DeviceShelf},
    index,
    event_key::EventKey,
    ranges,
    receipt_page::{self, Code, Page},
    segment::{self, LogEnd, Segment},
    store::signed,
};

/// Devices whose number is remembered: 50,000 of them are 2 MB. Beyond, all are
/// forgotten and looked up again.
const DEVICES_MAX: usize = 100_000;

/// What an answer depends on besides the batch.
#[derive(Debug, Clone)]
pub struct IngestTerms {
    /// Named in every receipt page.
    pub server_version: String,
    /// How long answers are kept.
    pub lifetimes: Lifetimes,
}

/// Whether the newest ids are to be put onto the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fullness {
    /// There is room.
    Room,
    /// They should go.
    Full,
    /// They must, before anything more is taken.
    Overfull,
}

/// What the writer remembers between commits, all of it made anew from the log.
pub(crate) struct Intake {
    end: LogEnd,
    segments: Vec<Segment>,
    gate: Gate,
    devices: HashMap<DeviceId, i64>,
    version_no: i64,
    version: String,
}

impl Store {
    /// Takes several batches in one commit, since a commit costs the same
    /// however much is in it.
    ///
    /// # Errors
    /// Where SQLite fails: then nothing of any of them is stored.
    pub fn ingest(&mut self, batches: &[Batch], terms: &IngestTerms) -> Result<Vec<Outcome>> {
        if self.is_left_alone() {
            self.shelve()?;
        }
        loop {
            if let Some(outcomes) = self.try_ingest(batches, terms)? {
                return Ok(outcomes);
            }
        }
    }

    /// `None` where another process wrote since: nobody does while a server
    /// runs, and then what is remembered is made anew.
    fn try_ingest(
        &mut self,
        batches: &[Batch],
        terms: &IngestTerms,
    ) -> Result<Option<Vec<Outcome>>> {
        let store_id = self.id();
        let mut intake = match self.intake.take() {
            Some(intake) => intake,
            None => Box::new(Intake::load(self)?),
        };
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = match transaction {
            Ok(transaction) => transaction,
            Err(error) => {
                // Nothing was begun: what is remembered still holds.
                self.intake = Some(intake);
                return Err(error.into());
            }
        };
        // On any error from here on the intake is dropped: it may remember
        // what is rolled back.
        if !intake.is_current(&transaction)? {
            return Ok(None);
        }
        let mut taker = Taker { transaction: &transaction, intake: &mut intake, store_id, terms };
        let outcomes = batches.iter().map(|batch| taker.take(batch)).collect::<Result<Vec<_>>>()?;
        transaction.commit()?;
        intake.gate.recent.through = intake.end.batch_no;
        self.intake = Some(intake);
        Ok(Some(outcomes))
    }

    /// The answer where the store could not take a batch: its sound events are
    /// to be sent again, the others have their verdict. Never kept.
    #[must_use]
    pub fn retry_answer(&self, batch: &Batch, terms: &IngestTerms) -> Answer {
        let code = |verdict: &Verdict| match verdict {
            Verdict::Refused(_) => Code::Refused,
            Verdict::Sound(_) => Code::Retry,
        };
        let codes: Vec<_> = batch.items.iter().map(|item| code(&item.verdict)).collect();
        let server_version = &terms.server_version;
        let page = Page { server_version, store: self.id(), contiguous: None };
        answer_of(&page, batch, &codes)
    }

    /// How many of the newest ids are in memory.
    #[must_use]
    pub fn fullness(&self) -> Fullness {
        let Some(intake) = &self.intake else { return Fullness::Room };
        match (intake.gate.recent.len(), intake.gate.leaving.is_some()) {
            (Recent::EVENTS_MAX.., false) => Fullness::Full,
            (Recent::EVENTS_HARD_MAX.., true) => Fullness::Overfull,
            (_, _) => Fullness::Room,
        }
    }

    /// Whether nobody puts the newest ids onto the shelf: without a server.
    fn is_left_alone(&self) -> bool {
        let recent = self.intake.as_ref().map_or(0, |intake| intake.gate.recent.len());
        recent >= Recent::EVENTS_HARD_MAX
    }

    /// Takes the newest ids out, to be put onto the shelf by a
    /// [`Follower`](crate::Follower); they are still found meanwhile.
    pub fn send_to_shelf(&mut self) -> Option<Arc<Recent>> {
        let gate = &mut self.intake.as_mut()?.gate;
        if gate.leaving.is_some() {
            return None;
        }
        let through = gate.recent.through;
        let leaving = std::mem::replace(&mut gate.recent, Recent::behind(through));
        let leaving = Arc::new(leaving);
        gate.leaving = Some(leaving.clone());
        Some(leaving)
    }

    /// Forgets what has arrived on the shelf.
    pub fn arrived_on_shelf(&mut self, arrived: &Arc<Recent>) {
        if let Some(intake) = &mut self.intake
            && intake.gate.leaving.as_ref().is_some_and(|leaving| Arc::ptr_eq(leaving, arrived))
        {
            intake.gate.leaving = None;
        }
    }

    /// Puts all that is in memory onto the shelf, here and now.
    ///
    /// # Errors
    /// Where SQLite fails.
    pub fn shelve(&mut self) -> Result<()> {
        self.intake = None;
        follower::shelve_all(self)
    }
}

impl Intake {
    fn load(store: &mut Store) -> Result<Self> {
        index::adopt(&mut store.index, &store.connection, store.id)?;
        follower::shelve_all(store)?;
        let segments = segment::all(&store.connection)?;
        let end = segment::log_end(&store.connection, &segments)?;
        let index = index::open(&store.data_dir, store.options, index::READER_CACHE_KIB)?;
        let recent = follower::unshelved(&store.connection, &store.index, &segments)?;
        let gate = Gate { recent, leaving: None, index };
        let (devices, version) = (HashMap::new(), String::new());
        Ok(Self { end, segments, gate, devices, version_no: 0, version })
    }

    /// Whether the log is as this remembers it.
    fn is_current(&self, transaction: &Transaction<'_>) -> Result<bool> {
        Ok(segment::log_end(transaction, &self.segments)? == self.end)
    }

    fn device_no(&mut self, transaction: &Transaction<'_>, device: DeviceId) -> Result<i64> {
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

    /// The segment for what is received now; another month begins another one.
    fn segment(&mut self, transaction: &Transaction<'_>, at: WallTime) -> Result<Segment> {
        let newest = self.segments.last();
        let is_of_month = |segment: &&Segment| {
            segment.end().is_some_and(|end| at < end) && segment::month_of(at) == segment.month
        };
        if let Some(newest) = newest.filter(is_of_month) {
            return Ok(newest.clone());
        }
        let segment = segment::begin(transaction, &segment::month_of(at), self.end)?;
        self.segments.push(segment.clone());
        Ok(segment)
    }

    fn version_no(&mut self, transaction: &Transaction<'_>, version: &str) -> Result<i64> {
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

struct Taker<'t> {
    transaction: &'t Transaction<'t>,
    intake: &'t mut Intake,
    store_id: Uuid,
    terms: &'t IngestTerms,
}

/// What a batch came to.
struct Judged {
    codes: Vec<Code>,
    evidence: Vec<u8>,
    stored: i64,
    known: HashMap<OutboxId, Vec<RangeInclusive<u64>>>,
}

impl Taker<'_> {
    fn take(&mut self, batch: &Batch) -> Result<Outcome> {
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
        let mut passage = Passage { gate, shelf: &shelf, cabinet: &mut cabinet, device_no, batch_no };
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
            let known = ranges::learn(self.transaction, device_no, *outbox, ranges)?;
            if batch.outbox == Some(*outbox) {
                contiguous = Some(known.contiguous());
            }
        }
        match (contiguous, batch.outbox) {
            (None, Some(outbox)) => {
                Ok(Some(ranges::learn(self.transaction, device_no, outbox, &[])?.contiguous()))
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
}

impl Passage<'_, '_> {
    fn pass(
        &mut self,
        event: &SoundEvent,
        batch: &Batch,
        judged: &mut Judged,
        fresh: &mut Vec<EventKey>,
    ) -> Result<Code> {
        let key = EventKey::of(&event.id);
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

fn answer_of(page: &Page<'_>, batch: &Batch, codes: &[Code]) -> Answer {
    Answer {
        status: answer::OK,
        body: page.write(batch, codes, receipt_page::judged(batch)),
        replayed: Replayed::No,
        tally: receipt_page::tally(batch, codes),
    }
}
