//! Damage of files that are too large to be checked whole at the start.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use delivery::QuarantineReason;
use event_model::{CloudEvent, EventId, Origin, SequenceGap};
use outbox::{Append, EntryState, Filter, Outbox};
use rusqlite::Connection;

use crate::{
    damage_worlds::PAGE,
    damaging::{LARGE_BYTES, drain, enlarge, overwrite, seal, tamper},
    support::{DEVICE, Folder, append, at, claim, conclude, event, id, stored, stream},
};

/// Larger than what is salvaged before the outbox opens.
const LARGE: usize = 64 * 1024 * 1024;
const LARGE_BODY: usize = 32 * 1024;

fn large(folder: &Folder) -> u32 {
    let mut outbox = folder.open();
    let noise = "x".repeat(LARGE_BODY);
    let events = (LARGE / LARGE_BODY) as u32;
    for first in (0..events).step_by(256) {
        let events = (first..first + 256).map(|n| {
            let mut new = event("a", n, Origin::Live);
            new.event.data.details.insert("noise".to_owned(), noise.clone().into());
            new
        });
        let group =
            [Append { stream: stream(), state: b"state".to_vec(), events: events.collect() }];
        outbox.append(&group, at(0)).unwrap();
    }
    events
}

#[test]
fn a_large_file_with_a_damaged_state_is_set_aside_at_the_start() {
    let folder = Folder::new();
    large(&folder);
    let root = Connection::open(&folder.path).unwrap().query_row(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'stream'",
        [],
        |row| row.get::<_, u32>(0),
    );
    overwrite(&folder.path, u64::from(root.unwrap() - 1) * PAGE as u64, &[0xFF]);
    let outbox = folder.open();
    assert!(outbox.salvaged().is_some_and(|salvaged| salvaged.under_way));
    assert!(outbox.state(&stream()).is_ok(), "capture begins");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn a_large_damaged_file_is_salvaged_while_the_outbox_works() {
    let folder = Folder::new();
    let events = large(&folder);
    assert_eq!(folder.open().view_mut().delete(&[id(7)], at(0)).unwrap().deleted, 1);
    let bytes = std::fs::metadata(&folder.path).unwrap().len();
    assert!(bytes >= LARGE as u64, "{bytes}");
    // One page in the midst, and a version that nobody ever had.
    overwrite(&folder.path, bytes / 2 / PAGE as u64 * PAGE as u64, &[0; PAGE]);
    overwrite(&folder.path, 60, &[0x40]);

    let begun = Instant::now();
    let mut outbox = folder.open();
    let took = begun.elapsed();
    println!("{} MiB with a damaged page: open after {took:?}", bytes >> 20);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(outbox.salvaged().unwrap().under_way);
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
    append(&mut outbox, "b", 1_000_000..1_000_001);
    assert_eq!(append(&mut outbox, "a", 7..8).already_known, 1, "the deleted one stays away");
    // As far as a few steps go, and then it crashes.
    for _ in 0..20 {
        assert!(outbox.salvage_on(at(0)).unwrap());
    }
    drop(outbox);

    let mut outbox = Outbox::open(&folder.path, DEVICE, at(0)).unwrap();
    while outbox.salvage_on(at(0)).unwrap() {}
    let salvaged = outbox.salvaged().unwrap().clone();
    // A page is one event or a part of one; one more was deleted, which is told.
    assert_eq!((salvaged.events, salvaged.unreadable), (u64::from(events) - 1, 1));
    assert!(!salvaged.under_way);
    let (sent, gaps) = drain(&mut outbox);
    assert_eq!((sent.len() as u32, gaps.len()), (events - 1, 2));
    let sequences: Vec<u64> = sent.iter().chain(&gaps).map(|event| event.sequence).collect();
    let distinct: BTreeSet<u64> = sequences.iter().copied().collect();
    assert!(distinct.into_iter().eq(1..=sequences.len() as u64), "gap-free");
    drop(outbox);
    assert_eq!(folder.open().salvaged(), None);
}

/// A file with 40 events of two matches; of the first one 10 were sent.
fn enlarged_after(damage: &str, and_then: impl Fn(&Path)) -> Folder {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..20);
    let sent = claim(&mut outbox, 10);
    conclude(&mut outbox, &sent, &stored(&sent));
    append(&mut outbox, "b", 20..40);
    drop(outbox);
    tamper(&folder.path, damage);
    and_then(&folder.path);
    enlarge(&folder.path);
    folder
}

