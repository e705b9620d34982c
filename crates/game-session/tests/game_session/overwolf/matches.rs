//! Which match something belongs to.

use event_model::{Kind, MatchOrigin};
use serde_json::{Value, json};

use super::support::{
    MATCH, OTHER_MATCH, PLAYERS, empty, event, events, info, kill, lines, me, opening, reading,
    round, row, wrapped,
};

fn rows() -> Vec<Value> {
    (0..PLAYERS.len()).map(|place| row(place, 0, true)).collect()
}

fn ids(messages: &[Value]) -> std::collections::BTreeSet<String> {
    let told = events(messages).into_iter().filter(|event| event.kind.is_occurrence());
    told.map(|event| event.id.to_string()).collect()
}

#[test]
fn events_wait_for_a_late_name_and_have_the_same_ids() {
    let start = [event("match_start", "")].into_iter().chain(rows()).chain(round(1));
    let name = [info("match_id", MATCH)];
    let early: Vec<_> =
        [me()].into_iter().chain(name.clone()).chain(start.clone()).chain(kill(0, 1)).collect();
    let late: Vec<_> =
        [me()].into_iter().chain(start.clone()).chain(kill(0, 1)).chain(name.clone()).collect();
    let no_account: Vec<_> =
        name.into_iter().chain(start).chain(kill(0, 1)).chain([me()]).collect();
    assert_eq!(ids(&early).len(), 3);
    assert_eq!(ids(&late), ids(&early));
    assert_eq!(ids(&no_account), ids(&early));
}

#[test]
fn a_match_that_is_never_named_stands_for_itself_after_a_while() {
    let nameless: Vec<_> = [me(), info("scene", "Range")]
        .into_iter()
        .chain(rows())
        .chain(round(1))
        .chain(kill(0, 1))
        .collect();
    let all = events(&nameless);
    assert!(all.iter().any(|event| event.kind == Kind::Kill));
    assert!(all.iter().all(|event| event.data.match_ref.origin == MatchOrigin::Session));

    let waiting = (0..500).map(|money| info("round_report", money)).collect::<Vec<_>>();
    let messages: Vec<_> = nameless.into_iter().chain(waiting).collect();
    let mut state = empty();
    let made: usize = wrapped(&messages)
        .iter()
        .map(|message| state.observe(&reading(message.to_string())).events.len())
        .sum();
    assert_eq!(made, all.len(), "without waiting for the end");
}

#[test]
fn overwolfs_own_id_is_no_ones() {
    let with_pseudo = |id: &str| -> Vec<Value> {
        let pseudo = info("pseudo_match_id", id);
        [me(), pseudo].into_iter().chain(rows()).chain(round(1)).chain(kill(0, 1)).collect()
    };
    assert_eq!(ids(&with_pseudo("a")), ids(&with_pseudo("b")));
}

#[test]
fn a_name_that_comes_after_all_is_evidence() {
    let start = [me()].into_iter().chain(rows()).chain(round(1)).chain(round(2));
    let messages: Vec<_> = start.chain([info("match_id", MATCH)]).chain(kill(0, 1)).collect();
    let all = events(&messages);
    let learnt: Vec<_> =
        all.iter().filter_map(|event| event.data.details.get("match_id")).collect();
    assert_eq!(learnt, [&json!(MATCH)]);
    assert!(all.iter().all(|event| event.data.match_ref.origin == MatchOrigin::Session));
}

#[test]
fn the_next_match_is_another_though_no_end_was_told() {
    let next = [event("match_start", "")].into_iter().chain(rows()).chain(round(1));
    let named = next.clone().chain([info("match_id", OTHER_MATCH)]).chain(kill(0, 1));
    let before: Vec<_> = opening().into_iter().chain(round(2)).chain(kill(1, 0)).collect();
    let messages: Vec<_> = before.iter().cloned().chain(named).collect();
    let told: Vec<_> = events(&messages)
        .into_iter()
        .filter(|event| event.kind == Kind::Kill)
        .map(|event| event.subject().to_string())
        .collect();
    assert_eq!(told, [format!("valorant:{MATCH}"), format!("valorant:{OTHER_MATCH}")]);
}

#[test]
fn rounds_that_are_counted_anew_under_one_name_are_another_epoch() {
    let before: Vec<_> = opening().into_iter().chain(kill(0, 1)).chain(round(2)).collect();
    let anew = rows().into_iter().chain(round(1)).chain(kill(0, 1)).chain(round(2));
    let messages: Vec<_> = before.into_iter().chain(anew).collect();
    let all = events(&messages);
    assert_eq!(all.iter().filter(|event| event.kind == Kind::Kill).count(), 2);
    let unique: std::collections::BTreeSet<_> = all.iter().map(|event| event.id).collect();
    assert_eq!(unique.len(), all.len());
    assert!(all.iter().all(|event| event.subject().as_str() == format!("valorant:{MATCH}")));
}

