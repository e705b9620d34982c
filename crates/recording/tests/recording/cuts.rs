//! Parts of recordings, and several as one.

use event_model::{Channel, Event, Frame, Reading, Source, WallTime};
use game_session::SourceState;
use recording::{
    At, Compression, Entry, Error, Header, Item, Reason, Recording, RecordingWriter, merge,
};
use serde_json::{Value, json};

use crate::support::{Folder, bodies, entries, times};

const BEGAN: i64 = 1_795_201_200_000;

fn recording(folder: &Folder, name: &str, at_ms: i64, items: Vec<(u64, Item)>) -> Recording {
    of_source(folder, name, Source::Cs2, at_ms, items)
}

fn of_source(
    folder: &Folder,
    name: &str,
    source: Source,
    at_ms: i64,
    items: Vec<(u64, Item)>,
) -> Recording {
    let path = folder.path(name);
    let header = Header::new(source, WallTime::from_unix_ms(BEGAN + at_ms), "test");
    let mut writer = RecordingWriter::create(&path, &header, None, Compression::Plain).unwrap();
    for (t_ms, item) in items {
        writer.append(Entry { t_ms, item }).unwrap();
    }
    Recording::open(&writer.finish().unwrap()).unwrap()
}

fn frame(body: &str) -> Item {
    Item::Frame(Frame::new(Channel::Http, body))
}

/// A player's own kills, one more in each frame.
fn kills() -> Vec<(u64, Item)> {
    (0..6_u64)
        .map(|kills| {
            let body: Value = json!({
                "provider": { "appid": 730, "steamid": "7", "timestamp": 1_795_201_200 + kills },
                "map": { "mode": "competitive", "name": "de_dust2", "phase": "live", "round": 1,
                    "team_ct": { "score": 0 }, "team_t": { "score": 1 } },
                "round": { "phase": "live" },
                "player": { "steamid": "7", "name": "Ana", "team": "CT", "activity": "playing",
                    "match_stats": { "kills": kills, "assists": 0, "deaths": 0, "mvps": 0,
                        "score": kills } },
            });
            (kills * 1_000, frame(&body.to_string()))
        })
        .collect()
}

/// The events that a replay of it makes.
fn events(recording: &Recording) -> Vec<Event> {
    let source = recording.header().source;
    let mut state = match recording.state() {
        Some(bytes) => SourceState::decode(source, bytes).unwrap(),
        None => SourceState::new(source).unwrap(),
    };
    let readings = entries(recording).into_iter().filter_map(|entry| match entry.item {
        Item::Frame(frame) => Some(Reading::Frame(frame)),
        Item::Fault(fault) => Some(Reading::Fault(fault)),
        Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    });
    readings.flat_map(|reading| state.observe(&reading).events).collect()
}

fn trimmed(whole: &Recording, folder: &Folder, from: Option<&str>, to: Option<&str>) -> Recording {
    let path = folder.path("part.rsrec");
    let place = |text: &str| text.parse::<At>().unwrap();
    let range = (from.map(place), to.map(place));
    whole.trim_to(&path, Compression::Plain, range).unwrap();
    Recording::open(&path).unwrap()
}

#[test]
fn a_part_makes_the_events_of_the_whole_with_their_ids() {
    let folder = Folder::new();
    let whole = recording(&folder, "whole.rsrec", 0, kills());
    let part = trimmed(&whole, &folder, Some("3"), Some("4"));
    let all = events(&whole);
    let own = events(&part);
    assert!(!own.is_empty() && own.len() < all.len(), "{} of {}", own.len(), all.len());
    assert!(all.windows(own.len()).any(|some| some == own), "the same ones, ids and all");
    let anew: Vec<_> =
        kills().into_iter().filter(|(t_ms, _)| (3_000..=4_000).contains(t_ms)).collect();
    let anew = events(&recording(&folder, "anew.rsrec", 0, anew));
    assert_ne!(anew, own, "without the state before it they would be others");
}

