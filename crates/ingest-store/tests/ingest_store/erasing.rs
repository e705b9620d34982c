//! After an erasure nothing of the event is left, here or in a later index, and
//! its neighbours are as they were.

mod anew;

use std::fs;

use association::{Sighting, TimeQuality};
use event_model::{DeviceId, Fingerprint, WallTime};
use ingest_api::ReceiptStatus;
use ingest_store::{
    Batch, Body, Erased, Error, Item, PageRequest, Retention, Retired, SoundEvent, Store, Verdict,
    Viewer,
};
use serde_json::{Value, json};

use crate::support::{
    Fixture, Sent, batch, device, event, item, keep_index, kill, lose_index, now, open,
    put_index_back, terms,
};

/// A kill whose details say something that is nowhere else.
fn marked(from: DeviceId, id: &str, marker: &str, sequence: u64) -> Sent {
    let data = json!({
        "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": marker,
        "actors": {"attacker": marker, "victim": "Bo", "assists": []}, "round": 1,
        "ordinal": null, "identity": "native", "match_clock_ms": null,
        "details": {"weapon": marker},
    });
    item(from, "ringside.kill.v1", id, Some("cs2:1"), sequence, 0, &data)
}

/// The same store with an index that is made anew.
fn rebuilt(fixture: Fixture) -> Fixture {
    fixture.reopened_after(lose_index)
}

/// All that readers and three devices can see, but for ids, numbers that count
/// changes, and the order of matches that began at one instant.
fn seen(fixture: &mut Fixture) -> Value {
    fixture.store.catch_up().unwrap();
    let page = PageRequest { after: None, limit: 1_000 };
    let viewers = [1, 2, 3].map(|number| Viewer::Device(device(number)));
    let lists: Vec<_> = [Viewer::Reader]
        .into_iter()
        .chain(viewers)
        .map(|viewer| {
            let mut matches = json!(fixture.store.matches(viewer, &page).unwrap().matches);
            for one in matches.as_array_mut().unwrap() {
                one.as_object_mut().unwrap().remove("revision");
            }
            matches.as_array_mut().unwrap().sort_by_key(|one| one["key"].to_string());
            matches
        })
        .collect();
    let mut occurrences = ["cs2:1", "cs2:2"].map(|key| fixture.occurrences(key));
    for one in occurrences.iter_mut().flatten() {
        // First come, and of two that founded one, one may be erased.
        one.as_object_mut().unwrap().remove("id");
    }
    json!([lists, occurrences])
}

