//! League's keys: the game tells the same itself, so no event is made of them twice.

use event_model::Event;
use game_session::Step;
use serde_json::{Value, json};

use super::support::{empty, event, info, reading};

const LEAGUE: u64 = 5_426;
const VALORANT: u64 = 21_640;

fn observed(messages: &[(u64, Value)]) -> Vec<Step> {
    let mut state = empty();
    let numbered = messages.iter().enumerate().map(|(seq, (game_id, payload))| {
        json!({"run": "page", "seq": seq + 1, "gameId": game_id, "payload": payload}).to_string()
    });
    let mut steps: Vec<_> = numbered.map(|message| state.observe(&reading(message))).collect();
    steps.push(state.finish());
    steps
}

fn unknown(steps: &[Step]) -> Vec<String> {
    steps.iter().flat_map(|step| step.drift.iter().map(|(name, _)| name.to_owned())).collect()
}

#[test]
fn no_event_is_made_of_what_the_game_tells_itself() {
    let steps = observed(&[
        (LEAGUE, info("matchId", "7511105411")),
        (LEAGUE, info("matchStarted", "True")),
        (LEAGUE, event("kill", r#"{"count":"1","totalKills":"1"}"#)),
        (LEAGUE, event("match_start", "")),
        (LEAGUE, info("matchOutcome", "win")),
    ]);
    assert!(steps.iter().all(|step| step.events.is_empty() && step.unreadable.is_none()));
    assert_eq!(unknown(&steps), ["league kill"], "the page does not ask for it");
}

#[test]
fn a_match_of_league_in_between_leaves_that_of_another_game_as_it_is() {
    let valorant = |payload| (VALORANT, payload);
    let first = [
        json!({"info": {"me": {"player_id": "puuid-0"}}}),
        info("match_id", "5c0b1c34-0000-4000-8000-000000000001"),
        event("match_start", ""),
        info("round_number", "1"),
    ];
    let rest = [info("round_number", "2"), event("match_end", "")];
    let league = [(LEAGUE, info("matchId", "7")), (LEAGUE, event("match_end", ""))];
    let of = |messages: &[(u64, Value)]| -> Vec<Event> {
        observed(messages).into_iter().flat_map(|step| step.events).collect()
    };
    let (first, rest) = (first.map(valorant), rest.map(valorant));
    let alone = of(&[&first[..], &rest].concat());
    assert!(!alone.is_empty());
    assert_eq!(of(&[&first[..], &league, &rest].concat()), alone);
}
