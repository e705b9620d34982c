//! `index.sqlite` damaged, of another version, emptied or taken away, at rest
//! and in use: nothing is stored twice, and everything is associated again.

use std::{fs, path::Path, sync::atomic::Ordering};

use ingest_api::ReceiptStatus;
use ingest_store::{Ailment, Batch, Error, Follower, Store, StoreOptions};
use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Fixture, batch, device, kill, lose_index, now, terms};

/// Enough that they are spread over several rows.
const IDS: u64 = 300;
const FILE: &str = "index.sqlite";
const PAGE: usize = 4_096;

/// Every event once more.
fn again() -> Batch {
    batch(device(1), (0..IDS).map(|n| kill(device(1), &format!("e{n}"), n + 1, 0)).collect())
}

/// A store whose index has everything, and the occurrences in it.
fn followed() -> (Fixture, Vec<Value>) {
    let mut fixture = Fixture::new();
    assert!(fixture.take(again()).iter().all(|status| *status == ReceiptStatus::Stored));
    fixture.store.shelve().unwrap();
    let occurrences = fixture.occurrences("cs2:1");
    // So that the writer remembers how far the shelf goes.
    assert!(fixture.take(again()).iter().all(|status| *status == ReceiptStatus::Duplicate));
    (fixture, occurrences)
}

/// Closes the store, does something to the file of its index, and opens it.
fn after(fixture: Fixture, harm: impl FnOnce(&Path)) -> Fixture {
    fixture.reopened_after(|dir| harm(&dir.join(FILE)))
}

fn is_whole(fixture: &mut Fixture, occurrences: &[Value], what: &str) {
    let statuses = fixture.take(again());
    assert!(statuses.iter().all(|status| *status == ReceiptStatus::Duplicate), "{what}");
    assert_eq!(fixture.occurrences("cs2:1"), occurrences, "{what}");
    assert_eq!(fixture.store.log_position().unwrap(), IDS, "{what}");
}

fn overwrite(file: &Path, from: usize) {
    let mut bytes = fs::read(file).unwrap();
    // Any sequence will do; this one has no byte that SQLite begins a page with.
    bytes[from..].iter_mut().zip([0xa5, 0x5a, 0xc3].iter().cycle()).for_each(|(b, n)| *b = *n);
    fs::write(file, bytes).unwrap();
}

/// Overwrites pages that nobody reads who only opens it.
fn overwrite_rows(file: &Path) {
    let index = Connection::open(file).unwrap();
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name IN ('gate', 'game_match')";
    let mut statement = index.prepare(sql).unwrap();
    let roots = statement.query_map([], |row| row.get(0)).unwrap();
    let roots: Vec<i64> = roots.collect::<Result<_, _>>().unwrap();
    drop(statement);
    drop(index);
    let mut bytes = fs::read(file).unwrap();
    for root in roots {
        let from = usize::try_from(root - 1).unwrap() * PAGE;
        bytes[from..from + PAGE].fill(0xa5);
    }
    fs::write(file, bytes).unwrap();
}

fn truncate(file: &Path, to: u64) {
    fs::File::options().write(true).open(file).unwrap().set_len(to).unwrap();
}

fn execute(file: &Path, sql: &str) {
    Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_file_that_cannot_be_used_is_set_aside_and_made_anew() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 7] = [
        ("random bytes", |file| overwrite(file, 0)),
        ("a torn header", |file| truncate(file, 50)),
        ("a page and a half", |file| truncate(file, 6_000)),
        ("no last page", |file| truncate(file, fs::metadata(file).unwrap().len() - 4_096)),
        ("a newer version", |file| execute(file, "PRAGMA user_version = 99")),
        ("another database", |file| {
            fs::remove_file(file).unwrap();
            execute(file, "CREATE TABLE follow (pace TEXT)");
        }),
        ("a table less", |file| execute(file, "DROP TABLE follow")),
    ];
    for (what, harm) in harms {
        let (fixture, occurrences) = followed();
        let mut fixture = after(fixture, harm);
        is_whole(&mut fixture, &occurrences, what);
        assert!(fixture.dir.path().join("index.sqlite.damaged").exists(), "{what}");
        let mut fixture = fixture.reopened();
        is_whole(&mut fixture, &occurrences, what);
    }
}

#[test]
fn an_empty_file_is_filled() {
    let (fixture, occurrences) = followed();
    let mut fixture = after(fixture, |file| truncate(file, 0));
    is_whole(&mut fixture, &occurrences, "empty");
}