/// Everything that goes out, however often the outbox has to begin anew; and the
/// news of gaps.
fn sent_of(outbox: &mut Outbox) -> (BTreeSet<EventId>, Vec<SequenceGap>) {
    let (mut sent, mut gaps) = (BTreeSet::new(), Vec::new());
    loop {
        let (events, news) = drain(outbox);
        if events.is_empty() && news.is_empty() && !outbox.salvage_on(at(0)).unwrap() {
            return (sent, gaps);
        }
        sent.extend(events.into_iter().map(|event| event.event_id));
        gaps.extend(news.iter().map(|news| {
            let event = CloudEvent::parse(&serde_json::from_str(&news.body).unwrap()).unwrap();
            event.sequence_gap().unwrap()
        }));
    }
}

#[test]
fn a_large_file_that_is_whole_is_gone_on_with() {
    let folder = enlarged_after("", |_| ());
    let mut outbox = folder.open();
    assert_eq!(sent_of(&mut outbox), ((10..40).map(id).collect(), vec![]));
    assert_eq!(outbox.salvaged(), None);
}

#[test]
fn damage_in_the_bookkeeping_of_a_large_file_hides_no_event() {
    // Found by a law: what the checksum would find as well is sealed again.
    for damage in [
        "UPDATE counter SET value = 0 WHERE name = 'queued'",
        "UPDATE counter SET value = value - 1 WHERE name = 'queued'",
        "UPDATE counter SET value = 3 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = value << 4 WHERE name = 'settled_bytes'",
        "UPDATE counter SET value = value << 40 WHERE name = 'event_bytes'",
        "UPDATE match_key SET key = replace(key, 'a', 'c')",
        "UPDATE match_key SET id = id + 7",
        "UPDATE queue SET match_id = match_id + 1",
        "UPDATE queue SET match_id = 3 - match_id",
        "UPDATE queue SET last = last - 1",
        "UPDATE queue SET first = first + 1 WHERE first = 11",
        "DELETE FROM queue WHERE first = 11",
        "UPDATE settled SET last = last - 1",
        "UPDATE settled SET match_id = 2",
        "DELETE FROM settled",
        "UPDATE match_span SET last = last - 1",
        "DELETE FROM match_span",
    ] {
        hides_no_event(damage, seal);
    }
}

#[test]
fn a_sum_that_breaks_no_law_is_found_by_its_checksum() {
    for damage in [
        "UPDATE counter SET value = value + 65536 WHERE name = 'last_sequence'",
        "UPDATE counter SET value = value - 1 WHERE name = 'settled_bytes'",
        "UPDATE counter SET value = value - 1 WHERE name = 'event_bytes'",
        "UPDATE counter SET value = value + 1 WHERE name = 'check'",
        "DELETE FROM counter WHERE name = 'check'",
    ] {
        hides_no_event(damage, |_| ());
    }
}

fn hides_no_event(damage: &str, and_then: impl Fn(&Path)) {
    let folder = enlarged_after(damage, and_then);
    let mut outbox = folder.open();
    outbox.prune(at(0)).unwrap();
    let (sent, gaps) = sent_of(&mut outbox);
    assert!(outbox.salvaged().is_some(), "{damage}: it is found");
    assert!((10..40).all(|n| sent.contains(&id(n))), "{damage}: {sent:?}");
    assert_eq!(gaps, [], "{damage}: nothing is lost");
    let refused = outbox.view().list(Filter::In(EntryState::Quarantined), 100).unwrap();
    assert_eq!(refused, [], "{damage}");
    assert_eq!(append(&mut outbox, "a", 0..20).already_known, 20, "{damage}");
    drop(outbox);
    assert_eq!(folder.open().salvaged(), None, "{damage}: once is enough");
}

