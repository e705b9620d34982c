//! The bytes of a server's database, when it is opened.

use std::{fs, ops::Range, path::Path, sync::OnceLock, time::Duration};

use association::{Sighting, TimeQuality};
use event_model::{DeviceId, Fingerprint, OutboxId, WallTime};
use ingest_api::{Lifetimes, ReceiptPage, ReceiptStatus};
use ingest_store::{
    Batch, Body, Error, IdempotencyClaim, IngestTerms, Item, Outcome, PageRequest, Result,
    SoundEvent, Store, StoreOptions, Verdict, Viewer,
};
use serde_json::json;
use system_tests::scratch;
use uuid::Uuid;

use crate::Looked;

/// A start and all that follows here takes some milliseconds, and this machine may be
/// busy.
const ALL_MAX: Duration = Duration::from_secs(5);
/// A record of a recipe: which file, where, and which byte.
const RECORD: usize = 6;
/// What a killed server leaves: its database, the log, and what is made of both.
const FILES: [&str; 3] = ["ingest.sqlite", "ingest.sqlite-wal", "index.sqlite"];

/// The match of every event.
const MATCH: &str = "cs2:1";
const EVENTS: u64 = 40;

type Files = [Vec<u8>; FILES.len()];

struct Killed {
    files: Files,
    /// Where in each file something is written: most of a page may be free.
    written: [Vec<usize>; FILES.len()],
}

/// Law: the database opens, or says why not; soon; a newer server's is left as it is;
/// what is answered and shown is in order or says why not; what is stored is known at
/// once; and a backup that was made can be restored.
///
/// The input is a recipe: records of a file, four bytes of offset, of its bytes or of
/// those that are written, and one of content; and where a rest of three bytes or more
/// is left over, where a file ends.
pub(crate) fn database(input: &[u8]) -> Looked {
    let killed = killed();
    let mut files = killed.files.clone();
    let records = input.chunks_exact(RECORD);
    let rest = records.remainder();
    for record in records {
        let [file, a, b, c, d, byte] = *record else { continue };
        let which = usize::from(file) % FILES.len();
        let (bytes, written) = (&mut files[which], &killed.written[which]);
        let at = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap();
        let is_anywhere = usize::from(file) / FILES.len() % 2 == 1;
        let at = if is_anywhere { at % bytes.len() } else { written[at % written.len()] };
        bytes[at] = byte;
    }
    if let [file, high, low, ..] = *rest {
        let bytes = &mut files[usize::from(file) % FILES.len()];
        bytes.truncate(usize::from(u16::from_be_bytes([high, low])) * bytes.len() / 65_536);
    }
    let folder = scratch();
    put(&files, folder.path());
    #[expect(clippy::disallowed_methods, reason = "how long it really takes is the claim")]
    let began = std::time::Instant::now();
    let looked = starts(folder.path(), &files);
    assert!(began.elapsed() < ALL_MAX, "it took {:?}", began.elapsed());
    looked
}

