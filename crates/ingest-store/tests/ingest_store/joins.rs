//! Sessions that turn out to be one match: one record, and every key and id of
//! before leads there.

use event_model::{DeviceId, WallTime};
use ingest_store::{
    Decided, Decision, FeedStart, Looked, OccurrenceLooked, PageRequest, SealReason, Viewer,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Fixture, Sent, batch, device, item, lose_index, now};

const KEYS: [&str; 2] = ["valorant:session-a", "valorant:session-b"];

/// The `nth` thing that happens, as a device tells of it under a key.
fn told(from: DeviceId, key: &str, kind: &str, nth: u64, ms: i64) -> Sent {
    let data = json!({
        "game": "valorant", "match": {"key": key, "origin": "session"},
        "observer": format!("player of {key}"),
        "actors": {"attacker": format!("a{}", nth % 4), "victim": format!("v{nth}"), "assists": []},
        "round": 1, "ordinal": null, "identity": "native", "match_clock_ms": null,
        "observed": {"epoch": Uuid::from_u128(from.0.as_u128()), "mono_ms": ms + 1_000_000},
        "details": {},
    });
    item(from, &format!("ringside.{kind}.v1"), &format!("{key} {nth}"), Some(key), nth, ms, &data)
}

/// Kills that two devices saw under a key each, `apart` from another.
fn sent(fixture: &mut Fixture, number: u128, shift: u64, until: u64) {
    let (from, key) = (device(number), KEYS[usize::try_from(number - 1).unwrap()]);
    let kills = (1..=until)
        .map(|nth| told(from, key, "kill", nth + shift, i64::try_from(nth).unwrap() * 20_000));
    fixture.take(batch(from, kills.collect()));
    let end = told(from, key, "match_ended", until + shift + 1, 900_000);
    fixture.take(batch(from, vec![end]));
}

fn ids(fixture: &mut Fixture, key: &str) -> Vec<Uuid> {
    let id = |one: &Value| one["id"].as_str().unwrap().parse().unwrap();
    fixture.occurrences(key).iter().map(id).collect()
}

fn moved_to(fixture: &Fixture, key: &str) -> Option<String> {
    match fixture.store.match_view(Viewer::Reader, key).unwrap() {
        Looked::Moved(to) => Some(to),
        Looked::Found(_) | Looked::Unknown => None,
    }
}

#[test]
fn two_sessions_with_the_same_run_of_events_are_one_match() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    let first = ids(&mut fixture, KEYS[0]);
    let (from, key) = (device(2), KEYS[1]);
    fixture.take(batch(from, vec![told(from, key, "kill", 1, 20_300)]));
    let second = ids(&mut fixture, key);
    assert_eq!((first.len(), second.len()), (9, 1), "nobody knows yet");
    sent(&mut fixture, 2, 0, 8);
    for _ in 0..2 {
        let occurrences = fixture.occurrences(KEYS[0]);
        assert_eq!(occurrences.len(), 9);
        let witnesses = |one: &Value| one["witnesses"].as_array().unwrap().len();
        assert_eq!(occurrences.iter().map(witnesses).collect::<Vec<_>>(), [2; 9]);
        assert_eq!(moved_to(&fixture, KEYS[1]).as_deref(), Some(KEYS[0]));
        let now = ids(&mut fixture, KEYS[0]);
        assert_eq!(now, first, "what was there keeps its name");
        let found = fixture.store.occurrence(Viewer::Reader, KEYS[0], second[0]).unwrap();
        let OccurrenceLooked::Moved { key, id } = found else { panic!("{found:?}") };
        assert_eq!((key.as_str(), id), (KEYS[0], now[0]), "it leads to the same kill");
        // The same once more, in an index that is made anew.
        fixture = fixture.reopened_after(lose_index);
    }
    fixture.store.catch_up().unwrap();
    let page = PageRequest { after: None, limit: 9 };
    assert_eq!(fixture.store.matches(Viewer::Reader, &page).unwrap().matches.len(), 1);
}

#[test]
fn who_listens_to_the_key_that_goes_is_told_where() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    sent(&mut fixture, 2, 0, 8);
    fixture.store.catch_up().unwrap();
    let beginning = FeedStart::Beginning;
    let page = fixture.store.feed(Viewer::Reader, KEYS[1], beginning, 1_000).unwrap();
    match page {
        Looked::Found(page) => panic!("{page:?}"),
        Looked::Moved(to) => assert_eq!(to, KEYS[0]),
        Looked::Unknown => panic!("it was there"),
    }
}