#[test]
fn who_comes_back_from_the_menu_goes_on() {
    let back = [info("scene", "MainMenu"), info("match_id", MATCH)];
    let messages: Vec<_> = opening()
        .into_iter()
        .chain(kill(0, 1))
        .chain(back)
        .chain(round(2))
        .chain(kill(0, 1))
        .collect();
    let straight: Vec<_> =
        opening().into_iter().chain(kill(0, 1)).chain(round(2)).chain(kill(0, 1)).collect();
    assert_eq!(ids(&messages), ids(&straight));
}

#[test]
fn who_starts_late_says_so_and_numbers_alike() {
    let all = json!({"success": true, "res": {
        "me": {"player_id": super::support::account(0)},
        "match_info": {
            "match_id": MATCH, "round_number": "3", "round_phase": "combat",
            "scoreboard_0": row(0, 4, true)["info"]["match_info"]["scoreboard_0"],
            "scoreboard_1": row(1, 2, true)["info"]["match_info"]["scoreboard_1"],
        },
    }});
    let messages: Vec<_> = [all].into_iter().chain(kill(0, 1)).collect();
    assert_eq!(
        lines(&messages),
        ["match_started joined_late true", "kill in 3 by Ana #EU of Bo #EU death 3"]
    );
}

#[test]
fn a_page_that_starts_again_in_the_midst_changes_nothing() {
    let first: Vec<_> = opening().into_iter().chain(kill(0, 1)).collect();
    let all = json!({"channel": "getInfo", "payload": {"success": true, "res": {"match_info": {
        "match_id": MATCH, "round_number": "1", "round_phase": "combat",
        "scoreboard_1": row(1, 1, false)["info"]["match_info"]["scoreboard_1"],
    }}}});
    let then: Vec<_> = round(2).into_iter().chain([row(1, 1, true)]).chain(kill(0, 1)).collect();
    let mut restarted = wrapped(&first);
    let mut second = vec![all];
    second.extend(wrapped(&then));
    for (seq, message) in second.iter_mut().enumerate() {
        message["run"] = json!("page-2");
        message["seq"] = json!(seq + 1);
    }
    restarted.extend(second);
    let mut state = empty();
    let made: Vec<_> = restarted
        .iter()
        .flat_map(|message| state.observe(&reading(message.to_string())).events)
        .map(|event| event.id)
        .collect();
    let whole: Vec<_> = events(&first.into_iter().chain(then).collect::<Vec<_>>())
        .into_iter()
        .map(|event| event.id)
        .collect();
    assert_eq!(made, whole);
}

#[test]
fn a_snapshot_that_names_no_match_says_nothing_of_how_far_it_is() {
    let stale = json!({"success": true, "res": {"match_info": {
        "round_number": "13", "round_phase": "game_end", "score": "{\"won\":13,\"lost\":0}",
        "match_outcome": "victory",
    }}});
    let start = [event("match_start", "")].into_iter().chain(rows()).chain(round(1));
    let before = [me(), info("match_id", MATCH)];
    let with = |snapshot: Option<Value>| -> Vec<Value> {
        let start = before.clone().into_iter().chain(snapshot).chain(start.clone());
        start.chain(kill(0, 1)).chain(round(2)).chain(kill(1, 0)).collect()
    };
    assert_eq!(lines(&with(Some(stale.clone()))), lines(&with(None)));
    assert_eq!(ids(&with(Some(stale))), ids(&with(None)));
}

#[test]
fn a_kill_of_the_last_match_is_no_twin_of_the_same_in_the_next() {
    let [told, changed] = kill(0, 1);
    let last = opening().into_iter().chain([told, event("match_end", "")]);
    let next = [info("match_id", OTHER_MATCH), event("match_start", "")].into_iter();
    let next: Vec<_> = next.chain(round(1)).chain([changed]).collect();
    let messages: Vec<_> = last.clone().chain(next.clone()).collect();
    let kills =
        |messages: &[Value]| lines(messages).iter().filter(|line| line.starts_with("kill")).count();
    assert_eq!(kills(&messages), 2);
    // Named late, and told twice while it waited for the name: still one.
    let start = [event("match_start", "")]
        .into_iter()
        .chain(round(1))
        .chain(kill(0, 1).into_iter().take(1));
    let late: Vec<_> = last
        .chain(start)
        .chain([info("match_id", OTHER_MATCH)])
        .chain(kill(0, 1).into_iter().skip(1))
        .collect();
    assert_eq!(kills(&late), 2);
}

#[test]
fn another_name_than_the_one_that_came_late_is_another_match() {
    let named = |id: &str| info("match_id", id);
    let start = [me()].into_iter().chain(round(1)).chain(round(2)).chain([named(MATCH)]);
    let messages: Vec<_> = start.chain([named(OTHER_MATCH), named(MATCH)]).collect();
    let all = events(&messages);
    let unique: std::collections::BTreeSet<_> = all.iter().map(|event| event.id).collect();
    assert_eq!(unique.len(), all.len());
}
