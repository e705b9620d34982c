//! What the provider gets wrong, one by one.

use event_model::{Game, MatchOrigin};
use serde_json::{Value, json};

use super::support::{
    MATCH, PLAYERS, account, event, events, feed, info, kill, kills, lines, me, opening, reading,
    round, row, unknown, wrapped,
};

fn with(opening: Vec<Value>, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    opening.into_iter().chain(more).collect()
}

/// Messages that tell nothing of a match.
fn silence() -> impl Iterator<Item = Value> {
    (0..20).map(|money| info("round_report", format!("{{\"damage\":{money}}}")))
}

#[test]
fn a_kill_on_two_channels_is_one_in_either_order() {
    let [told, changed] = kill(0, 1);
    let expected = ["kill in 1 by Ana #EU of Bo #EU death 1"];
    assert_eq!(kills(&with(opening(), [told.clone(), changed.clone()])), expected);
    assert_eq!(kills(&with(opening(), [changed, told])), expected);
}

#[test]
fn a_kill_that_only_one_channel_tells_counts() {
    let expected = ["kill in 1 by Ana #EU of Bo #EU death 1"];
    for only in kill(0, 1) {
        assert_eq!(kills(&with(opening(), [only.clone()])), expected, "at the end");
        assert_eq!(kills(&with(opening(), [only].into_iter().chain(silence()))), expected);
    }
}

#[test]
fn a_revived_player_is_killed_again_by_the_same_in_one_round() {
    let revived = [row(1, 1, false), row(1, 1, true)];
    let again = kill(0, 1).into_iter().chain(revived).chain(kill(0, 1));
    assert_eq!(
        kills(&with(opening(), again)),
        ["kill in 1 by Ana #EU of Bo #EU death 1", "kill in 1 by Ana #EU of Bo #EU death 2"]
    );
    // The value is what it was, and no change is told.
    let [told, changed] = kill(0, 1);
    let swallowed = [told.clone(), changed, row(1, 1, false), row(1, 1, true), told];
    assert_eq!(kills(&with(opening(), swallowed)).len(), 2);
}

#[test]
fn a_scoreboard_that_lags_or_leads_numbers_the_same() {
    let [told, changed] = kill(0, 1);
    let lags = [told.clone(), changed.clone(), row(1, 0, true), row(1, 1, false)];
    let leads = [row(1, 1, false), told, changed];
    let next = || round(2).into_iter().chain(kill(0, 1));
    let expected =
        ["kill in 1 by Ana #EU of Bo #EU death 1", "kill in 2 by Ana #EU of Bo #EU death 2"];
    let shown_alive = || [row(1, 1, true)];
    for first in [lags.to_vec(), leads.to_vec()] {
        let messages = first.into_iter().chain(shown_alive()).chain(next());
        assert_eq!(kills(&with(opening(), messages)), expected);
    }
}

#[test]
fn a_row_that_counts_a_death_while_it_shows_the_player_alive_numbers_the_same() {
    let [told, changed] = kill(0, 1);
    let leads = [row(1, 1, true), told, changed, row(1, 1, false), row(1, 1, true)];
    let messages = with(opening(), leads.into_iter().chain(round(2)).chain(kill(0, 1)));
    assert_eq!(
        kills(&messages),
        ["kill in 1 by Ana #EU of Bo #EU death 1", "kill in 2 by Ana #EU of Bo #EU death 2"]
    );
    assert_eq!(unknown(&messages), Vec::<String>::new());
}

#[test]
fn a_death_that_the_feed_did_not_tell_is_counted_and_numbers_the_next() {
    let messages =
        [row(1, 1, false), row(1, 1, true)].into_iter().chain(round(2)).chain(kill(0, 1));
    let messages = with(opening(), messages);
    assert_eq!(kills(&messages), ["kill in 2 by Ana #EU of Bo #EU death 2"]);
    assert_eq!(unknown(&messages), ["kill_feed (deaths that it did not tell) 1"]);
}

