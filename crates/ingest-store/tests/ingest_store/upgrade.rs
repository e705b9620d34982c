//! A database that the first schema's server wrote: `fixtures/schema_1`; and one of
//! the newest schema, which the next one will have to open.

use event_model::OutboxId;
use ingest_api::{ReceiptCode, ReceiptStatus};
use ingest_store::{
    Answer, Batch, Erased, Error, IdempotencyClaim, Outcome, Principal, Replayed, Store,
    StoreOptions, Token, Validity,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{Fixture, batch, device, event, item, kill, now, open};

/// The schema that this server writes. Its fixture is made by
/// `UPDATE_EXPECT=1 cargo test -p ingest-store`; one that is there is never made
/// again.
const NEWEST: u32 = 4;

fn fixtures() -> std::path::PathBuf {
    of_schema(1)
}

fn of_schema(schema: u32) -> std::path::PathBuf {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fixtures.join(format!("schema_{schema}"))
}

/// A copy, since opening changes it.
fn copy_of(schema: u32) -> TempDir {
    let dir = TempDir::new().unwrap();
    let file = of_schema(schema).join(Store::FILE_NAME);
    std::fs::copy(file, dir.path().join(Store::FILE_NAME)).unwrap();
    dir
}

fn version(dir: &std::path::Path) -> u32 {
    let db = rusqlite::Connection::open(dir.join(Store::FILE_NAME)).unwrap();
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn upgraded() -> Fixture {
    let dir = copy_of(1);
    Fixture { store: open(&dir), dir }
}

fn exchange() -> Value {
    serde_json::from_slice(&std::fs::read(fixtures().join("answer.json")).unwrap()).unwrap()
}

fn id(number: u128) -> String {
    Uuid::from_u128(0xabc0_0000_0000_8000_a000_0000_0000_0000 + number).to_string()
}

/// The data that the fixture's events had, beside what the fingerprint leaves
/// out.
fn data(round: u32) -> Value {
    json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
        "actors": {"attacker": "Ana", "victim": "Bo", "assists": []}, "round": round,
        "ordinal": null, "identity": "native", "match_clock_ms": null, "details": {},
    })
}

#[test]
fn nothing_of_it_is_lost() {
    let mut fixture = upgraded();
    assert_eq!(fixture.store.id().to_string(), "9a7b02a8-2c59-45b9-be1a-bce93fc6cb5c");
    assert_eq!(fixture.store.log_position().unwrap(), 7);
    let witnesses: Vec<_> = fixture
        .occurrences("cs2:1")
        .iter()
        .map(|occurrence| occurrence["witnesses"].as_array().unwrap().len())
        .collect();
    assert_eq!(witnesses.iter().sum::<usize>(), 5, "all but the erased one and the lap");
    assert_eq!(witnesses.len(), 4, "two devices saw the same kill");
    assert_eq!(fixture.occurrences("race:1").len(), 1);
    let token = Token::from_text(exchange()["token1"].as_str().unwrap());
    let principal = fixture.store.principal(&token).unwrap();
    assert_eq!(principal, Some((Principal::Device(device(2)), Validity::Valid)));
}

#[test]
fn what_comes_again_is_recognised() {
    let mut fixture = upgraded();
    let sent = |id: &str, sequence, round| {
        item(device(1), "ringside.kill.v1", id, Some("cs2:1"), sequence, 0, &data(round))
    };
    let lap = json!({"seconds": 71});
    let again = vec![
        sent(&id(0), 1, 1),
        sent(&id(1), 2, 2),
        sent("a text id", 4, 3),
        sent(&id(3), 5, 5),
        item(device(1), "com.example.lap", "lap1", Some("race:1"), 6, 0, &lap),
        sent("new", 3, 1),
    ];
    let page = fixture.page(batch(device(1), again));
    let verdicts: Vec<_> =
        page.receipts.iter().map(|receipt| (receipt.status, receipt.code)).collect();
    assert_eq!(
        verdicts,
        [
            (ReceiptStatus::Duplicate, None),
            (ReceiptStatus::Invalid, Some(ReceiptCode::Erased)),
            (ReceiptStatus::Duplicate, None),
            (ReceiptStatus::Conflict, Some(ReceiptCode::FingerprintDiffers)),
            (ReceiptStatus::Duplicate, None),
            (ReceiptStatus::Stored, None),
        ]
    );
    assert_eq!(page.contiguous_sequence, Some(6), "1, 2, 4, 5 and 6 were known");
    assert_eq!(fixture.store.log_position().unwrap(), 8);
}