#[test]
fn what_is_of_a_type_of_somebody_elses_is_new_in_the_match_that_it_comes_to() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    let (from, key) = (device(2), KEYS[1]);
    let lap = json!({"lap": 7});
    let lap = item(from, "com.example.lap", "lap", Some(key), 99, 5_000, &lap);
    fixture.take(batch(from, vec![lap]));
    fixture.store.catch_up().unwrap();
    let before = fixture.store.match_view(Viewer::Reader, KEYS[0]).unwrap().found().unwrap();
    let start = FeedStart::After { generation: None, revision: before.revision };
    sent(&mut fixture, 2, 0, 8);
    let listed = fixture.occurrences(KEYS[0]);
    assert_eq!(listed.iter().filter(|one| one["kind"] == "com.example.lap").count(), 1);
    let page = fixture.store.feed(Viewer::Reader, KEYS[0], start, 1_000).unwrap().found().unwrap();
    let told: Vec<Value> = page.events.iter().map(|event| json!(event)).collect();
    let laps = told.iter().filter(|one| one["occurrence"]["kind"] == "com.example.lap");
    let laps: Vec<&Value> = laps.collect();
    assert_eq!(laps.len(), 1, "{told:?}");
    assert_eq!(laps[0]["revision"], laps[0]["occurrence"]["revision"]);
}

#[test]
fn a_session_that_learns_its_id_comes_to_the_match_of_that_id_while_it_runs() {
    const NATIVE: &str = "valorant:native";
    let mut fixture = Fixture::new();
    // Whoever knows the id tells of nothing but a kill.
    fixture.take(batch(device(3), vec![told(device(3), NATIVE, "kill", 1, 20_000)]));
    let (from, key) = (device(1), KEYS[0]);
    fixture.take(batch(from, vec![told(from, key, "kill", 1, 20_300)]));
    fixture.store.catch_up().unwrap();
    assert_eq!(moved_to(&fixture, key), None, "nobody knows yet");
    fixture.take(batch(from, vec![saying(from, key, 2, &json!({"match_id": NATIVE}))]));
    fixture.store.catch_up().unwrap();
    assert_eq!(moved_to(&fixture, key).as_deref(), Some(NATIVE));
}

#[test]
fn other_kills_are_another_match() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    sent(&mut fixture, 2, 100, 8);
    fixture.store.catch_up().unwrap();
    assert_eq!(KEYS.map(|key| ids(&mut fixture, key).len()), [9, 9]);
}

#[test]
fn two_sealed_matches_stay_two_and_a_sealed_one_takes_the_other_in_as_late() {
    let mut both = Fixture::new();
    sent(&mut both, 1, 0, 8);
    both.seal(KEYS[0]);
    sent(&mut both, 2, 0, 4);
    let occurrences = both.occurrences(KEYS[0]);
    assert_eq!(occurrences.len(), 9, "nothing that was sealed moved");
    assert!(occurrences.iter().all(|one| one["late"] == false));
    let witnesses = |one: &Value| one["witnesses"].as_array().unwrap().len();
    assert_eq!(occurrences.iter().map(witnesses).max(), Some(2));
    assert_eq!(moved_to(&both, KEYS[1]).as_deref(), Some(KEYS[0]));
}

fn flags(fixture: &Fixture, key: &str) -> Vec<String> {
    let found = fixture.store.match_view(Viewer::Reader, key).unwrap().found();
    found.and_then(|found| found.flags).unwrap_or_default()
}

#[test]
fn what_is_odd_about_a_match_is_said_of_it_as_long_as_it_is_there() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    fixture.store.catch_up().unwrap();
    assert_eq!(flags(&fixture, KEYS[0]), [""; 0]);
    let (from, key) = (device(1), KEYS[0]);
    let mut absurd = told(from, key, "kill", 30, 40_000);
    absurd.sound().corrected.at = WallTime::from_unix_ms(0);
    fixture.take(batch(from, vec![absurd]));
    // Its number is less than that of the one before.
    fixture.take(batch(from, vec![told(from, key, "kill", 20, 400_000)]));
    // Its word counts since it tells of the match.
    fixture.take(batch(device(2), vec![told(device(2), KEYS[1], "kill", 31, 20_000)]));
    let mut evidence = |number: u128, nth: u64, others: [&str; 5]| {
        let (from, key) = (device(number), KEYS[usize::try_from(number - 1).unwrap()]);
        let own = format!("player of {key}");
        let roster: Vec<&str> = others.into_iter().chain([&*own]).collect();
        let details = json!({"roster": roster, "match_id": "the same"});
        fixture.take(batch(from, vec![saying(from, key, nth, &details)]));
        fixture.store.catch_up().unwrap();
    };
    evidence(1, 40, ["a", "b", "c", "d", "e"]);
    evidence(2, 41, ["u", "v", "w", "x", "y"]);
    for _ in 0..2 {
        fixture.store.catch_up().unwrap();
        assert_eq!(flags(&fixture, KEYS[0]), ["absurd_times", "sequence_went_back"]);
        assert_eq!(flags(&fixture, KEYS[1]), ["join_against_roster"]);
        fixture = fixture.reopened_after(lose_index);
    }
}