#[test]
fn without_a_scoreboard_the_repeats_of_the_pair_number_a_kill() {
    let opening = [me(), info("match_id", MATCH)].into_iter().chain(round(1)).collect();
    let revived = kill(0, 1).into_iter().chain(kill(0, 1)).chain(kill(1, 0));
    let messages = with(opening, revived);
    assert_eq!(
        kills(&messages),
        [
            "kill in 1 by Ana of Bo counted",
            "kill in 1 by Ana of Bo counted",
            "kill in 1 by Bo of Ana counted"
        ]
    );
    let ids: std::collections::BTreeSet<_> =
        events(&messages).into_iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), events(&messages).len());
}

#[test]
fn one_name_of_two_players_is_told_apart_by_team() {
    assert_eq!(kills(&with(opening(), kill(2, 3))), ["kill in 1 by Cy #1 of Cy #2 death 1"]);
    let unsure = feed(0, 3).replace("\"is_victim_teammate\":false", "\"is_victim_teammate\":null");
    let told = with(opening(), [info("kill_feed", unsure)]);
    assert_eq!(kills(&told), ["kill in 1 by Ana #EU of Cy counted"], "nobody is guessed at");
}

#[test]
fn a_hidden_name_is_found_by_the_agent_and_the_players_own_is_me() {
    let hidden = feed(0, 1).replace("\"Ana\"", "\"Me\"").replace("\"Bo\"", "\"Jett\"");
    let told = with(opening(), [info("kill_feed", hidden)]);
    assert_eq!(kills(&told), ["kill in 1 by Ana #EU of Bo #EU death 1"]);
}

#[test]
fn an_assist_is_the_agent_of_the_killers_team() {
    let helped = feed(2, 1).replace("\"assist1\":\"\"", "\"assist1\":\"TX_Killfeed_Sage1\"");
    let all = events(&with(opening(), [info("kill_feed", helped)]));
    let kill = all.iter().find(|event| event.data.actors.victim.is_some()).unwrap();
    assert_eq!(kill.data.actors.assists, ["Ana #EU"]);
    let ids = kill.data.actor_ids.as_ref().unwrap();
    assert_eq!((ids.attacker.clone(), ids.assists.clone()), (Some(account(2)), vec![account(0)]));
}

#[test]
fn a_kill_told_after_the_round_changed_is_of_the_round_that_was_fought() {
    let late = [info("round_phase", "end"), info("round_number", "2")].into_iter();
    let messages = late.chain(kill(0, 1)).chain([info("round_phase", "combat")]).chain(kill(0, 1));
    assert_eq!(
        kills(&with(opening(), messages)),
        ["kill in 1 by Ana #EU of Bo #EU death 1", "kill in 2 by Ana #EU of Bo #EU death 1"],
        "the second time the board says that the first did not count",
    );
}

#[test]
fn rounds_end_with_their_score_whichever_comes_first() {
    let side = || info("team", "attack");
    let won = info("score", "{\"won\":1,\"lost\":0}");
    let end = info("round_phase", "end");
    let expected = [
        "match_started",
        "round_started in 1",
        "round_ended in 1 score {\"attack\":1,\"defense\":0} winner \"attack\"",
        "round_started in 2",
    ];
    for order in [[end.clone(), won.clone()], [won, end]] {
        let messages = [side()].into_iter().chain(order).chain([info("round_number", 2)]);
        assert_eq!(lines(&with(opening(), messages)), expected);
    }
}

#[test]
fn an_end_that_was_not_told_is_inferred_from_the_next_round() {
    let told = lines(&with(opening(), [info("round_number", "2")]));
    assert_eq!(told[2..], ["round_ended in 1 inferred true", "round_started in 2"]);
}

