//! Counter-Strike's keys.

use std::collections::BTreeSet;

use event_model::{Event, Game, Identity, MatchOrigin};
use serde_json::{Value, json};

use super::support::{empty, event, info, line, reading};

const ANA: &str = "76561190000000001";

fn message(seq: usize, payload: &Value) -> Value {
    json!({"run": "page", "seq": seq, "channel": "x", "gameId": 22_730, "payload": payload})
}

/// What a page that sends these from the given number on makes of them, and what is
/// unknown in them.
fn told(from: usize, messages: &[Value]) -> (Vec<Event>, Vec<String>) {
    let numbered = messages.iter().enumerate();
    made(numbered.map(|(seq, payload)| message(from + seq, payload)))
}

fn made(messages: impl Iterator<Item = Value>) -> (Vec<Event>, Vec<String>) {
    let mut state = empty();
    let mut steps: Vec<_> = messages.map(|one| state.observe(&reading(one.to_string()))).collect();
    steps.push(state.finish());
    let unknown = steps.iter().flat_map(|step| step.drift.iter().map(|(name, _)| name.to_owned()));
    let unknown = unknown.collect();
    (steps.into_iter().flat_map(|step| step.events).collect(), unknown)
}

fn opening() -> Vec<Value> {
    vec![info("steam_id", ANA), info("map", "de_nuke"), event("match_start", "")]
}

fn phases(words: &[&str]) -> Vec<Value> {
    words.iter().map(|word| info("round_phase", *word)).collect()
}

#[test]
fn its_own_words_for_the_phases_of_a_round_are_known() {
    let messages = [
        opening(),
        vec![info("round_number", 1)],
        phases(&["freezetime", "live", "over", "freezetime"]),
        vec![info("round_number", 2)],
    ];
    let (events, unknown) = told(1, &messages.concat());
    let ends: Vec<_> =
        events.iter().map(line).filter(|line| line.starts_with("round_ended")).collect();
    assert_eq!(ends, ["round_ended in 1 counted"], "as told, not as inferred");
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn a_number_that_rises_before_the_round_is_over_ends_the_next_not_at_once() {
    let messages = [
        opening(),
        vec![info("round_number", 1)],
        phases(&["freezetime", "live"]),
        vec![info("round_number", 2)],
        phases(&["over", "freezetime", "live", "over", "freezetime"]),
    ];
    let (events, _) = told(1, &messages.concat());
    let ends: Vec<_> =
        events.iter().map(line).filter(|line| line.starts_with("round_ended")).collect();
    assert_eq!(ends, ["round_ended in 1 inferred true counted", "round_ended in 2 counted"]);
    let second = events.iter().rposition(|event| event.data.round == Some(2));
    assert_eq!(second, Some(events.len() - 1), "when it was over, not before it was played");
}

/// A match from its map to its end.
fn whole() -> Vec<Value> {
    let feed = json!({"attacker": "Ana", "victim": "Bo", "weapon": "ak47", "headshot": true});
    let end = vec![info("round_number", 1), event("kill_feed", feed), event("match_end", "")];
    [opening(), end].concat()
}

fn ids(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.id.to_string()).collect()
}

#[test]
fn what_is_known_by_the_pages_numbers_alone_says_so_and_counts_no_matches() {
    let (both, _) = told(1, &[whole(), whole()].concat());
    assert!(both.iter().all(|event| event.data.identity == Identity::Counted), "{both:?}");
    // What was known before the second is lost.
    let (second, _) = told(1 + whole().len(), &whole());
    assert_eq!(ids(&both)[both.len() / 2..], ids(&second));
}

#[test]
fn matches_that_begin_with_no_number_of_their_own_are_two() {
    let bare = [whole(), whole()].concat().into_iter().map(|mut message| {
        message["gameId"] = json!(22_730);
        message
    });
    let (both, _) = made(bare);
    let unique: BTreeSet<_> = ids(&both).into_iter().collect();
    assert_eq!(both.iter().filter(|event| line(event).starts_with("kill")).count(), 2);
    assert_eq!(unique.len(), both.len());
}

#[test]
fn its_feed_names_both_where_the_game_itself_names_none() {
    let player = |name: &str, account: &str| {
        json!({"nickname": name, "steamid": account, "team": "CT", "kills": 0, "deaths": 0})
            .to_string()
    };
    let feed = json!({"attacker": "Ana", "victim": "Bo", "weapon": "ak47", "headshot": true});
    let messages = [
        info("steam_id", ANA),
        info("roster_0", player("Ana", ANA)),
        info("roster_1", player("Bo", "76561190000000002")),
        info("map", "de_nuke"),
        event("match_start", ""),
        info("round_number", 1),
        event("kill_feed", feed),
        event("match_end", ""),
    ];
    let mut state = empty();
    let numbered = messages.iter().enumerate().map(|(seq, payload)| message(seq + 1, payload));
    let mut made: Vec<_> =
        numbered.flat_map(|one| state.observe(&reading(one.to_string())).events).collect();
    made.extend(state.finish().events);
    assert!(made.iter().all(|event| event.data.game == Game::cs2()));
    assert!(made.iter().all(|event| event.data.match_ref.origin == MatchOrigin::Session));
    assert!(made.iter().all(|event| event.data.observer.as_deref() == Some(ANA)));
    let told: Vec<_> = made.iter().map(line).collect();
    assert!(told.contains(&"kill in 1 by Ana of Bo death 1 counted".to_owned()), "{told:?}");
}

#[test]
fn a_game_without_rules_is_counted_and_changes_nothing() {
    let mut state = empty();
    let other =
        json!({"run": "p", "seq": 1, "gameId": 21_566, "payload": event("kill_feed", "{}")});
    let step = state.observe(&reading(other.to_string()));
    assert_eq!(step.events, []);
    let counted: Vec<_> = step.drift.iter().collect();
    assert_eq!(counted, [("gameId 21566 (no rules for this game)", 1)]);
}
