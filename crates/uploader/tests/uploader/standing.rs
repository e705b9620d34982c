//! What is settled is settled at one server, and in one database of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use delivery::INQUIRY_EVERY_MS;
use event_model::EventId;
use ingest_api::{RECEIPT_VERSION, Receipt, ReceiptCode, ReceiptPage, ReceiptStatus};
use serde_json::Value;
use uploader::{Answer, Request, Transport, UploadState, Uploader};
use uuid::Uuid;

use crate::support::{Device, Running, id, whole};

/// A server with a database that a test can put back, rename or replace.
#[derive(Clone)]
struct Server(Arc<Mutex<Database>>);

#[derive(Clone)]
struct Database {
    store: u128,
    version: &'static str,
    /// By sequence.
    events: BTreeMap<u64, EventId>,
    /// Sequences that it knows of, whatever it said of their events.
    known: BTreeSet<u64>,
    knows_all_kinds: bool,
    requests: usize,
    sent: usize,
}

impl Server {
    fn new(store: u128) -> Self {
        Self(Arc::new(Mutex::new(Database {
            store,
            version: "1.0.0",
            events: BTreeMap::new(),
            known: BTreeSet::new(),
            knows_all_kinds: true,
            requests: 0,
            sent: 0,
        })))
    }

    fn change(&self, change: impl FnOnce(&mut Database)) {
        change(&mut self.0.lock().expect("nobody panicked"));
    }

    fn look<R>(&self, look: impl FnOnce(&Database) -> R) -> R {
        look(&self.0.lock().expect("nobody panicked"))
    }

    fn has(&self, events: u32) -> bool {
        self.look(|db| db.events.values().copied().eq((0..events).map(id)))
    }
}

impl Database {
    fn take(&mut self, event: &Value) -> Receipt {
        let id = event["id"].as_str().expect("an event has an id").to_owned();
        let sequence = event["sequence"].as_str().and_then(|text| text.parse().ok());
        let sequence = sequence.expect("an event has a sequence");
        self.sent += 1;
        self.known.insert(sequence);
        if !self.knows_all_kinds {
            let (status, code) = (ReceiptStatus::Invalid, Some(ReceiptCode::UnknownKind));
            return Receipt { id, status, code, detail: None };
        }
        let event_id = id.parse().expect("an id is a UUID");
        let known = self.events.insert(sequence, event_id);
        let status = if known.is_some() { ReceiptStatus::Duplicate } else { ReceiptStatus::Stored };
        Receipt { id, status, code: None, detail: None }
    }

    fn contiguous(&self) -> u64 {
        self.known.iter().zip(1..).take_while(|(is, should)| *is == should).count() as u64
    }
}

impl Transport for Server {
    async fn send(&self, request: Request) -> Answer {
        let events: Vec<Value> = serde_json::from_slice(&request.body).expect("a batch is JSON");
        let mut database = self.0.lock().expect("nobody panicked");
        database.requests += 1;
        let receipts = events.iter().map(|event| database.take(event)).collect();
        let page = ReceiptPage {
            ringside: RECEIPT_VERSION.to_owned(),
            server_version: database.version.to_owned(),
            store: Uuid::from_u128(database.store),
            receipts,
            contiguous_sequence: Some(database.contiguous()),
        };
        whole(200, serde_json::to_vec(&page).expect("a page is JSON"))
    }
}

const A: &str = "https://a.example.org";
const B: &str = "https://b.example.org";

fn upload(device: &Device, server: &Server, address: &str) -> Running {
    Running::start(Uploader::over(server.clone(), device.config(address)))
}

/// The same device after `events` events were settled at `server` and the
/// program ended.
async fn settled(device: Device, server: &Server, address: &str, events: u32) -> Device {
    device.append(0..events);
    let mut running = upload(&device, server, address);
    running.until_idle_with(events.into()).await;
    running.stop().await;
    device.restarted()
}

#[tokio::test(start_paused = true)]
async fn a_second_server_gets_what_the_first_one_has() {
    let (a, b) = (Server::new(1), Server::new(2));
    let device = settled(Device::new(), &a, A, 50).await;
    let mut running = upload(&device, &b, B);
    running.until_idle_with(50).await;
    assert!(b.has(50));
    assert_eq!(device.status().settled, 50);
}

#[tokio::test(start_paused = true)]
async fn the_same_database_under_another_address_gets_nothing_again() {
    let a = Server::new(1);
    let device = settled(Device::new(), &a, A, 50).await;
    let mut running = upload(&device, &a, B);
    running.until(|now| now.requests == 1 && now.state == UploadState::Idle).await;
    assert_eq!(a.look(|db| db.sent), 50, "each once");
}

