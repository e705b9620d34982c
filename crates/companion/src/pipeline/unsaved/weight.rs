//! About how much memory events take, rather too much than too little.

use std::mem::size_of;

use event_model::{ActorIds, Event};
use match_story::Said;
use outbox::NewEvent;
use serde_json::Value;

use crate::FeedLine;

/// What the allocator adds to a piece.
const PIECE: usize = 16;
/// Entries of a node of a map, of which it has one even for a single entry.
const NODE_ENTRIES: usize = 11;
/// And at least so many of them are taken in each of many nodes.
const NODE_ENTRIES_MIN: usize = 5;

/// Events that wait, each with its line in the feed.
pub(super) fn of_all(events: &[NewEvent]) -> usize {
    events.iter().map(|new| of(&new.event)).sum()
}

fn of(event: &Event) -> usize {
    let data = &event.data;
    // A list grows to twice of what is in it; the feed has the actors again,
    // and ids and times as texts.
    let places = 2 * (size_of::<NewEvent>() + size_of::<FeedLine>());
    let actors = &data.actors;
    let shown = [&actors.attacker, &actors.victim, &data.observer];
    let shown: usize = shown.into_iter().flatten().map(|name| text(name)).sum();
    let said = Said::of(event.kind, data);
    let shown =
        shown + [said.named, said.weapon].iter().flatten().map(|word| text(word)).sum::<usize>();
    let feed = shown + text(event.subject().as_str()) + 8 * PIECE;
    places
        + 2 * feed
        + texts(&actors.assists)
        + data.actor_ids.as_ref().map_or(0, ids)
        + map(data.details.iter())
}

fn ids(ids: &ActorIds) -> usize {
    let single = [&ids.attacker, &ids.victim];
    single.into_iter().flatten().map(|id| text(id)).sum::<usize>() + texts(&ids.assists)
}

fn texts(texts: &[String]) -> usize {
    texts.iter().map(|one| 2 * size_of::<String>() + text(one)).sum()
}

fn text(text: &str) -> usize {
    text.len() + PIECE
}

fn map<'m>(entries: impl ExactSizeIterator<Item = (&'m String, &'m Value)>) -> usize {
    if entries.len() == 0 {
        return 0;
    }
    let nodes = 1 + entries.len() / NODE_ENTRIES_MIN;
    let node = NODE_ENTRIES * (size_of::<String>() + size_of::<Value>()) + 2 * PIECE;
    nodes * node + entries.map(|(name, said)| text(name) + value(said)).sum::<usize>()
}

/// What a value has beside itself.
fn value(said: &Value) -> usize {
    match said {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(said) => text(said),
        Value::Array(said) => {
            PIECE + said.iter().map(|one| 2 * size_of::<Value>() + value(one)).sum::<usize>()
        }
        Value::Object(said) => map(said.iter()),
    }
}