/// More than any law looks at: two matches that never end leave a span for each.
const MANY_SPANS: u64 = 800_000;
/// So often a start may take longer on a machine that is busy.
const STARTS: u32 = 3;

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn a_start_over_more_spans_than_are_looked_at_is_short() {
    let folder = Folder::new();
    drop(folder.open());
    tamper(
        &folder.path,
        &format!(
            "INSERT INTO match_key VALUES (1, 'a'), (2, 'b');
             CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1
                 FROM n LIMIT {MANY_SPANS}) SELECT i, 1 + i % 2 AS of FROM n;
             BEGIN;
             INSERT INTO settled SELECT i, i, of, 1 FROM n WHERE i <= {MANY_SPANS} / 2;
             INSERT INTO queue SELECT i, i, of, 0 FROM n WHERE i > {MANY_SPANS} / 2;
             INSERT INTO match_span SELECT of, i, i FROM n ORDER BY of, i;
             INSERT INTO counter VALUES ('queued', {MANY_SPANS} / 2),
                 ('last_sequence', {MANY_SPANS});
             COMMIT"
        ),
    );
    seal(&folder.path);
    let bytes = std::fs::metadata(&folder.path).unwrap().len();
    assert!(bytes < LARGE_BYTES, "{bytes}: nothing is cut off");
    enlarge(&folder.path);
    let starts = (0..STARTS).map(|_| {
        let begun = Instant::now();
        assert_eq!(folder.open().salvaged(), None);
        begun.elapsed()
    });
    let took = starts.min().unwrap();
    let begun = Instant::now();
    for table in ["queue", "settled", "match_span"] {
        tamper(&folder.path, &format!("PRAGMA integrity_check({table})"));
    }
    let checked = begun.elapsed();
    println!("open after {took:?}, where a check of the spans takes {checked:?}");
    // With the check in it, it takes longer than half as much again.
    assert!(took * 2 < checked * 3, "{took:?}, {checked:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn an_event_whose_row_is_gone_is_told_as_lost_once_nothing_else_waits() {
    let folder = enlarged_after("DELETE FROM event WHERE sequence IN (15, 16)", |_| ());
    let mut outbox = folder.open();
    let old = outbox.id();
    let (sent, gaps) = sent_of(&mut outbox);
    assert!((10..40).all(|n| [14, 15].contains(&n) || sent.contains(&id(n))), "{sent:?}");
    let told: Vec<_> = gaps.iter().map(|gap| (gap.outbox, gap.from, gap.to)).collect();
    assert_eq!(told, [(old, 15, 16)]);
    assert_eq!(outbox.status(at(0)).unwrap().pending, 0);
}

#[test]
fn what_a_damaged_match_had_quarantined_is_as_it_was_when_asked_for_again() {
    let reason = QuarantineReason::Damaged.as_str();
    let damage = format!(
        "DELETE FROM queue WHERE first = 21;
         UPDATE counter SET value = value - 20 WHERE name = 'queued';
         INSERT INTO quarantine SELECT sequence, '{reason}', NULL, 0 FROM event
             WHERE sequence > 20;
         UPDATE match_key SET key = replace(key, 'b', 'c')"
    );
    let folder = enlarged_after(&damage, seal);
    let mut outbox = folder.open();
    assert_eq!(outbox.view_mut().requeue(&outbox::Selection::All).unwrap(), 20);
    let (sent, _) = sent_of(&mut outbox);
    assert!((10..40).all(|n| sent.contains(&id(n))), "{sent:?}");
}
