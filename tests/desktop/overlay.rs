//! The overlay as the display server has it: in nobody's way.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use crate::{child::Running, desk::Desk, window::App};
use system_tests::retry;
use x11rb::protocol::xproto::Window;

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// A page is drawn and says its height within a few frames.
const STILL: Duration = Duration::from_secs(1);

#[test]
fn the_overlay_lies_over_the_game_and_is_in_nobodys_way() {
    let Some(app) = App::open() else { return };
    let Some(_compositor) = compositor(&app) else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let desk = Desk::of(&app);
    desk.put_game();
    let focus = desk.focus();

    app.installation.post_kills(0);
    app.installation.post_kills(1);

    let overlay = retry(PATIENCE, LOOK, || desk.overlay()).expect("a match shows the overlay");
    let takes_clicks = || (desk.input_rectangles(overlay) == 0).then_some(());
    retry(PATIENCE, LOOK, takes_clicks).expect("every click goes through to the game");
    let seen_through = || desk.is_seen_through(overlay).then_some(());
    retry(PATIENCE, LOOK, seen_through).expect("the game is seen through it");
    assert_eq!(desk.decorations(overlay), Some(0), "it has no frame");
    for state in ["_NET_WM_STATE_ABOVE", "_NET_WM_STATE_SKIP_TASKBAR"] {
        assert!(desk.has_state(overlay, state), "{state}");
    }
    assert!(!desk.wants_focus(overlay), "no window manager gives it the keyboard");
    assert_eq!(desk.focus(), focus, "the keyboard is where it was");
}

/// Blends windows; `None`, and says why, where there is none on this machine.
#[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
pub(crate) fn compositor(app: &App) -> Option<Running> {
    let picom = Running::start(
        Command::new("picom")
            .args(["--backend", "xrender", "--config", "/dev/null"])
            .env("DISPLAY", app.display())
            .stdin(Stdio::null())
            .stderr(Stdio::null()),
    );
    picom.map_err(|reason| println!("skipped: {reason}")).ok()
}

#[test]
fn the_overlay_is_moved_with_the_mouse_and_stands_there_after_a_restart() {
    let Some(app) = App::open() else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let desk = Desk::of(&app);
    let focus = desk.focus();
    app.go_to("settings");
    app.press("Show it now and move it");
    let overlay = shown(&desk);
    let takes_clicks = || (desk.input_rectangles(overlay) == 1).then_some(());
    retry(PATIENCE, LOOK, takes_clicks).expect("it takes clicks while it is moved");
    assert_eq!(desk.focus(), focus, "the keyboard is where it was");

    let before = desk.place(overlay);
    // By its head, where no button is.
    let held = (before.x + 40, before.y + 20);
    desk.drag(held, (held.0 + 320, held.1 - 150));
    let moved = || {
        let place = desk.place(overlay);
        (place.x == before.x + 320 && place.y == before.y - 150).then_some(())
    };
    retry(PATIENCE, LOOK, moved).expect("it went with the pointer");
    app.press("Done");
    let gone = || (!desk.is_shown(overlay)).then_some(());
    retry(PATIENCE, LOOK, gone).expect("no match runs, so it is not needed");
    retry(PATIENCE, LOOK, || app.installation.overlay_places()).expect("its place is on disk");

    app.play();
    retry(PATIENCE, LOOK, || desk.is_shown(overlay).then_some(())).expect("a match shows it");
    let clicks_through = || (desk.input_rectangles(overlay) == 0).then_some(());
    retry(PATIENCE, LOOK, clicks_through).expect("every click goes through again");
    let there = settled(&desk);

    let Some(again) = app.restart() else { return };
    again.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    again.play();
    shown(&desk);
    let (across, down) = settled(&desk);
    let off = (across - there.0).abs().max((down - there.1).abs());
    assert!(off <= 2, "it stands where it was put: {across}, {down} and not {there:?}");
    assert!(there.0 > 400 && there.1 < 300, "and that is not where it stands at first: {there:?}");
}

#[test]
fn an_overlay_whose_page_hangs_is_taken_away_and_comes_back() {
    let Some(app) = App::open() else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let desk = Desk::of(&app);
    app.play();
    let overlay = shown(&desk);
    app.hang("Ringside overlay");
    let gone = || (!desk.is_shown(overlay)).then_some(());
    retry(PATIENCE, LOOK, gone).expect("no picture stays over the game that nobody can remove");
    let back = || desk.overlay().filter(|&window| window != overlay && desk.is_shown(window));
    retry(PATIENCE, LOOK, back).expect("its page was loaded anew");
}

/// The overlay, once it is on the screen.
pub(crate) fn shown(desk: &Desk) -> Window {
    let shown = || desk.overlay().filter(|&window| desk.is_shown(window));
    retry(PATIENCE, LOOK, shown).expect("the overlay is shown")
}

/// Where it stands, in thousandths of what the screen leaves beside it: so a
/// place is kept, however many rows there are. Two looks agree when its page has
/// said how high it is.
fn settled(desk: &Desk) -> (i32, i32) {
    let mut last = None;
    let same = || {
        let place = desk.place(desk.overlay()?);
        (last.replace(place) == Some(place)).then(|| desk.share_of_free(place))
    };
    retry(PATIENCE, STILL, same).expect("the overlay comes to rest")
}