#[test]
fn no_byte_of_it_is_left_and_its_neighbours_stay() {
    let mut fixture = Fixture::new();
    let sent = vec![
        kill(device(1), "before", 1, 0),
        marked(device(1), "secret-id", "secret-marker", 2),
        kill(device(1), "after", 3, 0),
    ];
    fixture.take(batch(device(1), sent));
    fixture.store.shelve().unwrap();
    fixture.store.catch_up().unwrap();
    assert_eq!(fixture.store.erase_event(device(1), "secret-id").unwrap(), Erased::Now);
    assert_eq!(fixture.occurrences("cs2:1").len(), 2);

    let Fixture { dir, store } = fixture;
    // The last to close moves the write-ahead logs.
    drop(store);
    for entry in fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for secret in ["secret-id", "secret-marker"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    let mut fixture = rebuilt(Fixture { store: open(&dir), dir });
    assert_eq!(fixture.occurrences("cs2:1").len(), 2);
    let again = ["before", "after"].map(|id| kill(device(1), id, 1, 0)).to_vec();
    assert_eq!(fixture.take(batch(device(1), again)), [ReceiptStatus::Duplicate; 2]);
}

#[test]
fn it_is_found_however_far_the_shelf_is_behind() {
    const EVENTS: usize = 200;
    const BATCHES: usize = 1_005;
    let mut fixture = Fixture::new();
    let json = format!("[{}]", vec!["{}"; EVENTS].join(",")).into_bytes();
    let batches: Vec<_> = (0..BATCHES)
        .map(|number| Batch {
            device: device(1),
            outbox: None,
            received_at: now(),
            idempotency: None,
            body: Body { json: json.clone(), zstd: None },
            items: (0..EVENTS).map(|n| small(&format!("{number}.{n}"), 1 + 3 * n)).collect(),
        })
        .collect();
    fixture.store.ingest(&batches, &terms()).unwrap();
    let last = format!("{}.{}", BATCHES - 1, EVENTS - 1);
    assert_eq!(fixture.store.erase_event(device(1), &last).unwrap(), Erased::Now);
    assert_eq!(fixture.store.erase_event(device(2), &last).unwrap(), Erased::Unknown);
}

fn small(id: &str, at: usize) -> Item {
    let event = SoundEvent {
        id: id.to_owned(),
        fingerprint: Fingerprint([0; 32]),
        span: at..at + 2,
        origin: None,
        corrected: Sighting { at: now(), quality: TimeQuality::Good },
        gap: None,
    };
    Item { sequence: None, verdict: Verdict::Sound(event) }
}

#[test]
fn a_batch_larger_than_any_limit_of_today_can_be_read() {
    let mut fixture = Fixture::new();
    let mut large = batch(device(1), vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)]);
    // Where `serve` was started with a larger limit for a while.
    let more = " ".repeat(65 * 1024 * 1024);
    large.body.json.pop();
    large.body.json.extend_from_slice(more.as_bytes());
    large.body.json.push(b']');
    large.body.zstd = Some(zstd::bulk::compress(&large.body.json, 1).unwrap());
    fixture.take(large);
    assert_eq!(fixture.occurrences("cs2:1").len(), 2);
    assert_eq!(fixture.store.erase_event(device(1), "a").unwrap(), Erased::Now);
    let mut fixture = rebuilt(fixture);
    assert_eq!(fixture.occurrences("cs2:1").len(), 1);
}

#[test]
fn a_batch_that_cannot_be_taken_apart_is_left_as_it_is() {
    let harms = [
        "UPDATE event_1 SET events = CAST('[{\"id\":\"a\"' AS BLOB)",
        "UPDATE event_1 SET events = CAST('[{}]' AS BLOB)",
        "UPDATE event_1 SET encoding = 1",
    ];
    for harm in harms {
        let mut fixture = Fixture::new();
        fixture
            .take(batch(device(1), vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)]));
        let log = rusqlite::Connection::open(fixture.dir.path().join(Store::FILE_NAME)).unwrap();
        log.execute(harm, []).unwrap();
        let bytes = || -> (i64, Vec<u8>, Vec<u8>) {
            let sql = "SELECT encoding, events, evidence FROM event_1 JOIN receipt_1
                       USING (batch_no)";
            log.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
        };
        let before = bytes();
        let erased = fixture.store.erase_event(device(1), "a");
        assert!(matches!(erased, Err(Error::Unreadable(1))), "{harm}: {erased:?}");
        assert_eq!(bytes(), before, "{harm}");
    }
}

#[test]
fn the_second_time_does_what_the_first_left() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)]));
    fixture.store.catch_up().unwrap();
    let mut fixture = fixture.reopened_after(keep_index);
    assert_eq!(fixture.store.erase_event(device(1), "a").unwrap(), Erased::Now);
    // As if the machine had stopped between the two files.
    let mut fixture = fixture.reopened_after(put_index_back);
    assert_eq!(fixture.occurrences("cs2:1").len(), 2);
    assert_eq!(fixture.store.erase_event(device(1), "a").unwrap(), Erased::Now);
    assert_eq!(fixture.occurrences("cs2:1").len(), 1);
}

