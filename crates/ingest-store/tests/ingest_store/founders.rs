//! An event that began an occurrence and is too much since: the id that was made of it
//! leads on, and nothing stops.

use association::OccurrenceId;
use event_model::Kind;
use ingest_store::{OccurrenceLooked, Viewer};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Fixture, Sent, batch, device, item, lose_index, now};

const KEY: &str = "valorant:1";
/// The last by what it counts: the first that gives way to others.
const LAST_CLOCK: u128 = u128::MAX;
/// As many as one stream may have.
const CLOCKS: u128 = 8;
const KILLS: i64 = 40;
/// How far some are behind: so much that no kill is taken for the one before.
const BEHIND_MS: i64 = 12_000;
const FOUNDER: &str = "first of 1";

fn kill(number: u128, id: &str, clock: u128, (nth, at): (i64, i64)) -> Sent {
    let data = json!({
        "game": "valorant", "match": {"key": KEY, "origin": "native"},
        "observer": format!("player{number}"),
        "actors": {"attacker": format!("a{}", nth % 5), "victim": format!("v{}", nth % 7),
                   "assists": []},
        "round": null, "ordinal": null, "identity": "native", "match_clock_ms": null,
        "observed": {"epoch": Uuid::from_u128(clock), "mono_ms": 1_000_000 + at},
        "details": {},
    });
    item(device(number), "ringside.kill.v1", id, Some(KEY), 1, at, &data)
}

/// At distances that tell by how much a clock is wrong.
fn at(nth: i64) -> i64 {
    nth * 20_000 + nth * nth * 137 % 9_000
}

/// One step learns that the clocks of `behind` are: the kill that they told first comes
/// out of the one that it seemed to be, as one that the first device began. In the same
/// step that device has more clocks than it may, so that all by its last is too much.
fn founder_that_is_too_much(behind: &[u128]) -> Fixture {
    let mut fixture = Fixture::new();
    for number in [2, 1, 3] {
        let first = kill(number, &format!("first of {number}"), LAST_CLOCK, (0, 0));
        fixture.take(batch(device(number), vec![first]));
    }
    assert_eq!(fixture.occurrences(KEY).len(), 1, "nothing tells them apart yet");
    for number in [2, 1, 3] {
        let wrong = if behind.contains(&number) { BEHIND_MS } else { 0 };
        let told =
            |nth| kill(number, &format!("{nth} of {number}"), LAST_CLOCK, (nth, at(nth) - wrong));
        fixture.take(batch(device(number), (1..=KILLS).map(told).collect()));
    }
    let others = (KILLS + 1..).zip(1..=CLOCKS);
    let told = |(nth, clock)| kill(1, &format!("by clock {clock}"), clock, (nth, at(nth)));
    fixture.take(batch(device(1), others.map(told).collect()));
    fixture.store.catch_up().unwrap();
    let found = fixture.store.match_view(Viewer::Reader, KEY).unwrap().found().unwrap();
    assert_eq!(found.overflow, 1 + KILLS.unsigned_abs(), "all by its last clock");
    fixture
}

/// What the id leads to that was made of the founder, and all occurrences.
fn led_to(fixture: &mut Fixture) -> (OccurrenceLooked, Vec<Value>) {
    let occurrences = fixture.occurrences(KEY);
    let id = OccurrenceId::of_event(KEY, Kind::Kill, FOUNDER);
    (fixture.store.occurrence(Viewer::Reader, KEY, id.0).unwrap(), occurrences)
}

#[test]
fn a_kill_that_ends_with_its_founder_in_the_step_it_began_in_is_retracted() {
    let mut fixture = founder_that_is_too_much(&[1]);
    let led = led_to(&mut fixture);
    assert_eq!(led.0, OccurrenceLooked::Retracted, "it began, and has an id");
    assert_eq!(led_to(&mut fixture.reopened_after(lose_index)), led);
}

#[test]
fn a_kill_that_others_saw_outlives_its_founder_in_the_step_it_began_in() {
    let mut fixture = founder_that_is_too_much(&[1, 3]);
    let led = led_to(&mut fixture);
    let OccurrenceLooked::Found(found) = &led.0 else { panic!("{led:?}") };
    let by: Vec<_> = found.witnesses.iter().map(|witness| witness.device).collect();
    assert_eq!(by, [device(3).0]);
    assert_eq!(led_to(&mut fixture.reopened_after(lose_index)), led);
}

/// A report's place, its state, where it is, the id that it founded, and what it told.
type Row = (i64, i64, Option<i64>, Option<i64>, i64);

/// The first of two began what they told together, and is too much when it has more
/// clocks than it may. Then the others turn out to have told of the same kill, and as
/// something else, by which more know it.
fn led_on(is_followed_at_once: bool) -> (OccurrenceLooked, Vec<Row>) {
    let mut fixture = Fixture::new();
    fixture.store.add_device(device(4), "PC", now()).unwrap().unwrap();
    let mut take = |number: u128, told: Vec<Sent>| {
        fixture.take(batch(device(number), told));
        if !is_followed_at_once {
            fixture.store.catch_up().unwrap();
        }
    };
    let wrong = |number| if number > 2 { BEHIND_MS } else { 0 };
    for number in 1..=4 {
        let id = format!("first of {number}");
        take(number, vec![kill(number, &id, LAST_CLOCK, (0, -wrong(number)))]);
    }
    let told = |clock: u128| {
        let nth = KILLS + i64::try_from(clock).unwrap();
        kill(1, &format!("by clock {clock}"), clock, (nth, at(nth)))
    };
    take(1, (1..=CLOCKS).map(told).collect());
    for number in 2..=4 {
        let told = |nth| {
            let id = format!("{nth} of {number}");
            kill(number, &id, LAST_CLOCK, (nth, at(nth) - wrong(number)))
        };
        take(number, (1..=KILLS).map(told).collect());
    }
    let led = led_to(&mut fixture).0;
    let index = Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    let sql = "SELECT position, state, occurrence_no, published, length(told) FROM report";
    let mut rows = index.prepare(sql).unwrap();
    let rows = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)));
    (led, rows.unwrap().collect::<Result<_, _>>().unwrap())
}

#[test]
fn the_id_of_a_founder_that_is_too_much_leads_on_wherever_a_step_ended() {
    let by_itself = OccurrenceId::of_event(KEY, Kind::Kill, "first of 3").0;
    let moved = OccurrenceLooked::Moved { key: KEY.to_owned(), id: by_itself };
    let (in_steps, at_once) = (led_on(false), led_on(true));
    assert_eq!(in_steps.0, moved, "in a step of its own");
    assert_eq!(at_once.0, moved, "in the step that it came in");
    assert_eq!(in_steps.1, at_once.1);
}
