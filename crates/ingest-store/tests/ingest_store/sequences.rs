//! `contiguous_sequence`: up to where the server knows what became of all.

use event_model::{GapReason, OutboxId, SequenceGap};
use ingest_api::{Receipt, ReceiptStatus};
use ingest_store::{Item, Verdict};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Fixture, batch, device, item, kill, outbox};

fn send(fixture: &mut Fixture, sequences: &[u64]) -> Option<u64> {
    let kills =
        sequences.iter().map(|sequence| kill(device(1), &sequence.to_string(), *sequence, 0));
    let kills = kills.collect();
    fixture.page(batch(device(1), kills)).contiguous_sequence
}

#[test]
fn it_stops_before_the_first_hole_and_jumps_once_it_is_filled() {
    let mut fixture = Fixture::new();
    assert_eq!(send(&mut fixture, &[]), Some(0));
    assert_eq!(send(&mut fixture, &[1, 2, 5]), Some(2));
    assert_eq!(send(&mut fixture, &[4]), Some(2));
    assert_eq!(send(&mut fixture, &[3]), Some(5));
}

#[test]
fn a_gap_counts_as_known() {
    let mut fixture = Fixture::new();
    send(&mut fixture, &[1, 10]);
    let gap = SequenceGap { outbox: outbox(), from: 2, to: 9, reason: GapReason::Pruned };
    let mut news =
        item(device(1), "ringside.sequence_gap.v1", "gap", Some("outbox:x"), 11, 0, &json!(gap));
    news.sound().gap = Some(Box::new(gap));
    assert_eq!(fixture.page(batch(device(1), vec![news])).contiguous_sequence, Some(11));
    assert!(fixture.occurrences("outbox:x").is_empty(), "a gap is nothing that happened");
}

#[test]
fn a_refused_event_is_known_too() {
    let mut fixture = Fixture::new();
    let receipt =
        Receipt { id: "x".into(), status: ReceiptStatus::Invalid, code: None, detail: None };
    let refused = Item { sequence: Some(1), verdict: Verdict::Refused(Box::new(receipt)) };
    let page = fixture.page(batch(device(1), vec![refused.into(), kill(device(1), "a", 2, 0)]));
    assert_eq!(page.contiguous_sequence, Some(2));
}

#[test]
fn each_outbox_counts_for_itself() {
    let mut fixture = Fixture::new();
    send(&mut fixture, &[1, 2, 3]);
    let mut from_a_new_file = batch(device(1), vec![kill(device(1), "1", 1, 0)]);
    from_a_new_file.outbox = Some(OutboxId(Uuid::nil()));
    assert_eq!(fixture.page(from_a_new_file).contiguous_sequence, Some(1));
}

#[test]
fn without_an_outbox_there_is_no_sequence() {
    let mut fixture = Fixture::new();
    let mut nameless = batch(device(1), vec![kill(device(1), "1", 1, 0)]);
    nameless.outbox = None;
    assert_eq!(fixture.page(nameless).contiguous_sequence, None);
}

#[test]
fn a_device_that_names_a_new_outbox_each_time_makes_no_table_without_end() {
    let mut fixture = Fixture::new();
    send(&mut fixture, &[1, 2, 3]);
    for number in 1..=200u64 {
        let mut from_another = batch(device(1), vec![kill(device(1), &format!("n{number}"), 1, 0)]);
        from_another.outbox = Some(OutboxId(Uuid::from_u128(u128::from(number) << 64)));
        assert_eq!(
            fixture.page(from_another).contiguous_sequence,
            Some(1),
            "it counts all the same"
        );
    }
    let gaps = (1..=100u64).map(|number| {
        let outbox = OutboxId(Uuid::from_u128(u128::from(number)));
        let gap = SequenceGap { outbox, from: 2, to: 9, reason: GapReason::Pruned };
        let id = format!("gap{number}");
        let mut news = item(
            device(1),
            "ringside.sequence_gap.v1",
            &id,
            Some("outbox:x"),
            number,
            0,
            &json!(gap),
        );
        news.sound().gap = Some(Box::new(gap));
        news
    });
    let page = fixture.page(batch(device(1), gaps.collect()));
    assert_eq!(page.contiguous_sequence, Some(100), "nor by what it says of others");
    let log = rusqlite::Connection::open(fixture.dir.path().join("ingest.sqlite")).unwrap();
    let outboxes: i64 = log.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap();
    assert!(outboxes <= 64, "{outboxes}");
}