#[test]
fn the_second_time_does_what_the_first_left_of_a_device_and_of_a_match() {
    type Erase = fn(&mut Fixture) -> u32;
    let of_device: Erase = |fixture| fixture.store.erase_device(device(1), 100).unwrap().erased;
    let of_match: Erase =
        |fixture| fixture.store.erase_match(device(1), "cs2:1", 100).unwrap().erased;
    for erase in [of_device, of_match] {
        let mut fixture = Fixture::new();
        fixture
            .take(batch(device(1), vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)]));
        fixture.take(batch(device(2), vec![kill(device(2), "c", 3, 0)]));
        fixture.store.catch_up().unwrap();
        let mut fixture = fixture.reopened_after(keep_index);
        assert_eq!(erase(&mut fixture), 2);
        let after = seen(&mut fixture);
        // As if the machine had stopped between the two files.
        let mut fixture = fixture.reopened_after(put_index_back);
        assert_ne!(seen(&mut fixture), after);
        assert_eq!(erase(&mut fixture), 2);
        assert_eq!(seen(&mut fixture), after);
        assert_eq!(erase(&mut fixture), 0);
    }
}

#[test]
fn the_second_time_does_what_the_log_alone_has() {
    type Erase = fn(&mut Store) -> Result<(), Error>;
    let of_event: [Erase; 2] = [
        |store| store.erase_event_in_log(device(1), "a").map(drop),
        |store| store.erase_event(device(1), "a").map(drop),
    ];
    let of_match: [Erase; 2] = [
        |store| store.erase_match_in_log(device(1), "cs2:1", 100).map(drop),
        |store| store.erase_match(device(1), "cs2:1", 100).map(drop),
    ];
    let of_device: [Erase; 2] = [
        |store| store.erase_device_in_log(device(1), 100).map(drop),
        |store| store.erase_device(device(1), 100).map(drop),
    ];
    for [in_log, whole] in [of_event, of_match, of_device] {
        let mut fixture = Fixture::new();
        fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0)]));
        fixture.take(batch(device(2), vec![kill(device(2), "b", 2, 0)]));
        let witnesses = |fixture: &mut Fixture| {
            fixture.occurrences("cs2:1")[0]["witnesses"].as_array().unwrap().len()
        };
        assert_eq!(witnesses(&mut fixture), 2);
        in_log(&mut fixture.store).unwrap();
        assert_eq!(witnesses(&mut fixture), 2, "the index has it still");
        whole(&mut fixture.store).unwrap();
        assert_eq!(witnesses(&mut fixture), 1);
    }
}

#[test]
fn nothing_of_it_is_left_in_the_logs_of_either_file() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 0), kill(device(1), "b", 2, 0)]));
    fixture.take(batch(device(2), vec![kill(device(2), "c", 3, 0)]));
    fixture.store.catch_up().unwrap();
    let length = |name: &str| fs::metadata(fixture.dir.path().join(name)).unwrap().len();
    let wals = ["ingest.sqlite-wal", "index.sqlite-wal"];
    assert!(wals.iter().all(|wal| length(wal) > 0), "there is something to empty");
    fixture.store.erase_event(device(1), "a").unwrap();
    assert_eq!(wals.map(length), [0, 0]);
    fixture.store.erase_device(device(1), 100).unwrap();
    assert_eq!(wals.map(length), [0, 0]);
}

#[test]
fn the_second_time_takes_out_what_is_no_witness() {
    let mut fixture = Fixture::new();
    let evidence = event(device(1), "ringside.session_evidence.v1", "a", 1, 0);
    fixture.take(batch(device(1), vec![evidence]));
    fixture.take(batch(device(2), vec![kill(device(2), "b", 1, 0)]));
    fixture.store.catch_up().unwrap();
    let mut fixture = fixture.reopened_after(keep_index);
    fixture.store.erase_event(device(1), "a").unwrap();
    let after = seen(&mut fixture);
    // As if the machine had stopped between the two files.
    let mut fixture = fixture.reopened_after(put_index_back);
    assert_ne!(seen(&mut fixture), after);
    fixture.store.erase_event(device(1), "a").unwrap();
    assert_eq!(seen(&mut fixture), after);
}

