//! Laws that hold for any frames in any order.

use std::collections::BTreeSet;

use event_model::{Event, Kind, Source};
use game_session::SourceState;
use proptest::prelude::*;

use super::support::{ANA, BO, Gsi, empty, live, reading};

fn any_phase() -> impl Strategy<Value = (&'static str, Option<&'static str>)> {
    let in_match = prop::sample::select(vec!["freezetime", "live", "over", "odd"]);
    prop_oneof![
        1 => Just(("warmup", None)),
        6 => in_match.clone().prop_map(|round| ("live", Some(round))),
        1 => in_match.prop_map(|round| ("gameover", Some(round))),
        1 => Just(("intermission", Some("over"))),
    ]
}

prop_compose! {
    fn any_frame()(
        map in prop::sample::select(vec![Some("de_dust2"), Some("de_dust2"), Some("de_nuke"), None]),
        mode in prop::sample::select(vec!["competitive", "competitive", "deathmatch"]),
        (phase, round_phase) in any_phase(),
        (round, score) in (0..4_u32, (0..3_u32, 0..3_u32)),
        bomb in prop::sample::select(vec![None, Some("planted"), Some("exploded"), Some("odd")]),
        player in prop::sample::select(vec![Some(ANA), Some(ANA), Some(BO), None]),
        (kills, deaths, headshots) in (-2..6_i64, 0..4_i64, 0..2_u32),
        timestamp in prop_oneof![Just(1_000), 1_000..1_003_i64, 1_000..20_000_i64],
    ) -> Gsi {
        Gsi {
            map, mode, phase, round_phase, round, score, bomb, player, kills, deaths, headshots,
            timestamp, ..live()
        }
    }
}

fn any_frames() -> impl Strategy<Value = Vec<Gsi>> {
    prop::collection::vec(any_frame(), 0..40)
}

/// Frames of one match whose counters only move as a game moves them.
fn any_play() -> impl Strategy<Value = Vec<Gsi>> {
    let step = (0..3_i64, 0..2_i64, 0..2_u32, prop::bool::weighted(0.1), prop::bool::weighted(0.2));
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let mut frame = live();
        let mut frames = vec![frame.clone()];
        for (kills, deaths, rounds, restart, spectating) in steps {
            if restart {
                frame = Gsi { timestamp: frame.timestamp, ..live() };
            } else {
                frame.kills += kills;
                frame.deaths += deaths;
                frame.round += rounds;
            }
            frame.timestamp += 1;
            let shown = if spectating { BO } else { ANA };
            frames.push(Gsi { player: Some(shown), ..frame.clone() });
        }
        frames
    })
}

fn run<'f>(state: &mut SourceState, frames: impl IntoIterator<Item = &'f Gsi>) -> Vec<Event> {
    frames.into_iter().flat_map(|frame| state.observe(&frame.reading()).events).collect()
}

proptest! {
    #[test]
    fn a_frame_delivered_twice_emits_nothing_twice(frames in any_frames()) {
        let twice = frames.iter().flat_map(|frame| [frame, frame]);
        prop_assert_eq!(run(&mut empty(), twice), run(&mut empty(), &frames));
    }

    #[test]
    fn the_same_frames_give_the_same_events(frames in any_frames()) {
        prop_assert_eq!(run(&mut empty(), &frames), run(&mut empty(), &frames));
    }

    #[test]
    fn any_split_gives_what_the_whole_gives(frames in any_frames(), at in any::<prop::sample::Index>()) {
        let cut = at.index(frames.len() + 1);
        let mut first = empty();
        let mut events = run(&mut first, &frames[..cut]);
        let mut second = SourceState::decode(Source::Cs2, &first.encode()).unwrap();
        events.extend(run(&mut second, &frames[cut..]));
        prop_assert_eq!(events, run(&mut empty(), &frames));
    }

    #[test]
    fn no_id_comes_twice(frames in any_frames()) {
        let events = run(&mut empty(), &frames);
        let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
        prop_assert_eq!(ids.len(), events.len());
    }

    #[test]
    fn every_own_increment_is_one_event(frames in any_play()) {
        let mut expected = (0, 0);
        let mut last: Option<&Gsi> = None;
        for frame in frames.iter().filter(|frame| frame.player == Some(ANA)) {
            if let Some(last) = last {
                // What fell was counted from zero again. A fall by one alone is
                // a kill taken back, and those frames are left to other tests.
                prop_assume!(last.kills - frame.kills != 1);
                let gained = |from: i64, to: i64| if to < from { to } else { to - from };
                expected.0 += gained(last.kills, frame.kills);
                expected.1 += gained(last.deaths, frame.deaths);
            }
            last = Some(frame);
        }
        let events = run(&mut empty(), &frames);
        let count = |kind| events.iter().filter(|event| event.kind == kind).count() as i64;
        prop_assert_eq!((count(Kind::Kill), count(Kind::Death)), expected);
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        empty().observe(&reading(body));
    }

    #[test]
    fn no_changed_frame_panics(
        frames in prop::collection::vec(any_frame(), 1..6),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            "null", "true", "-1", "1e300", "9223372036854775807", "-9223372036854775808",
            "4294967295", "18446744073709551616", "\"\"", "\"\\ud83d\\ude00\"", "[]", "{}", "}", "",
        ]),
    ) {
        let mut state = empty();
        for frame in &frames {
            state.observe(&frame.reading());
            // Another value in the place of one of the frame's own.
            let text = frame.json().to_string();
            let colons: Vec<_> = text.match_indices(':').map(|(index, _)| index).collect();
            let colon = colons[at.index(colons.len())];
            let rest = &text[colon + 1..];
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            let changed = format!("{}:{value}{}", &text[..colon], &rest[end..]);
            state.observe(&reading(changed));
            state.observe(&reading(&text.as_bytes()[..at.index(text.len())]));
        }
        SourceState::decode(Source::Cs2, &state.encode()).unwrap();
    }

    #[test]
    fn no_saved_state_panics(
        before in any_frames(),
        after in prop::collection::vec(any_frame(), 1..10),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec!["0", "-1", "4294967295", "9223372036854775807", "null"]),
    ) {
        let mut state = empty();
        run(&mut state, &before);
        // A recording may carry a state that nobody ever reached.
        let text = String::from_utf8(state.encode()).unwrap();
        let colons: Vec<_> = text.match_indices(':').map(|(index, _)| index).collect();
        let colon = colons[at.index(colons.len())];
        let rest = &text[colon + 1..];
        let end = rest.find([',', '}', ']']).unwrap_or(rest.len());
        let changed = format!("{}:{value}{}", &text[..colon], &rest[end..]);
        if let Ok(mut state) = SourceState::decode(Source::Cs2, changed.as_bytes()) {
            run(&mut state, &after);
        }
    }
}
