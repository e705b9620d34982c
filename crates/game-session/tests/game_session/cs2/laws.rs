//! Laws that hold for any frames in any order.

use event_model::{Event, Kind, Reading, Source};
use game_session::SourceState;
use proptest::prelude::*;

use super::support::{ANA, BO, Gsi, empty, live, reading};
use crate::laws::laws;

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

fn any_frames() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::vec(any_frame().prop_map(|frame| frame.reading()), 0..40)
}

laws!(Source::Cs2, frames: any_frames(), body: reading, cases: 256);

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

}