#[test]
fn the_spike_is_told_once_a_round() {
    let spike = ["spike_planted", "spike_planted", "spike_detonated"].map(|name| event(name, ""));
    let again = round(2)
        .into_iter()
        .chain([event("spike_planted", Value::Null), event("spike_defused", "")]);
    let told = lines(&with(opening(), spike.into_iter().chain(again)));
    let bombs: Vec<_> = told.iter().filter(|line| line.starts_with("bomb")).collect();
    assert_eq!(
        bombs,
        ["bomb_planted in 1", "bomb_exploded in 1", "bomb_planted in 2", "bomb_defused in 2"]
    );
}

#[test]
fn the_match_ends_once_however_it_is_told() {
    let ends = [
        vec![event("match_end", "")],
        vec![info("round_phase", "game_end")],
        vec![info("match_outcome", "victory")],
        vec![
            info("round_phase", "game_end"),
            info("match_outcome", "victory"),
            event("match_end", ""),
        ],
    ];
    for end in ends {
        let told = lines(&with(opening(), end));
        assert_eq!(told.iter().filter(|line| line.starts_with("match_ended")).count(), 1);
    }
}

#[test]
fn noise_between_the_values_tells_nothing() {
    let noise = ["match_id", "round_number", "round_phase", "kill_feed", "score", "scoreboard_0"];
    let nothing = noise.into_iter().flat_map(|key| [info(key, Value::Null), info(key, "")]);
    let open = [
        info("scoreboard_0", "open"),
        info("scoreboard", "closed"),
        info("scoreboard_screen", "open"),
    ];
    let messages = with(opening(), nothing.chain(open.into_iter().take(1)));
    assert_eq!(lines(&messages), lines(&opening()));
    assert_eq!(unknown(&messages), Vec::<String>::new());
}

#[test]
fn what_the_page_sends_again_is_read_once_and_what_it_lost_is_counted() {
    let messages = wrapped(&with(opening(), kill(0, 1)));
    let mut state = super::support::empty();
    let mut drift = Vec::new();
    let mut made = 0;
    let again = messages.iter().chain(&messages[5..]);
    for message in again {
        made += state.observe(&reading(message.to_string())).events.len();
    }
    assert_eq!(made, events(&with(opening(), kill(0, 1))).len());
    let mut later = messages[0].clone();
    later["seq"] = json!(messages.len() + 4);
    let step = state.observe(&reading(later.to_string()));
    drift.extend(step.drift.iter().map(|(name, times)| (name.to_owned(), times)));
    assert_eq!(drift, [("seq (messages that the page lost)".to_owned(), 3)]);
}

#[test]
fn the_last_kill_in_a_snapshot_is_not_told_again() {
    let all = json!({"success": true, "res": {"match_info": {
        "match_id": MATCH, "kill_feed": feed(0, 1), "round_number": "1", "round_phase": "combat",
    }}});
    let messages = with(opening(), kill(0, 1).into_iter().chain([all]));
    assert_eq!(kills(&messages).len(), 1);
}

#[test]
fn events_are_valorants_under_the_games_own_match() {
    for event in events(&with(opening(), kill(0, 1))) {
        assert_eq!(event.data.game, Game::valorant());
        assert_eq!(event.subject().as_str(), format!("valorant:{MATCH}"));
        assert_eq!(event.data.match_ref.origin, MatchOrigin::Native);
        assert_eq!(event.data.observer, Some(account(0)));
    }
    let all = events(&opening());
    let roster = all.iter().rev().find_map(|event| event.data.details.get("roster")).unwrap();
    assert_eq!(roster[account(3)], PLAYERS[3].0);
}

#[test]
fn what_is_unknown_is_told_as_such_and_counted() {
    let messages = with(opening(), [event("ult_denied", "x"), info("new_key", "y")]);
    assert_eq!(lines(&messages).last().unwrap(), "other in 1 counted");
    assert_eq!(unknown(&messages), ["event ult_denied 1", "info new_key 1"]);
}
