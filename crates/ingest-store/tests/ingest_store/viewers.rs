//! Which device may see a match while it runs.

use association::TimeQuality;
use ingest_store::{Batch, PageRequest, Viewer};

use crate::support::{Fixture, Sent, batch, device, event, kill, now, seen};

fn sees(fixture: &mut Fixture, number: u128) -> bool {
    sees_match(fixture, number, "cs2:1")
}

fn sees_match(fixture: &mut Fixture, number: u128, key: &str) -> bool {
    fixture.store.catch_up().unwrap();
    let (viewer, page) = (Viewer::Device(device(number)), PageRequest { after: None, limit: 9 });
    let listed = fixture.store.matches(viewer, &page).unwrap().matches.len() == 1;
    let shown = fixture.store.occurrences(viewer, key, &page).unwrap().found().is_some();
    assert_eq!(listed, shown, "list and match agree");
    shown
}

fn tells(fixture: &mut Fixture, number: u128, received_ms: i64, sent: Vec<Sent>) {
    let batch = batch(device(number), sent);
    fixture.take(Batch { received_at: now().plus_ms(received_ms), ..batch });
}

fn kill_at(number: u128, at_ms: i64) -> Sent {
    kill(device(number), &format!("kill {at_ms}"), at_ms.unsigned_abs() + 1, at_ms)
}

fn ended_at(number: u128, at_ms: i64) -> Sent {
    let (id, sequence) = (format!("end {at_ms}"), at_ms.unsigned_abs() + 2);
    event(device(number), "ringside.match_ended.v1", &id, sequence, at_ms)
}

#[test]
fn a_device_sees_a_match_only_after_its_own_match_ended() {
    let mut fixture = Fixture::new();
    tells(&mut fixture, 1, 0, vec![kill_at(1, 0)]);
    tells(&mut fixture, 2, 0, vec![kill_at(2, 0), ended_at(2, 100)]);
    assert!(!sees(&mut fixture, 1), "the other's match_ended is not its own");
    assert!(sees(&mut fixture, 2));
    assert!(!sees(&mut fixture, 3), "no event of its own in it");
    tells(&mut fixture, 1, 0, vec![ended_at(1, 100)]);
    assert!(sees(&mut fixture, 1));
}

#[test]
fn the_end_of_a_recording_opens_nothing_before_the_seal() {
    let mut fixture = Fixture::new();
    tells(&mut fixture, 1, 0, vec![kill_at(1, 0)]);
    let mut end = ended_at(2, 100);
    end.json = end.json.replacen('{', "{\"origin\":\"replay\",", 1);
    tells(&mut fixture, 2, 0, vec![kill_at(2, 0), end]);
    assert!(!sees(&mut fixture, 2));
    fixture.seal("cs2:1");
    assert!(sees(&mut fixture, 2));
}

#[test]
fn who_tells_nothing_that_others_tell_too_sees_nothing_before_the_seal() {
    let mut fixture = Fixture::new();
    tells(&mut fixture, 1, 0, vec![kill_at(1, 0), kill_at(1, 30_000)]);
    tells(&mut fixture, 2, 31_000, vec![ended_at(2, 31_000)]);
    assert!(!sees(&mut fixture, 2), "anybody knows that a match ends");
    let guess = event(device(2), "ringside.match_started.v1", "start", 1, 0);
    tells(&mut fixture, 2, 31_000, vec![guess, kill_at(2, 15_000)]);
    assert!(!sees(&mut fixture, 2), "and nobody saw that kill");
    fixture.seal("cs2:1");
    assert!(sees(&mut fixture, 2));
}

#[test]
fn who_tells_of_a_match_alone_sees_it_at_its_end() {
    let mut fixture = Fixture::new();
    tells(&mut fixture, 1, 0, vec![kill_at(1, 0), kill_at(1, 30_000), ended_at(1, 31_000)]);
    assert!(sees(&mut fixture, 1));
}

