//! What one log tells of its games.

use event_model::{Event, Kind};
use serde_json::json;

use super::support::{ANA, ANA_ACCOUNT, BO, DEAL, Deed, Log, events, told, usual};

fn only(events: &[Event], kind: Kind) -> &Event {
    let mut found = events.iter().filter(|event| event.kind == kind);
    let event = found.next().expect("one event");
    assert!(found.next().is_none(), "one {kind} only");
    event
}

#[test]
fn a_game_is_told_turn_by_turn() {
    let told = told(&events(&Log::of(Some(1), 0).print(&usual())));
    let expected = [
        "match_started",
        "round_started",
        "card_played",
        "round_ended",
        "round_started",
        "card_played",
        "round_ended",
        "round_started",
        "minion_died",
        "card_played",
        "round_ended",
        "round_started",
        "kill",
        "round_ended",
        "match_ended",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_fallen_hero_is_a_kill_by_the_other_player() {
    let events = events(&Log::of(Some(1), 0).print(&usual()));
    let kill = only(&events, Kind::Kill);
    assert_eq!(kill.data.actors.attacker.as_deref(), Some(ANA));
    assert_eq!(kill.data.actors.victim.as_deref(), Some(BO));
    assert_eq!(kill.data.round, Some(4));
    assert_eq!(kill.data.observer.as_deref(), Some(ANA_ACCOUNT));
    let ended = only(&events, Kind::MatchEnded);
    assert_eq!(ended.data.details["result"], json!("WON"));
    assert_eq!(ended.data.details["winner"], json!(1));
}

#[test]
fn who_concedes_is_not_killed() {
    let deeds = [DEAL, Deed::Turn(1), Deed::Concede { seat: 1 }, Deed::Over];
    let events = events(&Log::of(Some(1), 0).print(&deeds));
    assert_eq!(told(&events), ["match_started", "round_started", "round_ended", "match_ended"]);
    let ended = only(&events, Kind::MatchEnded);
    assert_eq!(ended.data.details["result"], json!("LOST"));
    assert_eq!(ended.data.details["conceded"], json!(true));
    assert_eq!(ended.data.details["winner"], json!(2));
}

#[test]
fn what_is_printed_again_after_a_reconnect_gives_nothing_twice() {
    let mut deeds = usual();
    let whole = told(&events(&Log::of(Some(1), 0).print(&deeds)));
    for at in 3..9 {
        let turn = deeds[..at].iter().filter(|deed| matches!(deed, Deed::Turn(_))).count();
        let again = Deed::Again { turn: u32::try_from(turn).unwrap() };
        deeds.insert(at, again);
        let events = events(&Log::of(Some(1), 0).print(&deeds));
        assert_eq!(told(&events), whole, "printed again before {at}");
        let keys: Vec<_> = events.iter().map(|event| &event.data.match_ref.key).collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "one match");
        deeds.remove(at);
    }
}

#[test]
fn turns_that_passed_while_nobody_looked_are_not_told() {
    let deeds = [DEAL, Deed::Turn(1), Deed::Again { turn: 4 }, Deed::Turn(5)];
    let events = events(&Log::of(Some(1), 0).print(&deeds));
    assert_eq!(told(&events), ["match_started", "round_started", "round_ended", "round_started"]);
    let rounds: Vec<_> = events.iter().rev().take(2).map(|event| event.data.round).collect();
    assert_eq!(rounds, [Some(5), Some(4)]);
}

#[test]
fn the_next_game_of_the_same_two_is_another() {
    let next = Deed::Deal { first: [7, 12, 21], second: [40, 41, 50, 60] };
    let deeds = [DEAL, Deed::Turn(1), next, Deed::Turn(1)];
    let events = events(&Log::of(Some(1), 0).print(&deeds));
    assert_eq!(told(&events).len(), 4);
    assert_ne!(events.first().unwrap().data.match_ref, events.last().unwrap().data.match_ref);
}

#[test]
fn against_nobody_the_same_deal_is_another_game() {
    let accounts = ["[hi=144115193835963207 lo=1001]", "[hi=0 lo=0]"];
    let print = |starts_ms| {
        events(&Log::of(Some(1), starts_ms).with_accounts(accounts).print(&[DEAL, Deed::Turn(1)]))
    };
    assert_ne!(print(0)[0].id, print(60_000)[0].id);
    assert_eq!(print(0)[0].id, print(0)[0].id);
}

#[test]
fn time_goes_on_over_midnight() {
    let deeds =
        [DEAL, Deed::Wait { ms: 60_000 }, Deed::Turn(1), Deed::Wait { ms: 60_000 }, Deed::Turn(2)];
    let events = events(&Log::of(Some(1), 86_400_000 - 30_000).print(&deeds));
    let times: Vec<_> = events.iter().map(|event| event.data.match_clock_ms).collect();
    assert_eq!(times.first(), Some(&Some(0)));
    assert_eq!(times.last(), Some(&Some(2 * 60_000 + 4 * 1_500)));
}
