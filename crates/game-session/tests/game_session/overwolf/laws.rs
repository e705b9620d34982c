//! Laws that hold for any messages in any order.

use event_model::{Reading, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{MATCH, OTHER_MATCH, event, feed, info, me, reading, row, wrapped};
use crate::laws::laws;

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

fn any_messages() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::vec(any_payload(), 0..60).prop_map(|payloads| {
        let messages = wrapped(&payloads);
        messages.iter().map(|message| reading(message.to_string())).collect()
    })
}

laws!(Source::Overwolf, frames: any_messages(), body: reading, cases: 256);
