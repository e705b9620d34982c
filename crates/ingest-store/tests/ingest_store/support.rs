//! A store in a directory of its own, and events to put into it.

use association::{Sighting, TimeQuality};
use event_model::{DeviceId, Fingerprint, OutboxId, WallTime};
use ingest_api::{Lifetimes, ReceiptPage, ReceiptStatus};
use ingest_store::{
    Batch, IngestTerms, Item, Outcome, PageRequest, SoundEvent, Store, StoreOptions, Verdict,
    Viewer,
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
        let Self { dir, store } = self;
        drop(store);
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

    /// Every occurrence of a match with its witnesses, as JSON without what
    /// depends on the order of arrival.
    pub(crate) fn occurrences(&self, key: &str) -> Vec<Value> {
        let page = PageRequest { after: None, limit: 1_000 };
        let found = self.store.occurrences(Viewer::Reader, key, &page).unwrap();
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
    IngestTerms { server_version: "0.1.0".to_owned(), lifetimes }
}

pub(crate) fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

pub(crate) fn outbox() -> OutboxId {
    OutboxId(Uuid::from_u128(99))
}

pub(crate) fn batch(from: DeviceId, items: Vec<Item>) -> Batch {
    Batch { device: from, outbox: Some(outbox()), received_at: now(), idempotency: None, items }
}

/// A kill that `device` saw, `at` milliseconds after [`now`].
pub(crate) fn kill(from: DeviceId, id: &str, sequence: u64, at: i64) -> Item {
    event(from, "ringside.kill.v1", id, sequence, at)
}

/// An event of any of our kinds in the match `cs2:1`.
pub(crate) fn event(from: DeviceId, kind: &str, id: &str, sequence: u64, at: i64) -> Item {
    let data = json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
        "actors": {"attacker": "Ana", "victim": "Bo", "assists": []}, "round": 1,
        "ordinal": null, "identity": "native", "match_clock_ms": null,
        "details": {"weapon": "ak47"},
    });
    item(from, kind, id, Some("cs2:1"), sequence, at, &data)
}

pub(crate) fn item(
    from: DeviceId,
    event_type: &str,
    id: &str,
    subject: Option<&str>,
    sequence: u64,
    at: i64,
    data: &Value,
) -> Item {
    let json = json!({
        "specversion": "1.0", "id": id, "source": from.urn(), "type": event_type,
        "subject": subject, "sequence": sequence.to_string(), "data": data,
    });
    let event = SoundEvent {
        id: id.to_owned(),
        event_type: event_type.to_owned(),
        subject: subject.map(str::to_owned),
        fingerprint: Fingerprint::of(event_type, subject, data),
        json: json.to_string(),
        origin: None,
        corrected: Sighting { at: now().plus_ms(at), quality: TimeQuality::Good },
        gap: None,
    };
    Item { sequence: Some(sequence), verdict: Verdict::Sound(Box::new(event)) }
}

/// The sound event inside of an item, to change it.
pub(crate) fn sound(item: &mut Item) -> &mut SoundEvent {
    match &mut item.verdict {
        Verdict::Sound(event) => event,
        Verdict::Refused(_) => panic!("the item is sound"),
    }
}
