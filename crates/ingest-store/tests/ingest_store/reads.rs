//! What readers and devices are shown.

use ingest_store::{PageRequest, Viewer};
use serde_json::json;

use crate::support::{Fixture, batch, device, event, item, kill};

fn first_page(limit: u32) -> PageRequest {
    PageRequest { after: None, limit }
}

#[test]
fn two_devices_with_one_event_id_are_two_witnesses() {
    let mut fixture = Fixture::new();
    fixture.take(batch(device(1), vec![kill(device(1), "a", 1, 20)]));
    fixture.take(batch(device(2), vec![kill(device(2), "a", 1, 10), kill(device(2), "b", 2, 90)]));
    let occurrences = fixture.occurrences("cs2:1");
    assert_eq!(occurrences.len(), 2);
    assert_eq!(occurrences[0]["witnesses"].as_array().unwrap().len(), 2);
    assert_eq!(occurrences[0]["details"], json!({"weapon": "ak47"}));
    let of = fixture.store.match_view(Viewer::Reader, "cs2:1").unwrap().found().unwrap();
    assert_eq!((of.devices, of.occurrences, of.revision), (2, 2, 3));
    assert_eq!(of.started_at.unwrap(), crate::support::now().plus_ms(10));
}

#[test]
fn pages_follow_each_other_without_loss_or_repetition() {
    let mut fixture = Fixture::new();
    let kills: Vec<_> = (0..25u64)
        .map(|number| {
            // Several of the same time: the order must still be total.
            kill(device(1), &number.to_string(), number + 1, i64::try_from(number / 4).unwrap())
        })
        .collect();
    fixture.take(batch(device(1), kills));
    fixture.store.catch_up().unwrap();
    let mut page = first_page(7);
    let mut seen = Vec::new();
    loop {
        let found =
            fixture.store.occurrences(Viewer::Reader, "cs2:1", &page).unwrap().found().unwrap();
        seen.extend(found.occurrences);
        let Some(next) = found.next else { break };
        page.after = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by_key(|occurrence| occurrence.at));
}

#[test]
fn matches_are_paged_newest_first() {
    let mut fixture = Fixture::new();
    for number in 0..5u64 {
        let subject = format!("race:{number}");
        let at = i64::try_from(number).unwrap();
        let lap = item(device(1), "com.example.lap", &subject, Some(&subject), 1, at, &json!(1));
        fixture.take(batch(device(1), vec![lap]));
    }
    fixture.store.catch_up().unwrap();
    let first = fixture.store.matches(Viewer::Reader, &first_page(3)).unwrap();
    let keys = |matches: &[ingest_api::MatchView]| -> Vec<String> {
        matches.iter().map(|one| one.key.clone()).collect()
    };
    assert_eq!(keys(&first.matches), ["race:4", "race:3", "race:2"]);
    let rest = PageRequest { after: first.next, limit: 3 };
    let second = fixture.store.matches(Viewer::Reader, &rest).unwrap();
    assert_eq!(keys(&second.matches), ["race:1", "race:0"]);
    assert_eq!(second.next, None);
}

#[test]
fn a_foreign_type_is_readable_under_its_subject_and_shared_with_nobody() {
    let mut fixture = Fixture::new();
    for number in [1, 2] {
        let lap = |id| {
            let data = json!({"seconds": 71});
            item(device(number), "com.example.lap", id, Some("race:1"), 1, 0, &data)
        };
        fixture.take(batch(device(number), vec![lap("a")]));
    }
    let laps = fixture.occurrences("race:1");
    assert_eq!(laps.len(), 2);
    assert_eq!(laps[0]["kind"], "com.example.lap");
    assert_eq!(laps[0]["details"], json!({"seconds": 71}));
}

#[test]
fn evidence_of_a_session_is_no_occurrence() {
    let mut fixture = Fixture::new();
    let evidence = event(device(1), "ringside.session_evidence.v1", "a", 1, 0);
    fixture.take(batch(device(1), vec![evidence]));
    assert!(fixture.occurrences("cs2:1").is_empty());
    assert!(fixture.store.match_view(Viewer::Reader, "cs2:1").unwrap().found().is_some());
}

#[test]
fn association_that_is_behind_catches_up() {
    let mut fixture = Fixture::new();
    let lap = |n: u64| {
        item(device(1), "com.example.lap", &n.to_string(), Some("race:1"), n, 0, &json!(n))
    };
    fixture.take(batch(device(1), (1..=3_000).map(lap).collect()));
    fixture.store.catch_up().unwrap();
    let of = fixture.store.match_view(Viewer::Reader, "race:1").unwrap().found().unwrap();
    assert_eq!(of.occurrences, 3_000);
}

#[test]
fn a_page_of_long_details_is_short_and_the_rest_is_behind_it() {
    const LAPS: u64 = 120;
    let mut fixture = Fixture::new();
    let laps = (0..LAPS).map(|nth| {
        let lap = json!({"lap": nth, "details": "x".repeat(60_000)});
        let at = i64::try_from(nth).unwrap();
        item(device(1), "com.example.lap", &nth.to_string(), Some("cs2:1"), nth + 1, at, &lap)
    });
    fixture.take(batch(device(1), laps.collect()));
    fixture.store.catch_up().unwrap();
    let (mut page, mut laps, mut pages) = (first_page(1_000), Vec::new(), 0);
    loop {
        let found = fixture.store.occurrences(Viewer::Reader, "cs2:1", &page).unwrap();
        let found = found.found().unwrap();
        assert!(found.occurrences.len() < 40, "{} of 60 kB each", found.occurrences.len());
        laps.extend(found.occurrences.iter().map(|one| one.details["lap"].as_u64().unwrap()));
        pages += 1;
        let Some(next) = found.next else { break };
        page.after = Some(next);
    }
    assert!(laps.iter().copied().eq(0..LAPS), "{laps:?}");
    assert_eq!(pages, 4);
}
