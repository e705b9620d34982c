//! Laws that hold for any frames in any order.

use std::collections::BTreeSet;

use event_model::{Event, Kind, Reading, Source};
use game_session::SourceState;
use proptest::prelude::*;
use serde_json::Value;

use super::support::{ANA, BO, Gsi, empty, kill, live, reading};
use crate::laws::laws;

prop_compose! {
    fn any_frame()(
        account in prop::sample::select(vec![Some(ANA), Some(ANA), Some(BO), None]),
        match_id in prop::sample::select(vec!["8123456789", "8123456789", "0", ""]),
        state in prop::sample::select(vec![
            "DOTA_GAMERULES_STATE_GAME_IN_PROGRESS", "DOTA_GAMERULES_STATE_PRE_GAME",
            "DOTA_GAMERULES_STATE_POST_GAME", "DOTA_GAMERULES_STATE_INIT", "ODD",
        ]),
        game_time in prop_oneof![600..640_i64, 0..3_000_i64],
        timestamp in prop_oneof![Just(1_000), 1_000..1_003_i64],
        (place, kills, deaths) in (0..11_u8, -1..4_i64, 0..4_i64),
        events in prop::collection::vec((0..4_u8, -1..3_i8, 600..640_i32), 0..6),
    ) -> Gsi {
        let events = events.into_iter().map(|(victim, killer, time)| kill(victim, killer, time.into()));
        Gsi {
            account, place, match_id, state, game_time, timestamp, kills, deaths,
            events: events.collect(), ..live()
        }
    }
}

fn any_frames() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::vec(any_frame().prop_map(|frame| frame.reading()), 0..40)
}

laws!(Source::Dota2, frames: any_frames(), body: reading, cases: 256);

/// Kills of a match, and how long each lies behind the one before.
fn any_match() -> impl Strategy<Value = Vec<(f64, Value)>> {
    let kills = prop::collection::vec((0..5_u8, 5..10_i8, 0..20_u32), 1..60);
    kills.prop_map(|kills| {
        let mut quarters = 600 * 4;
        let told = kills.into_iter().map(|(victim, killer, later)| {
            quarters += later;
            let time = f64::from(quarters) / 4.0;
            (time, kill(victim, killer, time))
        });
        let mut told: Vec<_> = told.collect();
        // Nobody is killed twice at once by the same.
        let mut known = BTreeSet::new();
        told.retain(|(_, kill)| known.insert(kill.to_string()));
        told
    })
}

/// What the game lists of it, second by second: sixteen of the last thirty seconds.
fn frames_of(kills: &[(f64, Value)], pause: usize) -> Vec<Gsi> {
    let last = kills.last().map_or(600.0, |(time, _)| *time);
    #[expect(clippy::cast_possible_truncation, reason = "times of tests are small")]
    let seconds = (600..last as i64 + 40).step_by(pause);
    seconds
        .map(|second| {
            #[expect(clippy::cast_precision_loss, reason = "times of tests are small")]
            let now = second as f64;
            let listed = kills.iter().filter(|(time, _)| *time <= now && now - *time < 30.0);
            let listed: Vec<_> = listed.map(|(_, kill)| kill.clone()).collect();
            let events = listed[listed.len().saturating_sub(16)..].to_vec();
            Gsi { game_time: second, events, ..live() }
        })
        .collect()
}

fn run<'f>(state: &mut SourceState, frames: impl IntoIterator<Item = &'f Gsi>) -> Vec<Event> {
    frames.into_iter().flat_map(|frame| state.observe(&frame.reading()).events).collect()
}

proptest! {
    #[test]
    fn every_kill_of_a_match_is_one_event(kills in any_match(), pause in 1..4_usize) {
        let frames = frames_of(&kills, pause);
        let listed: BTreeSet<_> = frames.iter().flat_map(|frame| frame.events.iter().map(Value::to_string)).collect();
        let events = run(&mut empty(), &frames);
        let told = events.iter().filter(|event| event.kind == Kind::Kill).count();
        prop_assert_eq!(told, listed.len());
    }

    #[test]
    fn who_joins_late_gives_the_same_ids(kills in any_match(), at in any::<prop::sample::Index>()) {
        let frames = frames_of(&kills, 1);
        let whole: BTreeSet<_> = run(&mut empty(), &frames).iter().map(|event| event.id).collect();
        let late = run(&mut empty(), &frames[at.index(frames.len())..]);
        prop_assert!(late.iter().all(|event| whole.contains(&event.id)));
    }

}