/// What a source says of its session.
fn saying(from: DeviceId, key: &str, nth: u64, details: &Value) -> Sent {
    let data = json!({
        "game": "valorant", "match": {"key": key, "origin": "session"},
        "observer": format!("player of {key}"),
        "actors": {"attacker": null, "victim": null, "assists": []}, "round": null,
        "ordinal": null, "identity": "native", "match_clock_ms": null,
        "observed": {"epoch": Uuid::from_u128(from.0.as_u128()), "mono_ms": 1_020_000},
        "details": details,
    });
    let kind = "ringside.session_evidence.v1";
    item(from, kind, &format!("{key} {nth}"), Some(key), nth, 20_000, &data)
}

#[test]
fn a_key_that_was_joined_begins_another_match_when_all_of_both_is_erased() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    sent(&mut fixture, 2, 0, 8);
    fixture.store.catch_up().unwrap();
    assert_eq!(moved_to(&fixture, KEYS[1]).as_deref(), Some(KEYS[0]));
    for number in 1..=2 {
        let erased = fixture.store.erase_device(device(number), 1_000).unwrap();
        assert_eq!((erased.erased, erased.remaining), (9, 0));
    }
    for key in KEYS {
        assert_eq!(fixture.store.match_view(Viewer::Reader, key).unwrap(), Looked::Unknown);
    }
    let (from, key) = (device(2), KEYS[1]);
    fixture.take(batch(from, vec![told(from, key, "kill", 50, 20_300)]));
    assert_eq!((ids(&mut fixture, KEYS[0]).len(), ids(&mut fixture, key).len()), (0, 1));
}

#[test]
fn a_seal_stays_when_all_is_erased_that_was_told_under_the_key_it_was_made_by() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    sent(&mut fixture, 2, 0, 8);
    fixture.seal(KEYS[0]);
    let erased = fixture.store.erase_device(device(1), 1_000).unwrap();
    assert_eq!((erased.erased, erased.remaining), (9, 0));
    let key = |fixture: &Fixture| moved_to(fixture, KEYS[1]).unwrap_or(KEYS[1].to_owned());
    let sealed = |fixture: &mut Fixture| {
        fixture.store.catch_up().unwrap();
        let found = fixture.store.match_view(Viewer::Reader, &key(fixture)).unwrap().found();
        (found.unwrap().sealed, fixture.occurrences(&key(fixture)).len())
    };
    assert_eq!(sealed(&mut fixture), (true, 9));
    let mut fixture = fixture.reopened_after(lose_index);
    assert_eq!(sealed(&mut fixture), (true, 9), "made anew");
}

#[test]
fn what_came_late_to_a_sealed_match_stays_late_when_something_is_erased() {
    let mut fixture = Fixture::new();
    let (from, key) = (device(2), KEYS[1]);
    fixture.take(batch(from, vec![told(from, key, "kill", 1, 20_300)]));
    sent(&mut fixture, 1, 0, 8);
    fixture.seal(KEYS[0]);
    assert_eq!(moved_to(&fixture, key), None, "nobody knows yet");
    sent(&mut fixture, 2, 0, 8);
    fixture.store.catch_up().unwrap();
    assert_eq!(moved_to(&fixture, key).as_deref(), Some(KEYS[0]));
    let late = |fixture: &Fixture| {
        let found = fixture.store.match_view(Viewer::Reader, KEYS[0]).unwrap().found().unwrap();
        (found.sealed, found.late)
    };
    let before = late(&fixture);
    assert!(before.0 && before.1 > 0, "{before:?}");
    fixture.store.erase_match(device(1), KEYS[0], 1).unwrap();
    fixture.store.catch_up().unwrap();
    assert_eq!(late(&fixture), before);
}

