//! What a device says it lost is not held against what others saw meanwhile.

use event_model::{GapReason, SequenceGap};
use serde_json::{Value, json};

use crate::support::{Fixture, Sent, batch, device, item, lose_index, outbox, seen};

const MATCH: &str = "valorant:1";

fn kill(number: u128, sequence: u64, at_ms: i64) -> Sent {
    seen(number, "kill", sequence, at_ms)
}

fn gap(number: u128, (from, to): (u64, u64), sequence: u64, at_ms: i64) -> Sent {
    let gap = SequenceGap { outbox: outbox(), from, to, reason: GapReason::Deleted };
    let (kind, subject) = ("ringside.sequence_gap.v1", gap.subject());
    let id = format!("{number} gap {from} {to}");
    let mut sent = item(device(number), kind, &id, Some(&subject), sequence, at_ms, &json!(gap));
    sent.sound().gap = Some(Box::new(gap));
    sent
}

/// Three kills, of which the second device tells the first and the last one as its
/// events 1 and 3.
fn one_missed() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(2), vec![kill(2, 1, 0)]));
    fixture.take(batch(device(1), vec![kill(1, 1, 0), kill(1, 2, 10_000), kill(1, 3, 20_000)]));
    fixture.take(batch(device(2), vec![kill(2, 3, 20_000)]));
    fixture
}

/// How many were expected to have seen the second kill, and how sure it is.
fn second(fixture: &mut Fixture) -> (Value, Value) {
    let kills = fixture.occurrences(MATCH);
    assert_eq!(kills.len(), 3, "{kills:?}");
    (kills[1]["expected"].clone(), kills[1]["confidence"].clone())
}

#[test]
fn a_kill_that_a_device_lost_is_as_sure_as_where_it_was_not_there() {
    let mut fixture = one_missed();
    let (expected, doubted) = second(&mut fixture);
    assert_eq!(expected, json!(2));
    fixture.take(batch(device(2), vec![gap(2, (2, 2), 4, 21_000)]));
    let (expected, sure) = second(&mut fixture);
    assert_eq!(expected, json!(1));
    assert!(sure.as_f64() > doubted.as_f64(), "{doubted} {sure}");
    let before = fixture.occurrences(MATCH);
    let mut anew = fixture.reopened_after(lose_index);
    assert_eq!(anew.occurrences(MATCH), before);
}

#[test]
fn a_gap_is_heard_before_what_is_behind_it_and_in_the_step_of_its_match() {
    let mut fixture = Fixture::new();
    let of_two = vec![kill(2, 1, 0), gap(2, (2, 2), 4, 11_000), kill(2, 3, 20_000)];
    fixture.take(batch(device(2), of_two));
    let all = [kill(1, 1, 0), kill(1, 2, 10_000), kill(1, 3, 20_000)];
    fixture.take(batch(device(1), all.into()));
    fixture.seal(MATCH);
    assert_eq!(second(&mut fixture).0, json!(1));
}

#[test]
fn what_comes_after_the_seal_lowers_nothing() {
    let mut fixture = one_missed();
    fixture.seal(MATCH);
    let before = fixture.occurrences(MATCH);
    fixture.take(batch(device(2), vec![gap(2, (2, 2), 4, 21_000)]));
    assert_eq!(fixture.occurrences(MATCH), before);
    let mut anew = fixture.reopened_after(lose_index);
    assert_eq!(anew.occurrences(MATCH), before);
}

#[test]
fn who_erases_its_gap_is_expected_again() {
    let mut fixture = one_missed();
    fixture.take(batch(device(2), vec![gap(2, (2, 2), 4, 21_000)]));
    assert_eq!(second(&mut fixture).0, json!(1));
    fixture.store.erase_event(device(2), "2 gap 2 2").unwrap();
    assert_eq!(second(&mut fixture).0, json!(2));
}

#[test]
fn who_erases_a_match_keeps_what_it_said_of_its_numbers() {
    let mut fixture = one_missed();
    fixture.take(batch(device(2), vec![gap(2, (2, 2), 4, 21_000)]));
    fixture.occurrences(MATCH);
    let erased = fixture.store.erase_match(device(2), MATCH, 1_000).unwrap();
    assert_eq!((erased.erased, erased.remaining), (2, 0), "the gap is of no match");
}
