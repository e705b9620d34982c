//! Reads of a match whose rows were written by hand, as whoever follows the log
//! writes them: each change with what it makes of the rows, at once.

mod world;

use event_model::DeviceId;
use ingest_api::FeedEvent;
use proptest::prelude::*;
use rusqlite::params;
use serde_json::json;
use uuid::Uuid;

use super::*;
use world::{Consumer, KEY, Step, World, any_step, id};

/// Sequences of steps that a property is tried on.
const CASES: u32 = 12;
/// The same in a long run.
const CASES_LONG: u32 = 2_000;

fn cases() -> ProptestConfig {
    let is_long = std::env::var_os("RINGSIDE_LONG").is_some();
    ProptestConfig::with_cases(if is_long { CASES_LONG } else { CASES })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn who_resumes_anywhere_has_what_the_list_says(
        steps in prop::collection::vec(any_step(), 1..40),
        limit in 1u32..9,
        reads in prop::collection::vec((any::<bool>(), prop::option::of(0u64..60)), 40),
    ) {
        let mut world = World::new();
        let mut consumers: Vec<Consumer> = Vec::new();
        for (step, (often, cut)) in steps.iter().zip(reads) {
            world.take(*step);
            consumers.push(Consumer::default());
            for (number, consumer) in consumers.iter_mut().enumerate() {
                if often == (number % 2 == 0) {
                    consumer.read(&world, limit, cut);
                }
            }
        }
        let listed = world.listed();
        for consumer in &mut consumers {
            while consumer.read(&world, limit, None) {}
            prop_assert_eq!(&consumer.known, &listed);
        }
    }

    #[test]
    fn every_id_that_was_ever_given_leads_to_where_its_founder_is(
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let mut world = World::new();
        steps.into_iter().for_each(|step| world.take(step));
        for founder in &world.published {
            let looked = world.store.occurrence(Viewer::Reader, KEY, id(*founder)).unwrap();
            let sql = "SELECT occurrence_no FROM report WHERE position = ?1";
            let index = world.store.index.get().unwrap();
            let holder: Option<i64> = index.query_row(sql, [founder], |row| row.get(0)).unwrap();
            match (world.held.contains_key(founder), holder, looked) {
                (true, _, OccurrenceLooked::Found(found)) => prop_assert_eq!(found.id, id(*founder)),
                (false, Some(holder), OccurrenceLooked::Moved { key, id: to }) => {
                    prop_assert_eq!((key.as_str(), to), (KEY, id(holder)));
                }
                (false, None, OccurrenceLooked::Retracted) => {}
                other => prop_assert!(false, "{founder}: {other:?}"),
            }
        }
        let unknown = world.store.occurrence(Viewer::Reader, KEY, Uuid::nil()).unwrap();
        prop_assert_eq!(unknown, OccurrenceLooked::Unknown);
    }
}

#[test]
fn what_a_consumer_has_of_another_index_or_of_changes_to_come_is_reset() {
    let mut world = World::new();
    world.take(Step::Create);
    world.take(Step::Witness(0));
    let read = |start| world.store.feed(Viewer::Reader, KEY, start, 9).unwrap().found().unwrap();
    let ours = read(FeedStart::Beginning);
    assert_eq!(ours.events, [FeedEvent::Reset { revision: 2 }]);
    let generation = Some(ours.generation);
    let other = Some(Generation(ours.generation.0 ^ 1));
    let names = |start| -> Vec<_> { read(start).events.iter().map(FeedEvent::name).collect() };
    assert_eq!(names(FeedStart::After { generation: other, revision: 1 }), ["reset"]);
    assert_eq!(names(FeedStart::After { generation, revision: 3 }), ["reset"]);
    assert_eq!(names(FeedStart::After { generation, revision: 1 }), ["witnessed"]);
    assert_eq!(names(FeedStart::After { generation: None, revision: 0 }), ["created", "witnessed"]);
    assert_eq!(names(FeedStart::After { generation, revision: 2 }), [""; 0]);
    world.sql("DELETE FROM change WHERE first_revision = 1", []);
    let start = FeedStart::After { generation, revision: 0 };
    let page = world.store.feed(Viewer::Reader, KEY, start, 9).unwrap().found().unwrap();
    assert_eq!(
        page.events,
        [FeedEvent::Reset { revision: 2 }],
        "what it would follow from is gone"
    );
}