#[test]
fn what_happens_after_an_end_takes_it_back_until_the_seal() {
    let mut fixture = Fixture::new();
    tells(&mut fixture, 1, 0, vec![kill_at(1, 0)]);
    // Its clock is wrong by a year: that it ended it cannot have told later than so.
    tells(&mut fixture, 2, 100, vec![kill_at(2, 0), ended_at(2, 31_536_000_000)]);
    assert!(sees(&mut fixture, 2));
    tells(&mut fixture, 1, 9_000, vec![kill_at(1, 9_000)]);
    assert!(sees(&mut fixture, 2), "clocks are seconds wrong");
    tells(&mut fixture, 1, 20_000, vec![kill_at(1, 20_000)]);
    assert!(!sees(&mut fixture, 2), "the others play on");
    tells(&mut fixture, 2, 25_000, vec![ended_at(2, 25_000)]);
    assert!(!sees(&mut fixture, 2), "and now that it tells it again");
    tells(&mut fixture, 1, 30_000, vec![ended_at(1, 30_000)]);
    assert!(sees(&mut fixture, 1), "of who plays to the end nothing is kept");
    fixture.seal("cs2:1");
    assert!(sees(&mut fixture, 2));
}

#[test]
fn who_erases_its_end_and_tells_it_anew_sees_no_more() {
    let mut fixture = Fixture::new();
    tells(&mut fixture, 1, 0, vec![kill_at(1, 0)]);
    tells(&mut fixture, 2, 100, vec![kill_at(2, 0), ended_at(2, 100)]);
    tells(&mut fixture, 1, 30_000, vec![kill_at(1, 30_000)]);
    assert!(!sees(&mut fixture, 2));
    fixture.store.erase_event(device(2), "end 100").unwrap();
    tells(&mut fixture, 2, 31_000, vec![ended_at(2, 31_000)]);
    assert!(!sees(&mut fixture, 2));
}

#[test]
fn a_late_kill_that_a_stranger_tells_keeps_nobody_from_what_they_played() {
    let mut fixture = Fixture::new();
    let half = |number, at_ms| {
        let kill = kill_at(number, at_ms);
        Sent { json: kill.json.replacen("\"Bo\"", "null", 1), ..kill }
    };
    for number in [1, 2] {
        tells(&mut fixture, number, 100, vec![kill_at(number, 0), ended_at(number, 100)]);
    }
    assert!(sees(&mut fixture, 1));
    tells(&mut fixture, 3, 60_000, vec![half(3, 60_000)]);
    assert!(sees(&mut fixture, 1) && sees(&mut fixture, 2));
    assert!(!sees(&mut fixture, 3));
}

/// What a device tells of a match to its end, on a wall clock that is so wrong.
fn played(number: u128, wrong_ms: i64) -> Vec<Sent> {
    let kills = (1..=40_u32).map(|kill| ("kill", i64::from(kill) * 7_000 + i64::from(kill * kill)));
    let all = kills.chain([("match_ended", 283_000)]);
    let told = (1..).zip(all).map(|(sequence, (kind, at_ms))| {
        let mut sent = seen(number, kind, sequence, at_ms + wrong_ms);
        if wrong_ms != 0 {
            sent.sound().corrected.quality = TimeQuality::Low;
        }
        sent
    });
    told.collect()
}

#[test]
fn who_has_a_slow_wall_clock_alone_reads_what_it_played_at_its_end() {
    for wrong_ms in [-15_000, -3_600_000] {
        let mut fixture = Fixture::new();
        tells(&mut fixture, 1, 283_500, played(1, 0));
        tells(&mut fixture, 2, 283_600, played(2, wrong_ms));
        assert!(sees_match(&mut fixture, 2, "valorant:1"), "slow by {wrong_ms} ms");
        tells(&mut fixture, 1, 300_000, vec![seen(1, "kill", 50, 300_000)]);
        assert!(!sees_match(&mut fixture, 2, "valorant:1"), "the others play on");
    }
}