#[test]
fn damage_that_is_met_only_in_use_costs_one_answer() {
    let (fixture, occurrences) = followed();
    let mut fixture = after(fixture, overwrite_rows);
    let refused = fixture.store.ingest(&[again()], &terms()).unwrap_err();
    assert!(matches!(refused, Error::Mended(_)), "it guesses nothing: {refused:?}");
    assert_eq!(refused.ailment(), Some(Ailment::Passing), "another try may succeed");
    fixture.store.attempt(now()).unwrap();
    is_whole(&mut fixture, &occurrences, "met by the gate");

    let (fixture, occurrences) = followed();
    let mut fixture = after(fixture, overwrite_rows);
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    assert!(follower.forget().is_err());
    while !follower.associate().unwrap().all {}
    is_whole(&mut fixture, &occurrences, "met by the follower");
}

#[test]
fn an_attempt_shows_that_the_gate_cannot_be_asked() {
    let (fixture, occurrences) = followed();
    let mut fixture = fixture.reopened_after(|dir| {
        lose_index(dir);
        fs::create_dir(dir.join(FILE)).unwrap();
    });
    let refused = fixture.store.attempt(now()).unwrap_err();
    assert_eq!(refused.ailment(), Some(Ailment::Passing), "{refused:?}");
    fs::remove_dir(fixture.dir.path().join(FILE)).unwrap();
    fixture.store.attempt(now()).unwrap();
    is_whole(&mut fixture, &occurrences, "after an attempt");
}

#[test]
fn a_bit_that_is_flipped_in_the_gate_stores_nothing_twice() {
    let (fixture, occurrences) = followed();
    let mut fixture = after(fixture, |file| {
        let index = Connection::open(file).unwrap();
        let sql = "SELECT entries FROM gate WHERE part = 1";
        let mut row: Vec<u8> = index.query_row(sql, [], |row| row.get(0)).unwrap();
        row[10] ^= 1;
        index.execute("UPDATE gate SET entries = ?1 WHERE part = 1", [row]).unwrap();
    });
    assert!(fixture.store.ingest(&[again()], &terms()).is_err());
    is_whole(&mut fixture, &occurrences, "a flipped bit");
}

#[test]
fn what_is_erased_is_not_in_a_file_that_was_set_aside() {
    let (fixture, _) = followed();
    let mut fixture = after(fixture, |file| execute(file, "PRAGMA user_version = 99"));
    assert_eq!(fixture.take(again()).len(), 300);
    let aside = fixture.dir.path().join("index.sqlite.damaged");
    assert!(aside.exists());
    fs::write(fixture.dir.path().join("index.sqlite.damaged-wal"), b"").unwrap();
    fixture.store.erase_event(device(1), "e7").unwrap();
    assert!(!aside.exists());
    assert!(!fixture.dir.path().join("index.sqlite.damaged-wal").exists());
}

#[test]
fn the_gate_that_is_made_anew_can_be_cut_short_and_goes_on_later() {
    let mut fixture = Fixture::new();
    fixture.take(again());
    fixture.store.cut_short().store(true, Ordering::Relaxed);
    assert!(matches!(fixture.store.shelve(), Err(Error::CutShort)));
    fixture.store.cut_short().store(false, Ordering::Relaxed);
    fixture.store.shelve().unwrap();
    assert!(fixture.take(again()).iter().all(|status| *status == ReceiptStatus::Duplicate));
}

#[test]
fn a_damaged_log_does_not_have_the_index_read_with_each_commit() {
    let (mut fixture, _) = followed();
    let log = Connection::open(fixture.dir.path().join(Store::FILE_NAME)).unwrap();
    let page: i64 = log
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'receipt_1'", [], |row| {
            row.get(0)
        })
        .unwrap();
    drop(log);
    let at = |number: i64| Batch { received_at: now().plus_ms(number), ..again() };
    fixture = fixture.reopened_after(|dir| {
        let file = dir.join(Store::FILE_NAME);
        let mut bytes = fs::read(&file).unwrap();
        let from = usize::try_from(page - 1).unwrap() * PAGE;
        bytes[from..from + 8].fill(0xa5);
        fs::write(&file, bytes).unwrap();
    });
    assert!(fixture.store.ingest(&[at(0)], &terms()).is_err());
    // Damage that only a whole reading finds: who reads again sets it aside.
    let index = fixture.dir.path().join(FILE);
    execute(&index, "UPDATE gate SET entries = zeroblob(9)");
    let aside = fixture.dir.path().join("index.sqlite.damaged");
    assert!(fixture.store.ingest(&[at(59_000)], &terms()).is_err());
    assert!(!aside.exists(), "it was sound a moment before");
    assert!(fixture.store.ingest(&[at(60_000)], &terms()).is_err());
    assert!(aside.exists());
}

