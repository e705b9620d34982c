//! The overlay and the window of the game, under a window manager.

use std::{process::Command, time::Duration};

use system_tests::retry;

use crate::{desk::Desk, window::App};

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// Two monitors side by side on the one screen that there is: where the game is,
/// and where the player looks something up.
const MONITORS: [(&str, &str, &str); 2] =
    [("games", "700/185x700/185+0+0", "screen"), ("other", "340/90x700/185+700+0", "none")];
const GAMES_MONITOR: (i16, i16, u16, u16) = (0, 0, 700, 700);
const OTHER_MONITOR: (i32, i32) = (710, 40);

#[test]
fn the_overlay_goes_with_the_game_and_stays_when_the_player_looks_elsewhere() {
    let Some(app) = App::open() else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let desk = Desk::of(&app);
    if !has_two_monitors(&app) {
        return;
    }
    let home = app.installation.home.path().display().to_string();
    let Some(_manager) = desk.manage(app.display(), &home) else { return };
    let game = desk.open_window("cs2", GAMES_MONITOR);
    let _match = app.play_on();
    let overlay = retry(PATIENCE, LOOK, || desk.overlay().filter(|&it| desk.is_shown(it)));
    let overlay = overlay.expect("a match shows the overlay");
    let is_there = |why| {
        let shown = || desk.is_shown(overlay).then_some(());
        retry(PATIENCE, LOOK, shown).expect(why);
    };
    let is_gone = |why| {
        let gone = || (!desk.is_shown(overlay)).then_some(());
        retry(PATIENCE, LOOK, gone).expect(why);
    };

    desk.minimise(game);
    is_gone("it goes with the game that is minimised");
    desk.bring_forward(game);
    is_there("it comes back with the game");

    let browser = desk.open_window("browser", (20, 20, 600, 600));
    is_gone("another window covers the game");
    desk.put(browser, OTHER_MONITOR.0, OTHER_MONITOR.1);
    is_there("the player looks at another monitor, and the game can be seen");
    assert_eq!(desk.active(), browser, "the keyboard stayed where the player put it");

    desk.put(browser, 20, 20);
    is_gone("it covers the game again");
    desk.minimise(browser);
    is_there("nothing covers the game any more");
}

/// Whether the display takes two monitors; says why where it does not.
#[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
fn has_two_monitors(app: &App) -> bool {
    MONITORS.iter().all(|(name, area, output)| {
        let set = Command::new("xrandr")
            .args(["--setmonitor", name, area, output])
            .env("DISPLAY", app.display())
            .status();
        let is_set = set.as_ref().is_ok_and(std::process::ExitStatus::success);
        if !is_set {
            println!("skipped: xrandr cannot make a monitor: {set:?}");
        }
        is_set
    })
}