/// As a server with `--retain-days 1` does.
fn drop_old_bytes(fixture: &mut Fixture, now: WallTime) {
    let retention = Retention { retain_days: Some(1), lifetimes: terms().lifetimes };
    let mut place = None;
    while let Retired::More(next) = fixture.store.retire(&retention, now, place).unwrap() {
        place = Some(next);
    }
}

#[test]
fn where_the_bytes_are_dropped_nothing_of_it_is_left_beside_another_witness() {
    [(1, 2), (2, 1)].into_iter().for_each(|(erased, other)| is_cut_out_beside(erased, other));
}

fn is_cut_out_beside(erased: u128, other: u128) {
    let mut fixture = Fixture::new();
    let at = |day: &str| -> WallTime { format!("{day}T12:00:00.000Z").parse().unwrap() };
    for (from, day) in [(1, "2026-10-30"), (2, "2026-10-31")] {
        let sent = vec![item(
            device(from),
            "ringside.kill.v1",
            "e",
            Some("cs2:1"),
            1,
            0,
            &json!({
                "game": "cs2", "match": {"key": "cs2:1", "origin": "native"},
                "observer": "Ana", "actors": {"attacker": "Ana", "victim": "Bo", "assists": []},
                "round": 1, "ordinal": null, "identity": "native", "match_clock_ms": null,
                "details": {"weapon": format!("weapon of {from}")},
            }),
        )];
        fixture.take(Batch { received_at: at(day), ..batch(device(from), sent) });
    }
    let later = batch(device(3), vec![kill(device(3), "f", 1, 60_000)]);
    fixture.take(Batch { received_at: at("2026-11-01"), ..later });
    fixture.store.catch_up().unwrap();
    drop_old_bytes(&mut fixture, at("2026-11-20"));
    assert_eq!(fixture.occurrences("cs2:1").len(), 2);
    assert_eq!(fixture.store.erase_event(device(erased), "e").unwrap(), Erased::Now);
    let occurrences = fixture.occurrences("cs2:1");
    assert_eq!(occurrences.len(), 2, "another still says that it was");
    let left = json!(occurrences).to_string();
    assert!(!left.contains(&format!("weapon of {erased}")), "{left}");
    let index = rusqlite::Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    let takes_part = |number| -> bool {
        let sql = "SELECT EXISTS (SELECT 1 FROM match_device WHERE device = ?1)";
        index.query_row(sql, [device(number).0.as_bytes()], |row| row.get(0)).unwrap()
    };
    assert_eq!([erased, other, 3].map(takes_part), [false, true, true]);
}

#[test]
fn where_the_bytes_are_dropped_its_witness_goes_alone() {
    let mut fixture = Fixture::new();
    let at = |day: &str| -> WallTime { format!("{day}T12:00:00.000Z").parse().unwrap() };
    let mut send = |ids: &[&str], day| {
        let kills = ids.iter().map(|id| kill(device(1), id, 1, 0)).collect();
        let sent = batch(device(1), kills);
        fixture.take(Batch { received_at: at(day), ..sent });
    };
    send(&["a", "b"], "2026-10-31");
    send(&["c"], "2026-11-01");
    fixture.store.catch_up().unwrap();
    drop_old_bytes(&mut fixture, at("2026-11-20"));
    assert_eq!(fixture.occurrences("cs2:1").len(), 3, "it goes on in November");
    assert_eq!(fixture.store.erase_event(device(1), "a").unwrap(), Erased::Now);
    let witnesses: Vec<_> = fixture
        .occurrences("cs2:1")
        .iter()
        .map(|one| one["witnesses"][0]["event_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(witnesses.len(), 2);
    assert!(!witnesses.contains(&"a".to_owned()));
}