#[test]
fn a_key_that_was_joined_away_leads_to_where_it_went() {
    let mut world = World::new();
    world.take(Step::Create);
    world.write_match(8, "cs2:session-8");
    world.sql("UPDATE match_key SET match_id = 7 WHERE match_id = 8", []);
    world.sql("UPDATE game_match SET moved_to = 7 WHERE match_id = 8", []);
    let (old, moved) = ("cs2:session-8", Looked::Moved(KEY.to_owned()));
    let of = world.store.match_view(Viewer::Reader, KEY).unwrap().found().unwrap();
    assert_eq!(of.keys.unwrap(), [KEY, old]);
    assert_eq!(world.store.match_view(Viewer::Reader, old).unwrap(), moved);
    let page = PageRequest { after: None, limit: 9 };
    assert!(
        matches!(world.store.occurrences(Viewer::Reader, old, &page).unwrap(), Looked::Moved(to) if to == KEY)
    );
    let feed = world.store.feed(Viewer::Reader, old, FeedStart::Beginning, 9).unwrap();
    assert!(matches!(feed, Looked::Moved(to) if to == KEY));
    assert!(matches!(world.store.statistics(Viewer::Reader, old).unwrap(), Looked::Moved(_)));
    assert!(matches!(world.store.streams(Viewer::Reader, old).unwrap(), Looked::Moved(_)));
    let led = world.store.occurrence(Viewer::Reader, old, id(1)).unwrap();
    assert_eq!(led, OccurrenceLooked::Moved { key: KEY.to_owned(), id: id(1) });
    let listed = world.store.matches(Viewer::Reader, &page).unwrap();
    assert_eq!(listed.matches.len(), 1, "it is listed once");
    let stranger = Viewer::Device(DeviceId(Uuid::nil()));
    assert_eq!(world.store.match_view(stranger, old).unwrap(), Looked::Unknown, "not to everybody");
}

#[test]
fn a_page_asks_no_more_often_the_more_witnesses_it_has() {
    let mut world = World::new();
    (0..3).for_each(|_| world.take(Step::Create));
    let index = world.store.index.get().unwrap();
    let plan = |sql: &str| -> String {
        let mut statement = index.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement.query_map((7, "[1]"), |row| row.get::<_, String>(3)).unwrap();
        rows.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n")
    };
    let witnesses = plan(views::WITNESSES);
    assert!(witnesses.contains("report_by_occurrence"), "{witnesses}");
    assert!(!witnesses.contains("SCAN r") && !witnesses.contains("SCAN s"), "{witnesses}");
}

#[test]
fn halves_that_may_belong_together_name_each_other() {
    let mut world = World::new();
    (0..3).for_each(|_| world.take(Step::Create));
    world.sql("UPDATE occurrence SET linked = '[2,3,99]' WHERE occurrence_no = 1", []);
    let listed = world.listed();
    assert_eq!(listed[&id(1).to_string()]["linked"], json!([id(2), id(3)]));
}

#[test]
fn counts_of_players_are_listed_by_match_and_summed_by_game() {
    let world = World::new();
    world.write_match(8, "cs2:2");
    for (match_id, account, kills) in [(7, "Ana", 3), (7, "Bo", 0), (8, "Ana", 4)] {
        let sql = "INSERT INTO player_match VALUES (?1, ?2, ?3, 1, 2, 0)";
        world.sql(sql, params![match_id, account, kills]);
    }
    let of = world.store.statistics(Viewer::Reader, KEY).unwrap().found().unwrap();
    let players: Vec<_> = of.players.iter().map(|one| (one.account.as_str(), one.kills)).collect();
    assert_eq!(players, [("Ana", 3), ("Bo", 0)]);
    let ana = world.store.player_statistics("Ana").unwrap();
    assert_eq!(
        json!(ana.games),
        json!([{"game": "cs2", "matches": 2, "kills": 7, "deaths": 2, "assists": 4, "objectives": 0}])
    );
    assert!(world.store.player_statistics("ana").unwrap().games.is_empty(), "names are as written");
}

#[test]
fn a_match_shows_its_counts_and_what_is_odd_about_it() {
    let world = World::new();
    world.sql(
        "UPDATE game_match SET reports = 1300, occurrences = 151, late = 2, overflow = 3,
             confirmed = 140, supported = 1, lone = 7, contradicted = 3, flags = 'a b'",
        [],
    );
    let of = world.store.match_view(Viewer::Reader, KEY).unwrap().found().unwrap();
    assert_eq!((of.reports, of.late, of.overflow), (1_300, 2, 3));
    assert_eq!(of.deduplication, Some(8.61));
    assert_eq!((of.standing.confirmed, of.standing.contradicted), (140, 3));
    assert_eq!(of.flags.unwrap(), ["a", "b"]);
    let figures = world.store.association_figures().unwrap();
    assert_eq!((figures.matches_open, figures.matches_sealed), (1, 0));
    assert_eq!((figures.reports, figures.occurrences), (1_300, 151));
}
