//! The app where something of the desktop is missing: a compositor, or all of it.

use std::{process::Command, time::Duration};

use system_tests::retry;

use crate::{
    desk::Desk,
    installation::Installation,
    overlay::compositor,
    window::{App, built},
};

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// `ringside-desktop` ends so where the machine lacks something.
const EXIT_ENVIRONMENT: i32 = 4;

/// A display that nobody runs: numbers are given from 0.
const NO_DISPLAY: &str = ":599";

#[test]
fn without_a_compositor_the_overlay_is_opaque_and_the_settings_say_why_until_one_runs() {
    let Some(app) = App::open() else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let desk = Desk::of(&app);
    desk.put_game();
    let _match = app.play_on();
    let overlay = retry(PATIENCE, LOOK, || desk.overlay().filter(|&it| desk.is_shown(it)));
    let overlay = overlay.expect("a match shows the overlay");
    let opaque = || desk.is_opaque(overlay).then_some(());
    retry(PATIENCE, LOOK, opaque).expect("its ground is what the player knows, up to its corners");
    app.go_to("settings");
    app.wait_for(".problem", "The game cannot be seen through the overlay");
    app.wait_for(".problem", "picom");

    let Some(_compositor) = compositor(&app) else { return };
    let seen_through = || desk.is_seen_through(overlay).then_some(());
    retry(PATIENCE, LOOK, seen_through).expect("the game is seen through it from then on");
}

#[test]
fn without_a_desktop_it_says_that_capture_works_without_and_ends() {
    let binary = built().join("ringside-desktop");
    if !binary.exists() {
        return;
    }
    for display in [None, Some(NO_DISPLAY)] {
        let installation = Installation::new();
        let mut start = Command::new(&binary);
        start.args(["--data-dir", &installation.data_dir()]);
        start.env_remove("WAYLAND_DISPLAY").env_remove("DISPLAY").env("LANGUAGE", "en");
        if let Some(display) = display {
            start.env("DISPLAY", display);
        }
        let ended = start.output().expect("the app starts");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(EXIT_ENVIRONMENT), "{display:?}: {said}");
        assert!(said.contains("there is no desktop to open it on"), "{said}");
        assert!(said.contains("`ringside run` captures"), "{said}");
        assert!(!said.contains("panicked"), "a sentence is enough: {said}");
    }
}
