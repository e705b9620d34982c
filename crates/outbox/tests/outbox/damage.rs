//! Bytes that are not those that were written are never sent.

use std::collections::BTreeMap;

use delivery::QuarantineReason;
use event_model::EventId;
use outbox::{Claimed, EntryState, Filter};
use rusqlite::Connection;

use crate::damage_worlds::unnumbered;
use crate::support::{Folder, append, at, claim, conclude, id, ids, stored, stream};

fn tamper(folder: &Folder, sql: &str) {
    let db = Connection::open(&folder.path).expect("the file is a database");
    db.execute_batch(sql).expect("the statement is right");
}

#[test]
fn a_row_whose_checksum_does_not_fit_is_quarantined() {
    for damage in [
        "UPDATE event SET body = replace(body, 'Ana', 'Bob') WHERE sequence = 2",
        "UPDATE event SET body = '' WHERE sequence = 2",
        "UPDATE event SET event_id = x'00000000000000000000000000000063' WHERE sequence = 2",
        "UPDATE event SET origin = 'replay' WHERE sequence = 2",
        "UPDATE event SET origin = 'dream' WHERE sequence = 2",
        "UPDATE event SET checksum = checksum + 1 WHERE sequence = 2",
        "UPDATE event SET checksum = -1 WHERE sequence = 2",
        "UPDATE event SET event_id = x'00' WHERE sequence = 2",
        "UPDATE event SET body = cast(x'ff' AS TEXT) WHERE sequence = 2",
    ] {
        let folder = Folder::new();
        let mut outbox = folder.open();
        append(&mut outbox, "a", 0..3);
        tamper(&folder, damage);
        assert_eq!(ids(&claim(&mut outbox, 10)), [id(0), id(2)], "{damage}");
        let status = outbox.status(at(0)).unwrap();
        assert_eq!((status.quarantined, status.in_flight), (1, 2), "{damage}");
    }
}

#[test]
fn a_damaged_row_takes_no_place_of_those_beside_it() {
    let damaged = [[1, 1], [1, 2], [2, 3], [3, 3], [1, 3]];
    let matches = [["a", "a", "a"], ["a", "b", "a"], ["a", "b", "b"]];
    for (damaged, of) in damaged.iter().flat_map(|rows| matches.map(|of| (rows, of))) {
        let folder = Folder::new();
        let mut outbox = folder.open();
        (1..).zip(of).for_each(|(n, of)| drop(append(&mut outbox, of, n..n + 1)));
        drop(outbox);
        let mut outbox = folder.open();
        let [one, other] = damaged;
        let damage = format!("UPDATE event SET body = '' WHERE sequence IN ({one}, {other})");
        tamper(&folder, &damage);
        let claimed = ids(&claim(&mut outbox, 10));
        let whole = (1..4).filter(|n| !damaged.contains(n)).map(id);
        assert_eq!(claimed, whole.collect::<Vec<_>>(), "{damaged:?} of {of:?}");
        assert_eq!(outbox.salvaged(), None, "{damaged:?} of {of:?}");
    }
}

#[test]
fn a_row_under_anothers_sequence_is_quarantined() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    tamper(
        &folder,
        "CREATE TEMP TABLE two AS SELECT * FROM event WHERE sequence = 2;
         UPDATE event SET body = (SELECT body FROM two), checksum = (SELECT checksum FROM two),
             event_id = (SELECT event_id FROM two)
         WHERE sequence = 1;",
    );
    let claimed = claim(&mut outbox, 10);
    let claimed: Vec<_> = claimed.iter().map(|event| (event.event_id, event.sequence)).collect();
    assert_eq!(claimed, [(id(1), 2)]);
    let shown = outbox.view().list(Filter::In(EntryState::Quarantined), 10).unwrap();
    assert_eq!(shown[0].reason, Some(QuarantineReason::Damaged));
}

#[test]
fn a_damaged_state_starts_a_new_session() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    tamper(&folder, "UPDATE stream SET state = x'00'");
    assert_eq!(outbox.state(&stream()).unwrap(), None);
}

/// Writes over some bytes of the file itself.
fn overwrite(folder: &Folder, from: usize, bytes: usize) {
    let mut file = std::fs::read(&folder.path).expect("the file can be read");
    let end = (from + bytes).min(file.len());
    file[from.min(end)..end].fill(0xa5);
    std::fs::write(&folder.path, file).expect("the file can be written");
}

#[test]
fn a_file_that_is_no_database_is_set_aside() {
    let folder = Folder::new();
    let old = folder.open().id();
    overwrite(&folder, 0, 100);
    let bytes = std::fs::read(&folder.path).unwrap();
    let outbox = folder.open();
    let salvaged = outbox.salvaged().expect("the file was damaged");
    assert_eq!(std::fs::read(&salvaged.set_aside).unwrap(), bytes, "byte for byte as it was");
    assert_ne!(outbox.id(), old, "its sequences begin anew, so under another id");
    drop(outbox);
    assert_eq!(folder.open().salvaged(), None, "once is enough");
}

