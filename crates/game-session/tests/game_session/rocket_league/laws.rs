//! Laws that hold for any messages in any order.

use std::collections::BTreeSet;

use event_model::{Event, Kind, Reading, Source};
use game_session::SourceState;
use proptest::prelude::*;
use serde_json::Value;

use super::support::{Car, State, bare, bogus_goal, bytes, empty, feat, goal, kick_off, reading};
use crate::laws::laws;

fn any_car() -> impl Strategy<Value = Car> {
    (0..3_u64, 0..3_u64, 0..3_u64, 0..3_u64).prop_map(|(goals, shots, saves, demolitions)| Car {
        goals,
        shots,
        saves,
        demolitions,
    })
}

fn any_state() -> impl Strategy<Value = Value> {
    let flags = (prop::bool::weighted(0.1), prop::bool::weighted(0.05), prop::bool::weighted(0.1));
    let guid = prop::sample::select(vec![super::support::GUID, super::support::GUID, ""]);
    (guid, any_car(), any_car(), (0..3_u64, 0..3_u64), 0..300_i64, flags, 0..1_000_u32).prop_map(
        |(guid, ana, bo, scores, time_s, (is_replay, has_winner, watched), ball)| {
            State {
                guid,
                ana,
                bo,
                scores,
                time_s,
                is_replay,
                has_winner,
                watched,
                ball: ball.into(),
                ..kick_off()
            }
            .message()
        },
    )
}

fn any_message() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => any_state(),
        1 => Just(goal("Ana", 0)),
        1 => Just(bogus_goal()),
        2 => prop::sample::select(vec!["Save", "Shot", "Demolish", "EpicSave", "Odd", "Goal"])
            .prop_map(|name| feat(name, ("Ana", 0), Some(("Bo", 1)))),
        1 => prop::sample::select(vec![
            "GoalReplayStart", "GoalReplayEnd", "MatchEnded", "MatchDestroyed", "MatchCreated",
            "ReplayCreated", "CrossbarHit", "Odd",
        ])
        .prop_map(bare),
    ]
}

fn any_messages() -> impl Strategy<Value = Vec<Reading>> {
    let message = any_message().prop_map(|message| reading(&message));
    prop::collection::vec(message, 0..60)
}

/// A message is a happening each time that it comes; a state is one however often.
fn any_states() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::vec(any_state(), 0..40).prop_map(|mut states| {
        // Two matches without an id that begin with the same ball are left to no test.
        let mut balls = BTreeSet::new();
        states.retain(|state| balls.insert(state["Data"].to_string()));
        states.iter().map(reading).collect()
    })
}

laws!(
    Source::RocketLeague,
    frames: any_messages(),
    doubled: any_states(),
    body: bytes,
    cases: 256
);

fn run<'m>(state: &mut SourceState, messages: impl IntoIterator<Item = &'m Value>) -> Vec<Event> {
    messages.into_iter().flat_map(|message| state.observe(&reading(message)).events).collect()
}

/// A play whose counters only rise, told with some of its messages.
fn any_play() -> impl Strategy<Value = Vec<(Car, u64, bool)>> {
    let step = (0..2_u64, 0..2_u64, 0..2_u64, prop::bool::weighted(0.1), any::<bool>());
    prop::collection::vec(step, 1..40).prop_map(|steps| {
        let (mut car, mut score) = (Car::default(), 0);
        let moved = steps.into_iter().map(|(shots, saves, demolitions, scores, told)| {
            car.shots += shots;
            car.saves += saves;
            car.demolitions += demolitions;
            score += u64::from(scores);
            car.goals = score;
            (car, score, told)
        });
        moved.collect()
    })
}

proptest! {
    #[test]
    fn every_step_of_a_counter_is_one_event(play in any_play()) {
        let mut messages = vec![kick_off().message()];
        let mut scored = 0;
        for (car, score, told) in &play {
            if *score > scored && *told {
                messages.push(goal("Ana", 0));
            }
            scored = *score;
            messages.push(State { ana: *car, scores: (*score, 0), time_s: 200, ..kick_off() }.message());
        }
        let mut state = empty();
        let mut events = run(&mut state, &messages);
        events.extend(state.finish().events);
        let count = |kind| events.iter().filter(|event| event.kind == kind).count() as u64;
        let (last, score, _) = play.last().unwrap();
        let told = [Kind::Shot, Kind::Save, Kind::Demolition, Kind::Goal].map(count);
        prop_assert_eq!(told, [last.shots, last.saves, last.demolitions, *score]);
        let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
        prop_assert_eq!(ids.len(), events.len());
    }

    #[test]
    fn no_changed_message_panics(
        messages in prop::collection::vec(any_message(), 1..6),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            "null", "true", "-1", "1e300", "9223372036854775807", "-9223372036854775808",
            "4294967295", "18446744073709551616", "[]", "{}", "}", "",
        ]),
    ) {
        let mut state = empty();
        for message in &messages {
            state.observe(&reading(message));
            // Another value in the place of one of the message's own.
            let data = message["Data"].as_str().unwrap();
            let colons: Vec<_> = data.match_indices(':').map(|(index, _)| index).collect();
            let colon = colons[at.index(colons.len())];
            let rest = &data[colon + 1..];
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            let mut changed = message.clone();
            changed["Data"] = format!("{}:{value}{}", &data[..colon], &rest[end..]).into();
            state.observe(&reading(&changed));
            let text = message.to_string();
            state.observe(&bytes(&text.as_bytes()[..at.index(text.len())]));
        }
        SourceState::decode(Source::RocketLeague, &state.encode()).unwrap();
    }
}