#[test]
fn a_match_of_several_keys_is_sealed_and_reopened_once() {
    let mut fixture = Fixture::new();
    sent(&mut fixture, 1, 0, 8);
    sent(&mut fixture, 2, 0, 8);
    fixture.store.catch_up().unwrap();
    let decide = |fixture: &mut Fixture, decision, at| {
        let reason = SealReason::Operator;
        fixture.store.decide(KEYS[0], decision, reason, at).unwrap();
        fixture.store.decide(KEYS[0], decision, reason, at.plus_ms(1)).unwrap()
    };
    let of = |fixture: &mut Fixture| {
        fixture.store.catch_up().unwrap();
        fixture.store.match_view(Viewer::Reader, KEYS[0]).unwrap().found().unwrap()
    };
    let before = of(&mut fixture);
    assert_eq!(decide(&mut fixture, Decision::Sealed, now()), Decided::AlreadySo);
    let sealed = of(&mut fixture);
    // Which of two equal accounts comes first is of the database's own key, and what is
    // put in order for the seal is told: so many revisions, and the seal's own.
    assert!(sealed.sealed && sealed.revision > before.revision);
    assert_eq!(decide(&mut fixture, Decision::Reopened, now()), Decided::AlreadySo);
    let open = of(&mut fixture);
    assert_eq!((open.sealed, open.revision), (false, sealed.revision + 1));
}

/// The same as somebody else's word.
fn by(whom: &str, mut sent: Sent) -> Sent {
    sent.json = sent.json.replace("player of", whom);
    sent
}

/// Matches whose ids are the game's own, a night apart.
const NATIVE: [&str; 2] = ["valorant:1", "valorant:2"];
const NIGHT_MS: i64 = 5 * 60 * 60 * 1_000;

fn native_matches(fixture: &mut Fixture) {
    for number in 4..=5 {
        fixture.store.add_device(device(number), "PC", now()).unwrap().unwrap();
    }
    for (number, key, from_ms) in [(1, NATIVE[0], 0), (2, NATIVE[1], NIGHT_MS)] {
        let from = device(number);
        let kills = (1..=8_u32)
            .map(|nth| told(from, key, "kill", u64::from(nth), from_ms + i64::from(nth) * 20_000));
        fixture.take(batch(from, kills.collect()));
        fixture.take(batch(from, vec![told(from, key, "match_ended", 9, from_ms + 900_000)]));
    }
    fixture.store.catch_up().unwrap();
}

fn two_stay(fixture: &mut Fixture) {
    fixture.store.catch_up().unwrap();
    assert_eq!(NATIVE.map(|key| moved_to(fixture, key)), [None, None]);
    assert_eq!(NATIVE.map(|key| ids(fixture, key).len() >= 8), [true; 2]);
}

#[test]
fn nobodys_word_makes_one_of_two_matches_that_have_ids_of_the_games() {
    let mut fixture = Fixture::new();
    native_matches(&mut fixture);
    let says = |key: &str, id: &str, nth| {
        let from = if nth > 50 { device(4) } else { device(1) };
        let word = saying(from, key, nth, &json!({"match_id": id}));
        (from, if nth > 50 { by("stranger to", word) } else { word })
    };
    for (from, word) in [
        says(NATIVE[0], NATIVE[1], 60),
        says(NATIVE[1], NATIVE[0], 61),
        says(NATIVE[0], NATIVE[1], 20),
        says(NATIVE[1], "1", 21),
    ] {
        fixture.take(batch(from, vec![word]));
        two_stay(&mut fixture);
    }
    two_stay(&mut fixture.reopened_after(lose_index));
}

/// The session is of the first match when others who were in it call it the
/// second, from which that first one is too far away to be looked at.
#[test]
fn a_session_of_one_match_does_not_tie_it_to_another_one() {
    let mut fixture = Fixture::new();
    native_matches(&mut fixture);
    let key = "valorant:session-c";
    let says = |fixture: &mut Fixture, number: u128, whom: &str, id: &str| {
        let from = device(number);
        let seen = by(whom, told(from, key, "kill", 1, 20_000));
        let word = by(whom, saying(from, key, 2, &json!({"match_id": id})));
        fixture.take(batch(from, vec![seen, word]));
        fixture.store.catch_up().unwrap();
    };
    says(&mut fixture, 3, "player of", "1");
    assert_eq!(moved_to(&fixture, key).as_deref(), Some(NATIVE[0]));
    says(&mut fixture, 4, "friend of", "2");
    says(&mut fixture, 5, "guest of", "2");
    let looks = told(device(2), NATIVE[1], "match_ended", 30, NIGHT_MS + 910_000);
    fixture.take(batch(device(2), vec![looks]));
    two_stay(&mut fixture);
    assert_eq!(flags(&fixture, NATIVE[1]), ["join_refused"]);
}
