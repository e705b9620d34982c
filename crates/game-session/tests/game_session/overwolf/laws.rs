//! Laws that hold for any messages in any order.

use std::collections::BTreeSet;

use event_model::{Event, Source};
use game_session::SourceState;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{MATCH, OTHER_MATCH, empty, event, feed, info, me, reading, row, wrapped};

fn any_payload() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..4_usize, 0..4_usize).prop_map(|(by, of)| info("kill_feed", feed(by, of))),
        3 => (0..4_usize, 0..4_usize).prop_map(|(by, of)| event("kill_feed", feed(by, of))),
        4 => (0..4_usize, 0..4_i64, any::<bool>()).prop_map(|(of, deaths, alive)| row(of, deaths, alive)),
        3 => (0..4_u32).prop_map(|number| info("round_number", number.to_string())),
        3 => prop::sample::select(vec!["shopping", "combat", "end", "game_end", "odd"])
            .prop_map(|phase| info("round_phase", phase)),
        1 => prop::sample::select(vec![MATCH, OTHER_MATCH, ""]).prop_map(|id| info("match_id", id)),
        1 => prop::sample::select(vec!["match_start", "match_end", "spike_planted", "odd"])
            .prop_map(|name| event(name, "")),
        1 => (0..3_u32, 0..3_u32).prop_map(|(won, lost)| info("score", json!({"won": won, "lost": lost}).to_string())),
        1 => prop::sample::select(vec!["MainMenu", "Triad"]).prop_map(|scene| info("scene", scene)),
        1 => Just(me()),
    ]
}

fn any_messages() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(any_payload(), 0..60).prop_map(|payloads| wrapped(&payloads))
}

fn run<'m>(state: &mut SourceState, messages: impl IntoIterator<Item = &'m Value>) -> Vec<Event> {
    messages
        .into_iter()
        .flat_map(|message| state.observe(&reading(message.to_string())).events)
        .collect()
}

fn whole(messages: &[Value]) -> Vec<Event> {
    let mut state = empty();
    let mut events = run(&mut state, messages);
    events.extend(state.finish().events);
    events
}

proptest! {
    #[test]
    fn a_frame_delivered_twice_emits_nothing_twice(messages in any_messages()) {
        let twice = messages.iter().flat_map(|message| [message, message]);
        prop_assert_eq!(run(&mut empty(), twice), run(&mut empty(), &messages));
    }

    #[test]
    fn any_split_gives_what_the_whole_gives(messages in any_messages(), at in any::<prop::sample::Index>()) {
        let cut = at.index(messages.len() + 1);
        let mut first = empty();
        let mut events = run(&mut first, &messages[..cut]);
        let mut second = SourceState::decode(Source::Overwolf, &first.encode()).unwrap();
        events.extend(run(&mut second, &messages[cut..]));
        prop_assert_eq!(events, run(&mut empty(), &messages));
    }

    #[test]
    fn no_id_comes_twice(messages in any_messages()) {
        let events = whole(&messages);
        let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
        prop_assert_eq!(ids.len(), events.len());
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
        empty().observe(&reading(body));
    }

    #[test]
    fn no_changed_message_panics(
        messages in any_messages(),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            "null", "true", "-1", "1e300", "9223372036854775807", "-9223372036854775808",
            "18446744073709551615", "\"\"", "\"%7B%\"", "[]", "{}", "}", "",
        ]),
    ) {
        let mut state = empty();
        for message in &messages {
            let text = message.to_string();
            let colons: Vec<_> = text.match_indices(':').map(|(index, _)| index).collect();
            let colon = colons[at.index(colons.len())];
            let rest = &text[colon + 1..];
            let end = rest.find([',', '}']).unwrap_or(rest.len());
            state.observe(&reading(format!("{}:{value}{}", &text[..colon], &rest[end..])));
            state.observe(&reading(&text.as_bytes()[..at.index(text.len())]));
            state.observe(&reading(text));
        }
        SourceState::decode(Source::Overwolf, &state.encode()).unwrap();
    }

    #[test]
    fn no_saved_state_panics(
        before in any_messages(),
        after in any_messages(),
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
        if let Ok(mut state) = SourceState::decode(Source::Overwolf, changed.as_bytes()) {
            run(&mut state, &after);
            state.finish();
        }
    }
}