#[test]
fn an_answer_from_before_is_repeated_byte_for_byte() {
    let mut fixture = upgraded();
    let exchange = exchange();
    let claim = IdempotencyClaim {
        outbox: Some(OutboxId(Uuid::from_u128(99))),
        key: Uuid::from_u128(77),
        body_hash: Sha256::digest(exchange["body"].as_str().unwrap()).into(),
    };
    let mut again = batch(device(2), vec![kill(device(2), "whatever", 1, 0)]);
    again.idempotency = Some(claim);
    again.received_at = event_model::WallTime::from_unix_ms(1_795_267_700_000);
    let Outcome::Answered(Answer { body, replayed, .. }) = fixture.ingest(again) else {
        panic!("the body is the same");
    };
    assert_eq!(replayed, Replayed::Yes);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body, exchange["answer"]);
}

#[test]
fn an_upgraded_database_goes_on_as_a_new_one_does() {
    let mut fixture = upgraded();
    let ended = event(device(1), "ringside.match_ended.v1", "end", 7, 0);
    assert_eq!(fixture.take(batch(device(1), vec![ended])), [ReceiptStatus::Stored]);
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.store.log_position().unwrap(), 8);
    let occurrences = fixture.occurrences("cs2:1");
    let witnesses = |one: &Value| one["witnesses"].as_array().unwrap().len();
    assert_eq!(occurrences.iter().map(witnesses).sum::<usize>(), 6);
    assert!(occurrences.iter().any(|one| one["kind"] == "match_ended"));
    assert!(fixture.store.add_device(device(3), "PC", now()).unwrap().is_some());
}

/// What the newest fixture has: two events under a key, an erased one, and one of
/// another month.
fn filled() -> Fixture {
    let mut fixture = Fixture::new();
    assert!(matches!(fixture.ingest(keyed()), Outcome::Answered(_)));
    let later = vec![kill(device(1), "c", 3, 0)];
    let received_at = now().plus_ms(40 * 24 * 60 * 60 * 1_000);
    fixture.take(Batch { received_at, ..batch(device(1), later) });
    assert_eq!(fixture.store.erase_event(device(1), "b").unwrap(), Erased::Now);
    fixture
}

fn keyed() -> Batch {
    let claim = IdempotencyClaim {
        outbox: Some(crate::support::outbox()),
        key: Uuid::from_u128(77),
        body_hash: Sha256::digest("the body").into(),
    };
    let events = vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 5_000)];
    Batch { idempotency: Some(claim), ..batch(device(1), events) }
}

#[test]
fn the_newest_schema_has_its_fixture() {
    let (folder, new) = (of_schema(NEWEST), Fixture::new());
    assert_eq!(version(new.dir.path()), NEWEST, "a new schema needs a fixture of its own");
    if std::env::var_os("UPDATE_EXPECT").is_some() && !folder.exists() {
        let Fixture { dir, store } = filled();
        drop(store);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(dir.path().join(Store::FILE_NAME), folder.join(Store::FILE_NAME)).unwrap();
    }
    assert_eq!(version(copy_of(NEWEST).path()), NEWEST, "make it with UPDATE_EXPECT=1");
}

