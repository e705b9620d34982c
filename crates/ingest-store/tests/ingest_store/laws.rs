//! Any batching, order and repetition of the same events gives the same.

use proptest::prelude::*;

use crate::support::{Fixture, Sent, batch, device, kill};

/// (device, event number): few of each, so that they repeat.
fn any_sending() -> impl Strategy<Value = Vec<(u128, u64)>> {
    prop::collection::vec((1u128..=3, 0u64..8), 1..40)
}

/// One event: the same number is the same happening, seen a little later by
/// each further device.
fn sent(number: u128, event: u64) -> Sent {
    let at = i64::try_from(event * 1_000 + u64::try_from(number).unwrap()).unwrap();
    kill(device(number), &format!("e{event}"), event + 1, at)
}

fn stored(fixture: &mut Fixture, sending: &[(u128, u64)], batch_events: usize) {
    for chunk in sending.chunks(batch_events) {
        let batches: Vec<_> = (1..=3)
            .map(|number| {
                let own = chunk.iter().filter(|(from, _)| *from == number);
                batch(device(number), own.map(|(from, event)| sent(*from, *event)).collect())
            })
            .collect();
        fixture.store.ingest(&batches, &crate::support::terms()).unwrap();
    }
}

/// What happened, but for ids: those are first come. The rest is what the seal
/// makes of the set.
fn sealed(fixture: &mut Fixture) -> Vec<serde_json::Value> {
    fixture.seal("cs2:1");
    let mut occurrences = fixture.occurrences("cs2:1");
    for occurrence in &mut occurrences {
        occurrence.as_object_mut().unwrap().remove("id");
    }
    occurrences
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_stored_set_does_not_depend_on_how_it_was_sent(
        sending in any_sending(),
        shuffled in any_sending().prop_shuffle(),
        one in 1usize..12,
        other in 1usize..12,
    ) {
        let (mut first, mut second) = (Fixture::new(), Fixture::new());
        let both: Vec<_> = sending.iter().chain(&shuffled).copied().collect();
        let mut reversed: Vec<_> = both.iter().rev().copied().collect();
        reversed.extend(&both);
        stored(&mut first, &both, one);
        stored(&mut second, &reversed, other);

        let distinct: std::collections::BTreeSet<_> = both.iter().collect();
        let count = u64::try_from(distinct.len()).unwrap();
        prop_assert_eq!(first.store.log_position().unwrap(), count, "each once");
        prop_assert_eq!(second.store.log_position().unwrap(), count, "each once");
        prop_assert_eq!(sealed(&mut first), sealed(&mut second));
    }
}
