//! Hotkeys that the desktop gives, as Wayland has it: the real app in a session that
//! says it is one, and a stand-in of the portal on its bus. The windows are X11's, for
//! no compositor of Wayland's is here.

use std::{fs, future::Future, io::Write, time::Duration};

use system_tests::retry;

use crate::{
    bus::Bus,
    child::Running,
    portal::{Mood, StandIn},
    presence::Desk,
};

/// A loaded machine makes a web view within seconds, and a start waits twelve until
/// it is known whether a match runs.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(50);

#[test]
fn a_start_asks_again_and_a_press_does_what_it_says() {
    let Some(desk) = Desk::with_bus() else { return };
    let desktop = stand_in(&desk, Mood::Grants);
    let _app = start(&desk);
    let asked = retry(PATIENCE, LOOK, || desktop.asked()).expect("it asks by itself");
    let ids: Vec<_> = asked.iter().map(|wish| wish.id.as_str()).collect();
    assert_eq!(ids, ["toggle_overlay", "edit_overlay", "mark_chapter"]);
    assert_eq!(asked[1].preferred.as_deref(), Some("CTRL+SHIFT+F8"));

    let given = || desk.has_logged(1, "The desktop gives hotkeys").then_some(());
    retry(PATIENCE, LOOK, given).expect("it takes them");
    awaited(desktop.presses("edit_overlay"));
    let overlay = || desk.titled(b"Ringside overlay").first().copied();
    retry(PATIENCE, LOOK, overlay).expect("the overlay is there to be moved");
}

#[test]
fn in_a_match_it_is_not_asked_and_after_it_it_is() {
    let Some(desk) = Desk::with_bus() else { return };
    let desktop = stand_in(&desk, Mood::Grants);
    let _app = start(&desk);
    play(&desk);
    let waits = || desk.has_logged(1, "asked for hotkeys after the match").then_some(());
    retry(PATIENCE, LOOK, waits).expect("it comes to the question");
    assert_eq!(desktop.asked(), None, "a dialog would stand over the game");
    desk.installation.post_menu();
    retry(PATIENCE, LOOK, || desktop.asked()).expect("the match is over");
}

#[test]
fn a_match_that_begins_takes_the_desktops_question_from_the_screen() {
    let Some(desk) = Desk::with_bus() else { return };
    let desktop = stand_in(&desk, Mood::Waits);
    let _app = start(&desk);
    retry(PATIENCE, LOOK, || desktop.asked()).expect("it asks by itself");
    assert!(!desktop.took_its_question_back());
    play(&desk);
    let gone = || desktop.took_its_question_back().then_some(());
    retry(PATIENCE, LOOK, gone).expect("the game has the screen");
}

/// Starts the app of a player who had the desktop asked before.
fn start(desk: &Desk) -> Running {
    let settings = format!("{}/settings.toml", desk.installation.data_dir());
    let mut settings = fs::OpenOptions::new().append(true).open(settings).expect("it is there");
    settings.write_all(b"[desktop_hotkeys]\nwanted = true\n").expect("it takes a line");
    let app = desk.start_in("wayland", &[]);
    let listens = || desk.installation.listens().then_some(());
    retry(PATIENCE, LOOK, listens).expect("the app runs");
    app
}

fn stand_in(desk: &Desk, mood: Mood) -> StandIn {
    awaited(async { StandIn::on(&Bus::at(&desk.bus), mood).await })
}

/// The rest of a test waits as threads do: what posts for the game is no guest of a
/// runtime.
fn awaited<T>(asked: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(asked)
}

fn play(desk: &Desk) {
    desk.installation.post_kills(0);
    desk.installation.post_kills(1);
}