#[test]
fn nothing_of_a_newer_fixture_is_lost() {
    (2..=NEWEST).for_each(nothing_is_lost_of);
}

fn nothing_is_lost_of(schema: u32) {
    let dir = copy_of(schema);
    let mut fixture = Fixture { store: open(&dir), dir };
    assert_eq!(fixture.store.log_position().unwrap(), 3);
    assert_eq!(fixture.occurrences("cs2:1").len(), 2, "all but the erased one");
    let again = ["a", "b", "c", "d"].map(|id| kill(device(1), id, 4, 0)).to_vec();
    let verdicts = fixture.take(batch(device(1), again));
    use ReceiptStatus::{Duplicate, Invalid, Stored};
    assert_eq!(verdicts, [Duplicate, Invalid, Duplicate, Stored]);
    let Outcome::Answered(Answer { body, replayed, .. }) = fixture.ingest(keyed()) else {
        panic!("the body is the same");
    };
    assert_eq!(replayed, Replayed::Yes);
    let page: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(page["receipts"][0], json!({"id": "a", "status": "stored"}));
}

/// A newer server's database in `dir`, with what it has beside it.
fn newer(dir: &TempDir) {
    let db = rusqlite::Connection::open(dir.path().join(Store::FILE_NAME)).unwrap();
    db.pragma_update(None, "user_version", 999).unwrap();
}

/// Every file with its bytes.
fn files(dir: &TempDir) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    files.sort();
    files
}

fn is_left_alone(dir: &TempDir) {
    let before = files(dir);
    let opened = Store::open(dir.path(), StoreOptions::default());
    assert!(matches!(opened, Err(Error::Newer { found: 999, .. })));
    drop(opened);
    assert!(files(dir) == before, "it was touched by opening");
    let copied = Store::back_up(dir.path(), &dir.path().join("copy"));
    assert!(copied.unwrap_err().to_string().contains("could not read"));
    assert!(files(dir) == before, "it was touched by a backup");
}

#[test]
fn a_newer_servers_backup_that_was_put_in_place_by_hand_is_left_alone() {
    let (dir, original) = (TempDir::new().unwrap(), Fixture::new());
    let copy = dir.path().join(Store::FILE_NAME);
    Store::back_up(original.dir.path(), &copy).unwrap();
    newer(&dir);
    assert_eq!(files(&dir).len(), 1, "one file, without a log");
    is_left_alone(&dir);
}

#[test]
fn a_newer_servers_database_is_left_alone_as_a_crash_left_it() {
    let dir = {
        let Fixture { dir, store } = Fixture::new();
        // Its version is in the log alone.
        newer(&dir);
        let crashed = TempDir::new().unwrap();
        for name in ["ingest.sqlite", "ingest.sqlite-wal"] {
            std::fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
        }
        drop(store);
        crashed
    };
    is_left_alone(&dir);
}

#[test]
fn a_page_of_the_log_that_a_power_cut_tore_is_not_of_a_newer_server() {
    // Where its version stands in the last frame, which sets it to what it is.
    const VERSION_AT: usize = 60;
    let crashed = TempDir::new().unwrap();
    {
        let Fixture { dir, store } = Fixture::new();
        let db = rusqlite::Connection::open(dir.path().join(Store::FILE_NAME)).unwrap();
        db.pragma_update(None, "user_version", version(dir.path())).unwrap();
        let log = dir.path().join("ingest.sqlite-wal");
        let page: u32 = db.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
        let mut bytes = std::fs::read(&log).unwrap();
        let last_page = bytes.len() - page as usize;
        bytes[last_page + VERSION_AT] ^= 0xff;
        std::fs::write(crashed.path().join("ingest.sqlite-wal"), bytes).unwrap();
        let name = Store::FILE_NAME;
        std::fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
        drop((db, store));
    }
    let devices = open(&crashed).devices().unwrap();
    assert_eq!(devices.len(), 3, "what was committed before is there");
}
