//! What a log says that no game needs.

use event_model::Event;
use game_session::{MatchNow, SourceState, Step};
use serde_json::json;

use super::support::{DEAL, Deed, Log, empty, events, reading, steps, told, usual};

fn drift_of(line: &str) -> Vec<String> {
    let mut state = empty();
    for line in Log::of(Some(1), 0).print(&[DEAL]) {
        state.observe(&reading(line));
    }
    let step = state.observe(&reading(line));
    assert_eq!(step.unreadable, None, "{line}");
    step.drift.iter().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn a_printed_game_holds_nothing_unknown() {
    for own in [Some(1), Some(2), None] {
        for step in steps(&Log::of(own, 0).print(&usual())) {
            assert!(step.unreadable.is_none() && step.drift.is_empty(), "{step:?}");
        }
    }
}

#[test]
fn what_is_unknown_is_counted_without_a_name() {
    let power = "D 1:00:00.0000000 GameState.DebugPrintPower() - ";
    assert_eq!(drift_of(&format!("{power}NEW_THING Entity=Ana#1234")), ["NEW_THING"]);
    let standing = format!("{power}TAG_CHANGE Entity=Ana#1234 tag=PLAYSTATE value=ODD");
    assert_eq!(drift_of(&standing), ["PLAYSTATE: (no known word)"]);
    let full = "D 1:00:00.0 Truncating log, which has reached the size limit of 10000KB";
    assert_eq!(drift_of(full), ["Truncating log (the game stopped writing)"]);
    assert_eq!(drift_of("D 1:00:00.0 GameState.New() - Ana#1234"), ["GameState.New"]);
}

#[test]
fn a_log_that_begins_in_the_midst_waits_for_a_game() {
    let lines = Log::of(Some(1), 0).print(&usual());
    let from = lines.len() / 2;
    assert!(events(&lines[from..]).is_empty());
}

#[test]
fn a_line_that_is_none_is_unreadable() {
    for text in ["tag=1 value=2", "\u{fffd}", "{}"] {
        assert!(empty().observe(&reading(text)).unreadable.is_some(), "{text}");
    }
    for text in ["", "\r\n"] {
        assert!(empty().observe(&reading(text)).unreadable.is_none(), "{text:?}");
    }
    assert!(empty().observe(&reading(vec![b'x'; 70_000])).unreadable.is_some());
}

#[test]
fn a_running_game_is_shown_and_its_end_too() {
    let mut state = empty();
    let mut shown = Vec::new();
    for line in Log::of(Some(1), 0).print(&usual()) {
        if let MatchNow::Running(glance) = state.observe(&reading(line)).match_now {
            shown.push((glance.round, glance.phase));
        }
    }
    let turns: std::collections::BTreeSet<_> = shown.iter().map(|(round, _)| *round).collect();
    assert_eq!(turns.len(), 4);
    assert_eq!(shown.last().unwrap().1, game_session::Phase::OutOfPlay);
}

#[test]
fn a_returning_minion_that_dies_again_in_one_turn_is_told_twice() {
    let deeds = [
        DEAL,
        Deed::Turn(1),
        Deed::Play { seat: 1, id: 7 },
        Deed::Die { id: 7 },
        Deed::Again { turn: 1 },
    ];
    let mut lines = Log::of(Some(1), 0).print(&deeds);
    for content in [
        "SHOW_ENTITY - Updating Entity=7 CardID=CARD_7",
        "tag=CARDTYPE value=MINION",
        "tag=ZONE value=PLAY",
        "TAG_CHANGE Entity=7 tag=ZONE value=GRAVEYARD",
    ] {
        lines.push(format!("D 00:01:00.0000000 GameState.DebugPrintPower() - {content}"));
    }
    let died = told(&events(&lines)).iter().filter(|name| *name == "minion_died").count();
    assert_eq!(died, 2);
}

#[test]
fn what_is_played_after_the_game_went_back_is_told_too() {
    let deeds = [DEAL, Deed::Turn(1), Deed::Play { seat: 1, id: 7 }, Deed::Turn(2)];
    let lines = Log::of(Some(1), 0).print(&deeds[..3]);
    let play = lines.iter().rposition(|line| line.contains("BlockType=PLAY Entity=[")).unwrap();
    let played: Vec<_> = lines[play - 1..].to_vec();
    let mut lines = Log::of(Some(1), 0).print(&deeds);
    let power = "D 00:01:00.0000000 GameState.DebugPrintPower() - ";
    let back_in_turn_1 = [
        "RESET_GAME",
        "TAG_CHANGE Entity=7 tag=ZONE value=HAND",
        "TAG_CHANGE Entity=GameEntity tag=TURN value=1",
    ];
    for content in back_in_turn_1 {
        lines.push(format!("{power}{content}"));
    }
    lines.extend(played);
    let told = events(&lines);
    let is_play = |event: &&Event| event.data.details.get("name") == Some(&json!("card_played"));
    let plays: Vec<_> = told.iter().filter(is_play).collect();
    assert_eq!(plays.len(), 2, "{told:?}");
    assert_ne!(plays[0].id, plays[1].id);
    assert_eq!(events(&lines), told, "and alike whenever it is read");
    assert!(steps(&lines).iter().all(|step| step.drift.is_empty()));
}

/// A game in its first turn, and lines of its server's after that.
fn under_way() -> (SourceState, impl Fn(&mut SourceState, &str) -> Step) {
    let mut state = empty();
    for line in Log::of(Some(1), 0).print(&[DEAL, Deed::Turn(1)]) {
        state.observe(&reading(line));
    }
    let power = "D 00:01:00.0000000 GameState.DebugPrintPower() - ";
    (state, move |state, content| state.observe(&reading(format!("{power}{content}"))))
}

#[test]
fn entities_without_end_are_counted_and_take_no_more_memory() {
    let (mut state, tell) = under_way();
    let came = (100..5_000).flat_map(|id| {
        let step = tell(&mut state, &format!("FULL_ENTITY - Creating ID={id} CardID="));
        step.drift.iter().map(|(name, times)| (name.to_owned(), times)).collect::<Vec<_>>()
    });
    let came: Vec<_> = came.collect();
    assert!(!came.is_empty());
    let expected = ("entities (more than are followed)".to_owned(), 1);
    assert!(came.iter().all(|told| *told == expected), "{:?}", came.first());
}

#[test]
fn deaths_of_one_turn_without_end_are_counted_and_take_no_more_memory() {
    let (mut state, tell) = under_way();
    let mut left_out = 0;
    let mut sizes = Vec::new();
    for id in 100..5_000 {
        for content in [
            format!("FULL_ENTITY - Creating ID={id} CardID=CARD"),
            "tag=CARDTYPE value=MINION".to_owned(),
            "tag=ZONE value=PLAY".to_owned(),
        ] {
            tell(&mut state, &content);
        }
        let died = tell(&mut state, &format!("TAG_CHANGE Entity={id} tag=ZONE value=GRAVEYARD"));
        left_out += died.drift.iter().map(|(_, times)| times).sum::<u64>();
        if id == 4_500 || id == 4_999 {
            sizes.push(state.encode().len());
        }
    }
    assert!(left_out > 500, "{left_out} of 4,900 were counted as left out");
    assert_eq!(sizes[0], sizes[1], "nothing is kept of what is not told");
}