fn put(files: &Files, folder: &Path) {
    for (name, bytes) in FILES.iter().zip(files) {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

fn starts(folder: &Path, files: &Files) -> Looked {
    match start(folder) {
        Ok(mut store) => {
            serves(&mut store);
            Looked::Taken
        }
        Err(refused) => {
            if matches!(refused, Error::Newer { .. }) {
                let same = |(name, bytes): (&&str, &Vec<u8>)| {
                    fs::read(folder.join(name)).unwrap() == *bytes
                };
                assert!(FILES.iter().zip(files).all(same), "a newer server's was touched");
            }
            Looked::Refused
        }
    }
}

/// As a server does before it listens.
fn start(folder: &Path) -> Result<Store> {
    Store::settle(folder, StoreOptions::default())?;
    let store = Store::open(folder, StoreOptions::default())?;
    store.read_ends()?;
    Ok(store)
}

/// Each of these may meet damage, and then says so.
fn serves(store: &mut Store) {
    drop((store.devices(), store.enrolment_keys(), store.readers(), store.log_position()));
    let verdicts =
        |store: &mut Store, events: Range<u64>| match store.ingest(&[batch(events)], &terms()) {
            Ok(outcomes) => statuses(&outcomes),
            // It was damage of what is made anew, or it is met again.
            Err(_) => Vec::new(),
        };
    // The last of them is new.
    for _ in 0..2 {
        verdicts(store, EVENTS - 3..EVENTS + 1);
    }
    let new = EVENTS + 1..EVENTS + 2;
    if verdicts(store, new.clone()) == [ReceiptStatus::Stored] {
        let again = verdicts(store, new);
        assert!(!again.contains(&ReceiptStatus::Stored), "stored twice");
        assert!(!again.contains(&ReceiptStatus::Conflict), "it is the very same");
    }
    drop(store.catch_up());
    let page = PageRequest { after: None, limit: 10 };
    for viewer in [Viewer::Reader, Viewer::Device(device(1))] {
        drop((store.matches(viewer, &page), store.occurrences(viewer, MATCH, &page)));
    }
    let elsewhere = scratch();
    let copy = elsewhere.path().join("copy");
    if Store::back_up(store.data_dir(), &copy).is_ok() {
        Store::restore(elsewhere.path(), &copy).unwrap();
        start(elsewhere.path()).unwrap();
    }
}

fn statuses(outcomes: &[Outcome]) -> Vec<ReceiptStatus> {
    let [Outcome::Answered(answer)] = outcomes else { return Vec::new() };
    let page: ReceiptPage = serde_json::from_slice(&answer.body).unwrap();
    page.receipts.iter().map(|receipt| receipt.status).collect()
}

/// The files of a server that was killed: half of its events are in its log alone.
fn killed() -> &'static Killed {
    static KILLED: OnceLock<Killed> = OnceLock::new();
    KILLED.get_or_init(|| {
        let folder = scratch();
        let open = || Store::open(folder.path(), StoreOptions::default()).unwrap();
        let mut store = open();
        store.add_device(device(1), "PC", now()).unwrap().unwrap();
        store.ingest(&[batch(0..EVENTS / 2)], &terms()).unwrap();
        store.shelve().unwrap();
        store.catch_up().unwrap();
        drop(store);
        let mut store = open();
        for first in (EVENTS / 2..EVENTS).step_by(5) {
            store.ingest(&[batch(first..first + 5)], &terms()).unwrap();
        }
        let files = FILES.map(|name| fs::read(folder.path().join(name)).unwrap());
        let written = |bytes: &Vec<u8>| (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        Killed { written: files.each_ref().map(written), files }
    })
}

#[test]
fn an_untouched_folder_knows_every_event() {
    let folder = scratch();
    put(&killed().files, folder.path());
    let mut store = start(folder.path()).unwrap();
    assert_eq!(store.log_position().unwrap(), EVENTS);
    let again = store.ingest(&[batch(0..EVENTS)], &terms()).unwrap();
    let verdicts = statuses(&again);
    assert_eq!(verdicts, vec![ReceiptStatus::Duplicate; verdicts.len()]);
}

fn batch(events: Range<u64>) -> Batch {
    let mut json = "[".to_owned();
    let mut items = Vec::new();
    for number in events.clone() {
        let data = json!({"game": "cs2", "match": {"key": MATCH, "origin": "native"},
            "observer": "Ana", "round": number, "identity": "native", "details": {}});
        let kind = "ringside.kill.v1";
        let event = json!({"specversion": "1.0", "id": format!("e{number}"), "type": kind,
            "source": device(1).urn(), "subject": MATCH, "sequence": number.to_string(),
            "data": data});
        if json.len() > 1 {
            json.push(',');
        }
        let first = json.len();
        json.push_str(&event.to_string());
        let sound = SoundEvent {
            id: format!("e{number}"),
            fingerprint: Fingerprint::of(kind, Some(MATCH), &data),
            span: first..json.len(),
            origin: None,
            corrected: Sighting { at: now(), quality: TimeQuality::Good },
            gap: None,
        };
        items.push(Item { sequence: Some(number), verdict: Verdict::Sound(sound) });
    }
    json.push(']');
    let body = Body { json: json.into_bytes(), zstd: None };
    let outbox = Some(OutboxId(Uuid::from_u128(2)));
    let key = Uuid::from_u128(u128::from(events.start));
    let claim =
        IdempotencyClaim { outbox, key, body_hash: [u8::try_from(events.end).unwrap(); 32] };
    // Every other is asked for by a name.
    let idempotency = events.start.is_multiple_of(2).then_some(claim);
    Batch { device: device(1), outbox, received_at: now(), idempotency, body, items }
}

fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

fn now() -> WallTime {
    WallTime::from_unix_ms(1_795_201_200_000)
}

fn terms() -> IngestTerms {
    IngestTerms {
        server_version: "0.1.0".to_owned(),
        lifetimes: Lifetimes::default(),
        separates_replays: false,
    }
}
