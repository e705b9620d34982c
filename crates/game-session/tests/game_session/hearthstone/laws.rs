//! Laws that hold for any lines in any order.

use event_model::{Event, Reading, Source};
use game_session::SourceState;
use proptest::prelude::*;

use super::support::{DEAL, Deed, Log, empty, reading};
use crate::laws::laws;

fn any_deed() -> impl Strategy<Value = Deed> {
    let dealt = prop::sample::select(vec![7_u32, 12, 20, 40, 41, 50]);
    let seat = 1..3_u32;
    prop_oneof![
        1 => Just(DEAL),
        4 => (1..6_u32).prop_map(Deed::Turn),
        4 => (seat.clone(), dealt.clone()).prop_map(|(seat, id)| Deed::Play { seat, id }),
        2 => (seat.clone(), dealt.clone()).prop_map(|(seat, id)| Deed::Secret { seat, id }),
        4 => dealt.prop_map(|id| Deed::Die { id }),
        1 => seat.clone().prop_map(|seat| Deed::Concede { seat }),
        1 => seat.prop_map(|seat| Deed::Fall { seat }),
        1 => Just(Deed::Over),
        1 => (1..6_u32).prop_map(|turn| Deed::Again { turn }),
        1 => (0..90_000_000_i64).prop_map(|ms| Deed::Wait { ms }),
    ]
}

fn any_lines() -> impl Strategy<Value = Vec<String>> {
    let own = prop::sample::select(vec![Some(1), Some(2), None]);
    (own, prop::collection::vec(any_deed(), 0..14), any::<bool>()).prop_map(
        |(own, mut deeds, dealt)| {
            if dealt {
                deeds.insert(0, DEAL);
            }
            Log::of(own, 0).print(&deeds)
        },
    )
}

fn run<'l>(state: &mut SourceState, lines: impl IntoIterator<Item = &'l String>) -> Vec<Event> {
    let observe = |line: &String| state.observe(&reading(line.as_str())).events;
    lines.into_iter().flat_map(observe).collect()
}

fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    any_lines().prop_map(|lines| lines.into_iter().map(reading).collect())
}

laws!(Source::Hearthstone, frames: any_readings(), body: reading, cases: 48);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_file_that_is_read_again_tells_nothing_new(deeds in prop::collection::vec(any_deed(), 0..10)) {
        // One game, with whatever happens in it.
        let deeds: Vec<_> = deeds.into_iter().filter(|deed| *deed != DEAL && !matches!(deed, Deed::Again { .. })).collect();
        let lines = Log::of(Some(1), 0).print(&[&[DEAL][..], &deeds].concat());
        let mut state = empty();
        run(&mut state, &lines);
        prop_assert_eq!(run(&mut state, &lines), []);
    }

    #[test]
    fn no_shuffled_changed_or_cut_lines_panic(
        mut lines in any_lines(),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..40),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 0..40),
    ) {
        prop_assume!(!lines.is_empty());
        for (one, other) in swaps {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
        let mut bodies: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
        for (line, at, byte) in flips {
            let line = line.index(bodies.len());
            let at = at.index(bodies[line].len().max(1));
            if let Some(sign) = bodies[line].get_mut(at) {
                *sign = byte;
            }
            bodies[line].truncate(at + 3);
        }
        let mut state = empty();
        for body in bodies {
            state.observe(&reading(body));
        }
        SourceState::decode(Source::Hearthstone, &state.encode()).unwrap();
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200), power in any::<bool>()) {
        let mut state = empty();
        run(&mut state, &Log::of(Some(1), 0).print(&[DEAL]));
        let mut line = if power { b"D 1:00:00.0 GameState.DebugPrintPower() - ".to_vec() } else { Vec::new() };
        line.extend(body);
        state.observe(&reading(line));
    }

}