#[test]
fn every_intact_row_of_a_damaged_file_goes_on() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..400);
    let settled = claim(&mut outbox, 10);
    conclude(&mut outbox, &settled, &stored(&settled));
    drop(outbox);
    // One leaf of the table in the middle of the file.
    let middle = std::fs::metadata(&folder.path).unwrap().len() as usize / 2 / 4096 * 4096;
    overwrite(&folder, middle, 4096);

    let mut outbox = folder.open();
    let salvaged = outbox.salvaged().expect("the file was damaged").clone();
    assert!(salvaged.events >= 370, "{salvaged:?}");
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
    let entries = outbox.view().list(Filter::All, 1_000).unwrap();
    let sequences: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
    assert!(sequences.iter().copied().eq(1..=sequences.len() as u64), "gap-free anew");
    assert_eq!(append(&mut outbox, "a", 0..10).already_known, 10, "the settled are known");
    for event in claim(&mut outbox, 1_000) {
        let sent: serde_json::Value = serde_json::from_str(&event.body).unwrap();
        assert_eq!(sent["sequence"], event.sequence.to_string());
        assert_eq!(sent["id"], event.event_id.to_string());
    }
}

#[test]
fn what_went_out_lately_is_sent_once_more_after_a_salvage() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..30);
    let sent = claim(&mut outbox, 10);
    conclude(&mut outbox, &sent, &stored(&sent));
    outbox.view_mut().delete(&[id(3), id(20)], at(0)).unwrap();
    drop(outbox);
    overwrite(&folder, 60, 1);

    let mut outbox = folder.open();
    assert_eq!(outbox.salvaged().map(|salvaged| salvaged.events), Some(20), "unsent, and a gap");
    let again = claim(&mut outbox, 100);
    let of_match = again.iter().filter(|event| !event.match_key.as_str().starts_with("outbox:"));
    let of_match: Vec<_> = of_match.map(|event| event.event_id).collect();
    let kept = (0..30).filter(|n| ![3, 20].contains(n)).map(id);
    assert_eq!(of_match, kept.collect::<Vec<_>>(), "what another database may lack is here");
    let sequences: Vec<u64> = again.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=29).collect::<Vec<_>>(), "and the server hears of every number");
    conclude(&mut outbox, &again, &stored(&again));
    assert_eq!(outbox.status(at(0)).unwrap().settled, 10 + 20, "each is counted once");
}

/// In the first page stands which rows are whose, in others which were sent.
#[test]
fn wherever_a_page_is_damaged_what_was_sent_is_counted_once() {
    for (sent, waiting) in [(13, 0), (8, 5), (60, 40)] {
        let sound = Folder::new();
        let mut outbox = sound.open();
        append(&mut outbox, "a", 0..sent + waiting);
        let before = claim(&mut outbox, sent as usize);
        conclude(&mut outbox, &before, &stored(&before));
        drop(outbox);
        let before = ids(&before);
        let pages = std::fs::metadata(&sound.path).unwrap().len() as usize / 4096;
        for page in 0..pages {
            let folder = Folder::new();
            std::fs::create_dir_all(folder.path.parent().unwrap()).unwrap();
            std::fs::copy(&sound.path, &folder.path).unwrap();
            overwrite(&folder, page * 4096, 4096);
            let mut outbox = folder.open();
            let rest = claim(&mut outbox, 200);
            conclude(&mut outbox, &rest, &stored(&rest));
            let fresh = ids(&rest).iter().filter(|id| !before.contains(id)).count() as u64;
            let settled = outbox.status(at(0)).unwrap().settled;
            assert_eq!(settled, u64::from(sent) + fresh, "page {page} of {sent} and {waiting}");
        }
    }
}

#[test]
fn wherever_a_page_is_damaged_the_outbox_opens_and_sends_nothing_wrong() {
    let sound = Folder::new();
    let mut outbox = sound.open();
    append(&mut outbox, "a", 0..60);
    let all = claim(&mut outbox, 100);
    let bodies: BTreeMap<EventId, String> =
        all.iter().map(|event| (event.event_id, written(event))).collect();
    drop(outbox);
    let pages = std::fs::metadata(&sound.path).unwrap().len() as usize / 4096;
    for page in 0..pages {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.path.parent().unwrap()).unwrap();
        std::fs::copy(&sound.path, &folder.path).unwrap();
        overwrite(&folder, page * 4096 + 200, 1_000);
        let mut outbox = folder.open();
        let salvaged = outbox.salvaged().is_some();
        for event in claim(&mut outbox, 100) {
            let news = event.match_key.as_str().starts_with("outbox:") && salvaged;
            let expected = bodies.get(&event.event_id) == Some(&written(&event));
            assert!(expected || news, "page {page}: {}", event.body);
        }
    }
}

/// What a salvage leaves as it was.
fn written(event: &Claimed) -> String {
    unnumbered(&event.body, event.sequence)
}
