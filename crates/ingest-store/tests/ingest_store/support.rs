//! A store in a directory of its own, and events to put into it.

use std::{fs, path::Path};

use association::{Sighting, TimeQuality};
use event_model::{DeviceId, Fingerprint, OutboxId, WallTime};
use ingest_api::{Lifetimes, ReceiptPage, ReceiptStatus};
use ingest_store::{
    Batch, Body, Decision, IngestTerms, Item, Outcome, PageRequest, SealReason, SoundEvent, Store,
    StoreOptions, Verdict, Viewer,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct Fixture {
    pub(crate) dir: TempDir,
    pub(crate) store: Store,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let mut store = open(&dir);
        for number in 1..=3 {
            store.add_device(device(number), "PC", now()).unwrap().unwrap();
        }
        Self { dir, store }
    }

    pub(crate) fn reopened(self) -> Self {
        self.reopened_after(|_| ())
    }

    /// Opens it again when something was done in its folder, which nobody had open.
    pub(crate) fn reopened_after(self, meanwhile: impl FnOnce(&Path)) -> Self {
        let Self { dir, store } = self;
        drop(store);
        meanwhile(dir.path());
        Self { store: open(&dir), dir }
    }

    /// The receipts' statuses of one batch.
    pub(crate) fn take(&mut self, batch: Batch) -> Vec<ReceiptStatus> {
        self.page(batch).receipts.iter().map(|receipt| receipt.status).collect()
    }

    pub(crate) fn page(&mut self, batch: Batch) -> ReceiptPage {
        match self.ingest(batch) {
            Outcome::Answered(answer) => serde_json::from_slice(&answer.body).unwrap(),
            Outcome::KeyReused => panic!("no key was given"),
        }
    }

    pub(crate) fn ingest(&mut self, batch: Batch) -> Outcome {
        self.store.ingest(&[batch], &terms()).unwrap().remove(0)
    }

    /// Follows the log to its end and seals a match.
    pub(crate) fn seal(&mut self, key: &str) {
        self.store.catch_up().unwrap();
        let (decision, reason) = (Decision::Sealed, SealReason::Operator);
        self.store.decide(key, decision, reason, now()).unwrap();
        self.store.catch_up().unwrap();
    }

    /// Every occurrence of a match with its witnesses, as JSON without what
    /// depends on the order of arrival.
    pub(crate) fn occurrences(&mut self, key: &str) -> Vec<Value> {
        self.store.catch_up().unwrap();
        let page = PageRequest { after: None, limit: 1_000 };
        let found = self.store.occurrences(Viewer::Reader, key, &page).unwrap().found();
        let mut occurrences = json!(found.map(|found| found.occurrences).unwrap_or_default());
        let list = occurrences.as_array_mut().unwrap();
        for occurrence in &mut *list {
            occurrence.as_object_mut().unwrap().remove("revision");
        }
        std::mem::take(list)
    }
}

pub(crate) fn open(dir: &TempDir) -> Store {
    Store::open(dir.path(), StoreOptions::default()).unwrap()
}

pub(crate) fn now() -> WallTime {
    WallTime::from_unix_ms(1_795_201_200_000)
}

pub(crate) fn terms() -> IngestTerms {
    let lifetimes = Lifetimes { idempotency_answers_max: 3, ..Lifetimes::default() };
    IngestTerms { server_version: "0.1.0".to_owned(), lifetimes, separates_replays: false }
}

pub(crate) fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

pub(crate) fn outbox() -> OutboxId {
    OutboxId(Uuid::from_u128(99))
}

/// An event with its bytes, before it has a place in a batch.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) item: Item,
    pub(crate) json: String,
}

impl Sent {
    /// The sound event inside, to change it.
    pub(crate) fn sound(&mut self) -> &mut SoundEvent {
        match &mut self.item.verdict {
            Verdict::Sound(event) => event,
            Verdict::Refused(_) => panic!("the item is sound"),
        }
    }
}