#[test]
fn accounts_need_no_index() {
    let (fixture, occurrences) = followed();
    let mut fixture = after(fixture, |file| overwrite(file, 0));
    assert!(fixture.store.add_device(device(9), "PC", now()).unwrap().is_some());
    assert!(!fixture.dir.path().join("index.sqlite.damaged").exists(), "it is a server's to mend");
    is_whole(&mut fixture, &occurrences, "later");
}

#[test]
fn an_index_that_is_emptied_in_use_is_filled_again() {
    let (mut fixture, occurrences) = followed();
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    assert!(follower.associate().unwrap().all);
    execute(
        &fixture.dir.path().join(FILE),
        "DELETE FROM gate; DELETE FROM occurrence; DELETE FROM report;
         DELETE FROM game_match; DELETE FROM match_key; DELETE FROM match_state;
         DELETE FROM occurrence_alias; DELETE FROM change; DELETE FROM stream;
         UPDATE follow SET shelved_through = 0, associated_batch = 0, associated_through = 0",
    );
    assert!(!follower.associate().unwrap().all, "it begins anew");
    is_whole(&mut fixture, &occurrences, "emptied");
}

// Elsewhere a file in use cannot be taken away.
#[cfg(unix)]
#[test]
fn an_index_that_is_deleted_in_use_is_made_anew() {
    let (mut fixture, occurrences) = followed();
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    assert!(follower.associate().unwrap().all);
    lose_index(fixture.dir.path());
    let late = batch(device(2), vec![kill(device(2), "late", 1, 0)]);
    assert_eq!(fixture.take(late), [ReceiptStatus::Stored]);
    // What is in memory comes onto a shelf that has nothing of what was before.
    let leaving = fixture.store.send_to_shelf().unwrap();
    follower.shelve(&leaving).unwrap();
    fixture.store.arrived_on_shelf(&leaving);
    let statuses = fixture.take(again());
    assert!(statuses.iter().all(|status| *status == ReceiptStatus::Duplicate));
    while !follower.associate().unwrap().all {}
    fixture.store.look_again();
    let page = ingest_store::PageRequest { after: None, limit: 5_000 };
    let found = fixture.store.occurrences(ingest_store::Viewer::Reader, "cs2:1", &page);
    // It may be what another device told of already.
    let shown = found.unwrap().found().unwrap().occurrences;
    let witnesses = shown.iter().map(|one| one.witnesses.len()).sum::<usize>();
    assert_eq!(witnesses, occurrences.len() + 1);
}

#[test]
fn an_index_is_whole_again_when_it_follows_a_log_of_another_name() {
    let (fixture, occurrences) = followed();
    Store::open(fixture.dir.path(), StoreOptions::default()).unwrap().renew_id().unwrap();
    assert!(!fixture.store.is_index_whole().unwrap(), "it is of another log");
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    while !follower.associate().unwrap().all {}
    assert!(fixture.store.is_index_whole().unwrap(), "also for who has it open since before");
    let mut fixture = fixture.reopened();
    is_whole(&mut fixture, &occurrences, "renamed");
}

#[test]
fn an_index_is_whole_again_when_it_has_what_the_log_had_at_its_loss() {
    let fixture = Fixture::new();
    assert!(fixture.store.is_index_whole().unwrap(), "there is nothing to tell");
    let mut fixture = after(fixture, |_| ());
    let send = |fixture: &mut Fixture, from: u64| {
        let kills = (from..from + 700).map(|n| kill(device(1), &format!("e{n}"), n + 1, 0));
        fixture.take(batch(device(1), kills.collect()));
    };
    for number in 0..16 {
        send(&mut fixture, number * 700);
    }
    assert!(fixture.store.is_index_whole().unwrap(), "who is behind has lost nothing");
    let mut fixture = fixture.reopened_after(lose_index);
    assert!(!fixture.store.is_index_whole().unwrap(), "before anybody follows");
    let mut follower = Follower::open(fixture.dir.path(), StoreOptions::default()).unwrap();
    let mut steps = 0;
    while !fixture.store.is_index_whole().unwrap() {
        assert!(!follower.associate().unwrap().all, "it ends with the last of them");
        send(&mut fixture, 100_000 + steps * 700);
        steps += 1;
    }
    assert!((2..16).contains(&steps), "not what is sent meanwhile: {steps}");
    assert!(fixture.store.log_position().unwrap() > fixture.store.associated_through().unwrap());
}
