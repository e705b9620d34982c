//! Whatever was erased, and when: an index after it is as one that is made anew.

use proptest::prelude::*;
use serde_json::json;

use super::{rebuilt, seen};
use crate::support::{Fixture, Sent, batch, device, event, item, kill};

#[derive(Debug, Clone)]
enum Step {
    /// (kind, event): the kind decides what it does to its match.
    Send(u128, Vec<(u8, u64)>),
    Erase(u128, u8, u64),
    CatchUp,
    Shelve,
}

fn any_step() -> impl Strategy<Value = Step> {
    let kind = || 0u8..4;
    prop_oneof![
        3 => (1u128..=3, prop::collection::vec((kind(), 0u64..6), 1..6))
            .prop_map(|(from, events)| Step::Send(from, events)),
        2 => (1u128..=3, kind(), 0u64..6).prop_map(|(from, kind, n)| Step::Erase(from, kind, n)),
        1 => Just(Step::CatchUp),
        1 => Just(Step::Shelve),
    ]
}

fn sent(from: u128, kind: u8, number: u64) -> Sent {
    let (from, id) = (device(from), format!("{kind}.{number}"));
    let at = i64::try_from(number).unwrap() * 1_000;
    match kind {
        0 => kill(from, &id, number + 1, at),
        1 => event(from, "ringside.match_ended.v1", &id, number + 1, at),
        2 => event(from, "ringside.session_evidence.v1", &id, number + 1, at),
        _ => item(from, "com.example.lap", &id, Some("cs2:2"), number + 1, at, &json!({"n": 1})),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn an_index_after_erasures_is_as_one_made_anew(
        steps in prop::collection::vec(any_step(), 4..16),
    ) {
        let mut fixture = Fixture::new();
        for step in &steps {
            match step {
                Step::Send(from, events) => {
                    let events = events.iter().map(|(kind, number)| sent(*from, *kind, *number));
                    fixture.take(batch(device(*from), events.collect()));
                }
                Step::Erase(from, kind, number) => {
                    let id = format!("{kind}.{number}");
                    fixture.store.erase_event(device(*from), &id).unwrap();
                }
                Step::CatchUp => fixture.store.catch_up().unwrap(),
                Step::Shelve => fixture.store.shelve().unwrap(),
            }
        }
        // Before, a guess at arrival may be another where less had come.
        ["cs2:1", "cs2:2"].iter().for_each(|key| fixture.seal(key));
        let as_it_is = seen(&mut fixture);
        let mut fixture = rebuilt(fixture);
        prop_assert_eq!(as_it_is, seen(&mut fixture));
    }
}

/// Few by default: each makes files.
fn cases() -> u32 {
    if std::env::var_os("RINGSIDE_LONG").is_some() { 1_000 } else { 12 }
}
