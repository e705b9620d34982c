//! Bodies that are damaged, foreign or told twice, and clocks that leap.

use event_model::{ClockEpoch, CloudEvent, Game, Kind, Origin, OutboxId, SequenceGap, WallTime};
use match_story::{UnusedBodies, read, timeline};
use uuid::Uuid;

use crate::support::{Kept, cs2, id, key, story};

fn unused(bodies: &[Vec<u8>]) -> UnusedBodies {
    read(&key(&Game::cs2()), bodies.iter().map(Vec::as_slice)).unused
}

/// The body with one attribute changed.
fn changed(kept: &Kept, attribute: &str, value: serde_json::Value) -> Vec<u8> {
    let mut body: serde_json::Value = serde_json::from_slice(&kept.body()).expect("a body is JSON");
    body[attribute] = value;
    body.to_string().into_bytes()
}

#[test]
fn what_cannot_be_read_is_counted_and_the_rest_is_told() {
    let whole = cs2(1, 0, Kind::Kill).own_kill();
    let mut torn = whole.body();
    torn.truncate(200);
    let bodies = [
        torn,
        b"\xff\xfe".to_vec(),
        b"[]".to_vec(),
        changed(&whole, "id", "not a uuid".into()),
        changed(&whole, "time", serde_json::Value::Null),
        changed(&whole, "data", "nothing".into()),
        whole.body(),
    ];
    let reading = read(&key(&Game::cs2()), bodies.iter().map(Vec::as_slice));
    assert_eq!(reading.unused, UnusedBodies { unreadable: 6, ..UnusedBodies::default() });
    let ids: Vec<_> = reading.story.expect("one body is whole").event_ids().collect();
    assert_eq!(ids, [id(1)]);
}

#[test]
fn without_an_event_of_the_match_there_is_no_story() {
    assert_eq!(read(&key(&Game::cs2()), []).story, None);
    let other = Kept { ..crate::support::league(1, 0, Kind::Kill) };
    let reading = read(&key(&Game::cs2()), [other.body().as_slice()]);
    assert_eq!(reading.story, None);
    assert_eq!(reading.unused, UnusedBodies { elsewhere: 1, ..UnusedBodies::default() });
}

#[test]
fn a_kind_of_a_later_version_is_told_apart_from_damage() {
    let later = changed(&cs2(1, 0, Kind::Kill), "type", "ringside.headbutt.v1".into());
    assert_eq!(unused(&[later]), UnusedBodies { unknown_kind: 1, ..UnusedBodies::default() });
}

#[test]
fn a_gap_in_the_outbox_belongs_to_no_match() {
    let gap = SequenceGap {
        outbox: OutboxId(Uuid::nil()),
        from: 1,
        to: 2,
        reason: event_model::GapReason::Deleted,
    };
    let body = CloudEvent::from_gap(&gap, &cs2(1, 0, Kind::Kill).envelope).to_json();
    assert_eq!(
        unused(&[body.into_bytes()]),
        UnusedBodies { elsewhere: 1, ..UnusedBodies::default() }
    );
}

#[test]
fn an_event_that_was_replayed_too_is_told_as_it_was_seen_live() {
    let live = cs2(1, 60, Kind::Kill);
    let mut replayed = cs2(1, 5, Kind::Kill);
    replayed.envelope.origin = Origin::Replay;
    for bodies in [[live.body(), replayed.body()], [replayed.body(), live.body()]] {
        let reading = read(&key(&Game::cs2()), bodies.iter().map(Vec::as_slice));
        assert_eq!(reading.unused.repeated, 1);
        let summary = reading.story.expect("both are of the match").summary();
        assert_eq!((summary.events, summary.first_seen), (1, live.envelope.time));
    }
}

#[test]
fn a_step_of_the_wall_clock_moves_no_event() {
    let mut kept: Vec<_> = (1..=3).map(|n| cs2(n, 10 * n as i64, Kind::Kill)).collect();
    kept[1].envelope.time = kept[1].envelope.time.plus_ms(-3_600_000);
    let timeline = timeline(&story(&kept));
    let placed: Vec<_> =
        timeline.marks.iter().map(|mark| (mark.event_id, mark.elapsed_ms)).collect();
    assert_eq!(placed, [(id(1), 0), (id(2), 10_000), (id(3), 20_000)]);
}

#[test]
fn after_a_reboot_time_goes_on_where_the_wall_clock_stands() {
    let before = cs2(1, 0, Kind::Kill);
    let mut after = cs2(2, 90, Kind::Kill);
    after.envelope.observed.epoch = ClockEpoch(Uuid::from_u128(7));
    after.envelope.observed.mono_ms = 12;
    let marks = timeline(&story(&[after, before])).marks;
    assert_eq!((marks[1].event_id, marks[1].elapsed_ms), (id(2), 90_000));
}

#[test]
fn the_clock_of_a_run_is_laid_where_it_began() {
    let first = cs2(5, 0, Kind::Kill);
    let mut stepped = cs2(1, 60, Kind::Kill);
    stepped.envelope.time = stepped.envelope.time.plus_ms(3_600_000);
    let mut after_reboot = cs2(6, 90, Kind::Kill);
    after_reboot.envelope.observed.epoch = ClockEpoch(Uuid::from_u128(7));
    let marks = timeline(&story(&[stepped, after_reboot, first])).marks;
    let placed: Vec<_> = marks.iter().map(|mark| (mark.event_id, mark.elapsed_ms)).collect();
    assert_eq!(placed, [(id(5), 0), (id(1), 60_000), (id(6), 90_000)]);
}

#[test]
fn clocks_at_their_ends_are_drawn_like_any_other() {
    let mut early = cs2(1, 0, Kind::Kill);
    early.event.data.match_clock_ms = Some(i64::MIN);
    let mut late = cs2(2, 1, Kind::Kill);
    late.event.data.match_clock_ms = Some(i64::MAX);
    let mut broken = cs2(3, 2, Kind::Kill).round(u32::MAX);
    broken.envelope.observed.mono_ms = u64::MAX;
    broken.envelope.time = WallTime::from_unix_ms(i64::MIN);
    for mark in timeline(&story(&[early, late, broken])).marks {
        assert!((0.0..=1.0).contains(&mark.position), "{mark:?}");
    }
}