#[tokio::test(start_paused = true)]
async fn a_new_run_asks_once_and_sends_nothing_again() {
    let a = Server::new(1);
    let device = settled(Device::new(), &a, A, 50).await;
    let before = a.look(|db| db.requests);
    let mut running = upload(&device, &a, A);
    running.until(|now| now.requests == 1 && now.state == UploadState::Idle).await;
    tokio::time::sleep(Duration::from_millis(INQUIRY_EVERY_MS / 2 - 60_000)).await;
    assert_eq!(a.look(|db| (db.requests, db.sent)), (before + 1, 50));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_no_questions_delays_no_event() {
    let device = settled(Device::new(), &Server::new(1), A, 5).await;
    let server = crate::support::Scripted::new(&device, |seen, _| {
        seen.request.is_inquiry().then(|| whole(400, "<html>no</html>"))
    });
    let mut running = Running::start(Uploader::over(server.clone(), device.config(A)));
    running.until(|now| now.failed_requests == 1 && now.state == UploadState::Idle).await;
    tokio::time::sleep(Duration::from_millis(INQUIRY_EVERY_MS / 2 - 60_000)).await;
    assert_eq!(running.now().failed_requests, 1, "asked once in a while");
    let appended = device.clock.elapsed();
    device.append(5..6);
    running.wake.notify_one();
    // It is another one, as its receipt says.
    running.until_idle_with(6).await;
    assert_eq!(device.clock.elapsed(), appended, "at once");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_where_nothing_was_settled() {
    let (a, device) = (Server::new(1), Device::new());
    let mut running = upload(&device, &a, A);
    running.until(|now| now.state == UploadState::Idle).await;
    tokio::time::sleep(Duration::from_millis(2 * INQUIRY_EVERY_MS)).await;
    assert_eq!(a.look(|db| db.requests), 0);
}

/// Puts back a database of 30 events while a client that sent 50 idles, and
/// gives it the name `store`.
async fn put_back(store: u128) {
    let (a, device) = (Server::new(1), Device::new());
    device.append(0..30);
    let mut running = upload(&device, &a, A);
    running.until_idle_with(30).await;
    let backup = a.look(Clone::clone);
    device.append(30..50);
    running.wake.notify_one();
    running.until_idle_with(50).await;
    a.change(|db| {
        *db = Database { store, sent: 0, ..backup };
    });
    running.until_idle_with(100).await;
    assert!(a.has(50));
    assert_eq!(a.look(|db| db.sent), 50, "each once; what the backup has is recognised");
    assert!(device.clock.elapsed() <= Duration::from_millis(INQUIRY_EVERY_MS + 60_000));
    assert_eq!(device.status().settled, 50);
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_notices_a_restored_backup_and_sends_what_it_lacks() {
    put_back(2).await;
}

#[tokio::test(start_paused = true)]
async fn so_it_does_where_the_operator_forgot_to_rename_it() {
    put_back(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_was_unknown_goes_up_when_the_server_is_a_newer_one() {
    let (a, device) = (Server::new(1), Device::new());
    a.change(|db| db.knows_all_kinds = false);
    device.append(0..3);
    let mut running = upload(&device, &a, A);
    running.until(|now| now.quarantined == 3 && now.state == UploadState::Idle).await;
    a.change(|db| (db.knows_all_kinds, db.version) = (true, "1.1.0"));
    running.until_idle_with(3).await;
    assert!(a.has(3));
    assert_eq!(device.status().quarantined, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_backup_would_not_take_when_it_was_made_is_sent_to_it_again() {
    let (a, device) = (Server::new(1), Device::new());
    a.change(|db| db.knows_all_kinds = false);
    device.append(0..3);
    let mut running = upload(&device, &a, A);
    running.until(|now| now.quarantined == 3 && now.state == UploadState::Idle).await;
    let backup = a.look(Clone::clone);
    a.change(|db| (db.knows_all_kinds, db.version) = (true, "1.1.0"));
    running.until_idle_with(3).await;
    a.change(|db| {
        *db = Database { store: 2, knows_all_kinds: true, version: "1.1.0", ..backup };
        assert_eq!(db.contiguous(), 3, "it knows what became of all of them, in its day");
    });
    running.until_idle_with(6).await;
    assert!(a.has(3));
    assert_eq!(device.status().settled, 3);
}

#[tokio::test(start_paused = true)]
async fn failures_of_one_server_do_not_count_against_another() {
    let device = Device::new();
    device.append(0..3);
    let down = crate::support::Scripted::new(&device, |_, _| Some(whole(503, "")));
    let mut running = Running::start(Uploader::over(down, device.config(A)));
    running.until(|now| now.failed_requests == 9).await;
    running.stop().await;
    let (device, b) = (device.restarted(), Server::new(2));
    let began = device.clock.elapsed();
    upload(&device, &b, B).until_idle_with(3).await;
    assert!(device.clock.elapsed() - began < Duration::from_secs(1), "at once");
}