impl From<Item> for Sent {
    /// One that was refused, whatever its bytes were.
    fn from(item: Item) -> Self {
        Self { item, json: "7".to_owned() }
    }
}

pub(crate) fn batch(from: DeviceId, sent: Vec<Sent>) -> Batch {
    let mut json = String::from("[");
    let mut items = Vec::new();
    for mut sent in sent {
        if json.len() > 1 {
            json.push(',');
        }
        let first = json.len();
        json.push_str(&sent.json);
        if let Verdict::Sound(event) = &mut sent.item.verdict {
            event.span = first..json.len();
        }
        items.push(sent.item);
    }
    json.push(']');
    let body = Body { json: json.into_bytes(), zstd: None };
    let outbox = Some(outbox());
    Batch { device: from, outbox, received_at: now(), idempotency: None, body, items }
}

/// A kill that `device` saw, `at` milliseconds after [`now`].
pub(crate) fn kill(from: DeviceId, id: &str, sequence: u64, at: i64) -> Sent {
    event(from, "ringside.kill.v1", id, sequence, at)
}

/// An event of any of our kinds in the match `cs2:1`.
pub(crate) fn event(from: DeviceId, kind: &str, id: &str, sequence: u64, at: i64) -> Sent {
    let data = json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
        "actors": {"attacker": "Ana", "victim": "Bo", "assists": []}, "round": 1,
        "ordinal": null, "identity": "native", "match_clock_ms": null,
        "details": {"weapon": "ak47"},
    });
    item(from, kind, id, Some("cs2:1"), sequence, at, &data)
}

/// An event of any of our kinds in the match `valorant:1`, as the account of a
/// device's own sees it: everybody's game shows it.
pub(crate) fn seen(number: u128, kind: &str, sequence: u64, at: i64) -> Sent {
    let key = "valorant:1";
    let data = json!({
        "game": "valorant", "match": {"key": key, "origin": "native"},
        "observer": format!("player {number}"), "round": 1, "ordinal": null,
        "actors": {"attacker": "Ana", "victim": format!("Bo {}", sequence), "assists": []},
        "identity": "native", "match_clock_ms": null, "details": {},
    });
    let (kind, id) = (format!("ringside.{kind}.v1"), format!("{number} {kind} {at}"));
    item(device(number), &kind, &id, Some(key), sequence, at, &data)
}

pub(crate) fn item(
    from: DeviceId,
    event_type: &str,
    id: &str,
    subject: Option<&str>,
    sequence: u64,
    at: i64,
    data: &Value,
) -> Sent {
    let json = json!({
        "specversion": "1.0", "id": id, "source": from.urn(), "type": event_type,
        "subject": subject, "sequence": sequence.to_string(), "data": data,
    });
    let event = SoundEvent {
        id: id.to_owned(),
        fingerprint: Fingerprint::of(event_type, subject, data),
        span: 0..0,
        origin: None,
        corrected: Sighting { at: now().plus_ms(at), quality: TimeQuality::Good },
        gap: None,
    };
    let item = Item { sequence: Some(sequence), verdict: Verdict::Sound(event) };
    Sent { item, json: json.to_string() }
}

/// Where an earlier index is kept.
const OLD_INDEX: &str = "old.sqlite";
const INDEX: &str = "index.sqlite";

pub(crate) fn lose_index(dir: &Path) {
    for file in [INDEX, "index.sqlite-wal", "index.sqlite-shm"] {
        // The last two are gone already where the last connection closed well.
        drop(fs::remove_file(dir.join(file)));
    }
}

/// Copies the index as it is, for [`put_index_back`].
pub(crate) fn keep_index(dir: &Path) {
    fs::copy(dir.join(INDEX), dir.join(OLD_INDEX)).unwrap();
}

pub(crate) fn put_index_back(dir: &Path) {
    fs::rename(dir.join(OLD_INDEX), dir.join(INDEX)).unwrap();
}