#[test]
fn a_part_keeps_its_instants_and_says_where_it_ends() {
    let folder = Folder::new();
    let whole = recording(&folder, "whole.rsrec", 0, kills());
    let part = trimmed(&whole, &folder, Some("2"), Some("3.5"));
    assert_eq!(times(&part), [0, 1_000, 1_000]);
    assert_eq!(part.header().recorded_at, WallTime::from_unix_ms(BEGAN + 2_000));
    assert_eq!(entries(&part).last().unwrap().item, Item::End("trimmed".to_owned()));
    assert!(recording::verify(part.path()).unwrap().is_sound());
}

#[test]
fn a_part_from_the_beginning_needs_no_state() {
    let folder = Folder::new();
    let whole = recording(&folder, "whole.rsrec", 0, kills());
    assert_eq!(trimmed(&whole, &folder, None, Some("2")).state(), None);
}

#[test]
fn a_mark_is_a_place_to_cut_at() {
    let folder = Folder::new();
    let mut items = kills();
    items.insert(3, (2_500, Item::Mark("round 2".to_owned())));
    let whole = recording(&folder, "whole.rsrec", 0, items);
    assert_eq!(bodies(&trimmed(&whole, &folder, Some("round 2"), None)).len(), 3);
    let missing = whole.trim_to(
        &folder.path("none.rsrec"),
        Compression::Plain,
        (Some(At::Mark("round 9".to_owned())), None),
    );
    let Err(Error::BadInput { reason, .. }) = missing else { panic!("{missing:?}") };
    assert_eq!(reason, Reason::NoSuchMark("round 9".to_owned()));
    assert!(!folder.names().iter().any(|name| name.starts_with("none")));
}

#[test]
fn several_are_one_in_the_order_of_their_times() {
    let folder = Folder::new();
    let later = recording(&folder, "b.rsrec", 1_000, vec![(0, frame("2")), (2_000, frame("4"))]);
    let first = recording(&folder, "a.rsrec", 0, vec![(500, frame("1")), (2_000, frame("3"))]);
    let path = folder.path("one.rsrec");
    let merged = merge(&[later, first], &path, Compression::Plain).unwrap();
    let one = Recording::open(&path).unwrap();
    assert_eq!((merged.frames, merged.repeated), (4, 0));
    assert_eq!(bodies(&one), ["1", "2", "3", "4"]);
    assert_eq!(times(&one), [500, 1_000, 2_000, 3_000, 3_000]);
    assert!(recording::verify(&path).unwrap().is_sound());
}

#[test]
fn what_was_recorded_twice_stands_once_and_what_happened_twice_stays() {
    let folder = Folder::new();
    let twice = || vec![(0, frame("x")), (0, frame("x")), (10, frame("y"))];
    let recordings = [
        recording(&folder, "a.rsrec", 0, twice()),
        recording(&folder, "b.rsrec", 0, [twice(), vec![(20, frame("z"))]].concat()),
    ];
    let path = folder.path("one.rsrec");
    let merged = merge(&recordings, &path, Compression::Plain).unwrap();
    assert_eq!(merged.repeated, 3);
    assert_eq!(bodies(&Recording::open(&path).unwrap()), ["x", "x", "y", "z"]);
}

#[test]
fn two_games_are_no_one_recording() {
    let folder = Folder::new();
    let recordings = [
        recording(&folder, "a.rsrec", 0, kills()),
        of_source(&folder, "b.rsrec", Source::League, 0, vec![(0, frame("{}"))]),
    ];
    let refused = merge(&recordings, &folder.path("one.rsrec"), Compression::Plain).unwrap_err();
    assert!(refused.is_bad_input());
    assert!(refused.to_string().contains("b.rsrec"), "{refused}");
    assert_eq!(folder.names(), ["a.rsrec", "b.rsrec"]);
}
