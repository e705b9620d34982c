//! Recorded logs, where they are.

use std::{fs, path::Path};

use game_session::Step;

use super::support::{steps, told};

const RECORDINGS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/recordings/hearthstone/");

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn recorded(name: &str) -> Option<(Vec<String>, Vec<Step>)> {
    let text = fs::read_to_string(Path::new(RECORDINGS).join(name)).ok();
    if text.is_none() {
        eprintln!("skipped: no recordings here");
    }
    let lines: Vec<String> = text?.lines().map(str::to_owned).collect();
    let steps = steps(&lines);
    for (step, line) in steps.iter().zip(&lines) {
        assert!(step.unreadable.is_none() && step.drift.is_empty(), "{line}: {step:?}");
    }
    Some((lines, steps))
}

#[test]
fn a_recorded_game_goes_on_after_each_reconnect() {
    let Some((lines, _)) = recorded("interrupted.power.log") else { return };
    // What the screen showed of it, as if the game's state had said it.
    let as_state = |line: &String| {
        line.replace("PowerTaskList.DebugPrintPower() -     ", "GameState.DebugPrintPower() - ")
    };
    let lines: Vec<_> = lines.iter().map(as_state).collect();
    let game = "GameState.DebugPrintPower()";
    assert_eq!(count(&lines, game, "CREATE_GAME"), 3);
    let steps = steps(&lines);
    let events: Vec<_> = steps.iter().flat_map(|step| &step.events).collect();
    let matches: std::collections::BTreeSet<_> =
        events.iter().map(|event| event.data.match_ref.key.as_str()).collect();
    assert_eq!(matches.len(), 1);
    assert_eq!((kinds(&steps, "match_started"), kinds(&steps, "match_ended")), (1, 1));
    assert_eq!(kinds(&steps, "round_started"), count(&lines, game, "tag=STEP value=MAIN_READY"));
    assert_eq!(kinds(&steps, "kill"), 0, "the other player was disconnected");
}

fn count(lines: &[String], speaker: &str, what: &str) -> usize {
    lines.iter().filter(|line| line.contains(speaker) && line.contains(what)).count()
}

fn kinds(steps: &[Step], kind: &str) -> usize {
    let events: Vec<_> = steps.iter().flat_map(|step| step.events.clone()).collect();
    told(&events).iter().filter(|name| *name == kind).count()
}

#[test]
fn a_recorded_game_is_told_as_its_lines_say() {
    let Some((lines, steps)) = recorded("186852_hearthstone_access_eoe.power.log") else { return };
    let game = "GameState.DebugPrintPower()";
    assert_eq!(kinds(&steps, "match_started"), count(&lines, game, "CREATE_GAME"));
    assert_eq!(kinds(&steps, "match_ended"), count(&lines, game, "tag=STATE value=COMPLETE"));
    assert_eq!(kinds(&steps, "round_started"), count(&lines, game, "tag=STEP value=MAIN_READY"));
    assert_eq!(kinds(&steps, "round_ended"), kinds(&steps, "round_started"));
    assert_eq!(kinds(&steps, "card_played"), count(&lines, game, "BLOCK_START BlockType=PLAY"));
}

#[test]
fn a_recorded_spectator_joined_late_and_played_nothing() {
    let Some((lines, steps)) = recorded("spectate_1.power.log") else { return };
    let game = "GameState.DebugPrintPower()";
    assert_eq!(kinds(&steps, "round_started"), count(&lines, game, "tag=STEP value=MAIN_READY"));
    let events: Vec<_> = steps.iter().flat_map(|step| &step.events).collect();
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event.data.observer.is_none()));
    assert!(events.iter().all(|event| event.data.details["joined_late"] == true));
}

#[test]
fn a_recorded_log_of_what_the_screen_showed_tells_nothing() {
    let Some((_, steps)) = recorded("interrupted.power.log") else { return };
    assert!(
        steps.iter().all(|step| step.events.is_empty()),
        "no line of the game's state is in it"
    );
}
