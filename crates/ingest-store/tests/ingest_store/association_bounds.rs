//! Whatever a device sends of one match: its rows are bounded, what is too much is
//! counted, and what others told stays.

use event_model::WallTime;
use ingest_store::{Looked, PageRequest, Viewer};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Fixture, Sent, batch, device, item, now};

const KEY: &str = "valorant:1";

fn told(number: u128, kind: &str, id: &str, nth: u64, at: i64) -> Sent {
    let data = json!({
        "game": "valorant", "match": {"key": KEY, "origin": "native"},
        "observer": format!("player{number}"),
        "actors": {"attacker": format!("a{}", nth % 5), "victim": format!("v{}", nth % 7),
                   "assists": []},
        "round": 1, "ordinal": null, "identity": "native", "match_clock_ms": null,
        "observed": {"epoch": Uuid::from_u128(number), "mono_ms": u64::MAX / 2 - nth},
        "details": {},
    });
    item(device(number), kind, id, Some(KEY), nth, at, &data)
}

fn rows(fixture: &Fixture, table: &str) -> i64 {
    let index = Connection::open(fixture.dir.path().join("index.sqlite")).unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    index.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Events of one year, and those that are no occurrence: in the long run a million
/// events of one match.
fn how_many() -> [u64; 2] {
    if std::env::var_os("RINGSIDE_LONG").is_some() { [450_000, 100_000] } else { [1_000, 8_500] }
}

/// Every page: those of other years may stand before the match's own.
fn all_occurrences(fixture: &Fixture) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { after, limit: 1_000 };
        let found = fixture.store.occurrences(Viewer::Reader, KEY, &page).unwrap().found().unwrap();
        all.extend(found.occurrences.into_iter().map(|one| json!(one)));
        match found.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

/// Sends and follows, a thousand at a time.
fn take_all(fixture: &mut Fixture, number: u128, all: impl Iterator<Item = Sent>) {
    let mut all = all.peekable();
    while all.peek().is_some() {
        fixture.take(batch(device(number), all.by_ref().take(1_000).collect()));
        fixture.store.catch_up().unwrap();
    }
}

#[test]
fn what_is_too_much_for_a_match_is_counted_and_takes_no_rows() {
    let [each, apart] = how_many();
    let mut fixture = Fixture::new();
    let honest = (1..=20).map(|nth| {
        let at = i64::try_from(nth).unwrap() * 10_000;
        told(2, "ringside.kill.v1", &format!("honest {nth}"), nth, at)
    });
    fixture.take(batch(device(2), honest.collect()));
    // Times that go back, so that each new one comes first: of 1970 and of 2106.
    let years = [WallTime::from_unix_ms(0), WallTime::from_unix_ms(4_300_000_000_000)];
    for (place, year) in years.into_iter().enumerate() {
        let from = year.unix_ms() - now().unix_ms();
        let kills = (1..=each).map(|nth| {
            let (id, at) = (format!("flood {place} {nth}"), i64::try_from(nth).unwrap() * 5_000);
            told(1, "ringside.kill.v1", &id, nth, from - at)
        });
        take_all(&mut fixture, 1, kills);
    }
    let laps = (1..=apart).map(|nth| told(3, "com.example.lap", &format!("lap {nth}"), nth, 0));
    take_all(&mut fixture, 3, laps);
    let found = fixture.store.match_view(Viewer::Reader, KEY).unwrap();
    let Looked::Found(found) = found else { panic!("it is there") };
    let kept = u64::try_from(rows(&fixture, "report")).unwrap();
    assert!(kept < 8_192 + 1_000, "{kept} rows");
    let all = 20 + 2 * each + apart;
    assert_eq!(found.overflow + found.reports, all, "nothing is lost without a word");
    assert!(found.overflow > all / 10);
    let flags = found.flags.unwrap_or_default();
    for odd in ["absurd_times", "overflow", "sequence_went_back"] {
        assert!(flags.iter().any(|flag| flag == odd), "{odd} is not said: {flags:?}");
    }
    assert_eq!(rows(&fixture, "stream"), 3);
    let honest = all_occurrences(&fixture)
        .iter()
        .filter(|one| {
            let witnesses = one["witnesses"].as_array().unwrap();
            witnesses.iter().any(|witness| witness["device"] == device(2).to_string())
        })
        .count();
    assert_eq!(honest, 20, "who is honest keeps what he told");
}
