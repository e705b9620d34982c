//! A payload of Valve's Game State Integration.

use std::collections::BTreeMap;

use event_model::{Channel, Frame, Source, WallTime};
use serde_json::{Value, value::RawValue};

use super::draft::{Draft, SourceHint, Stamp};

const CS2_APP: i64 = 730;
const DOTA2_APP: i64 = 570;

/// Blocks that both games, or Counter-Strike alone, put into a payload.
const CS2_BLOCKS: [&str; 12] = [
    "provider",
    "map",
    "round",
    "player",
    "player_id",
    "player_state",
    "allplayers",
    "bomb",
    "grenades",
    "allgrenades",
    "phase_countdowns",
    "previously",
];
const DOTA2_BLOCKS: [&str; 8] =
    ["hero", "abilities", "items", "buildings", "draft", "wearables", "minimap", "neutralitems"];
/// What Dota 2 alone says within a block that both have.
const DOTA2_MEMBERS: [(&str, &str); 3] =
    [("map", "matchid"), ("map", "game_state"), ("player", "accountid")];

/// The blocks of a payload.
pub(super) struct Payload<'a>(BTreeMap<String, &'a RawValue>);

/// The whole text is the frame. A payload without `provider` still is one:
/// whether the game sent it is for the session to say.
pub(super) fn read(text: &str) -> Draft {
    let payload = Payload::read(text);
    let mut frame = Frame::new(Channel::Http, text);
    frame.method = Some("POST".to_owned());
    frame.path = Some("/".to_owned());
    Draft {
        stamp: payload.as_ref().and_then(Payload::time).map(Stamp::Wall),
        source: payload.map_or(SourceHint::Nothing, |payload| payload.source()),
        frame,
    }
}

impl<'a> Payload<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// `provider.timestamp`, whole seconds of the player's PC.
    fn time(&self) -> Option<WallTime> {
        let seconds = self.block("provider")?.get("timestamp")?.as_i64()?;
        Some(WallTime::from_unix_ms(seconds.saturating_mul(1_000)))
    }

    pub(super) fn source(&self) -> SourceHint {
        let app = self.block("provider").and_then(|provider| provider.get("appid")?.as_i64());
        match app {
            Some(CS2_APP) => SourceHint::Named(Source::Cs2),
            Some(DOTA2_APP) => SourceHint::Named(Source::Dota2),
            Some(_) | None => self.guess(),
        }
    }

    fn guess(&self) -> SourceHint {
        let has_block = |name: &&str| self.block(name).is_some();
        let has_member = |(block, member): &(&str, &str)| {
            self.block(block).is_some_and(|block| block.get(member).is_some())
        };
        let has_dota2_events =
            self.0.get("events").is_some_and(|events| events.get().contains("\"event_type\""));
        if has_dota2_events
            || DOTA2_BLOCKS.iter().any(has_block)
            || DOTA2_MEMBERS.iter().any(has_member)
        {
            SourceHint::Guessed(Source::Dota2)
        } else if CS2_BLOCKS.iter().any(has_block) {
            SourceHint::Guessed(Source::Cs2)
        } else {
            SourceHint::Nothing
        }
    }

    /// A block is an object; any other member of its name is not one.
    fn block(&self, name: &str) -> Option<Value> {
        let text = self.0.get(name)?.get();
        text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
    }
}
