//! Two screens of different size, one of which is unplugged in a match.

use std::time::Duration;

use system_tests::retry;
use x11rb::protocol::xproto::Window;

use crate::{
    child::Running,
    desk::{Area, Desk},
    display::Display,
    installation::Installation,
    window::App,
};

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// A page is drawn and says its height within a few frames.
const STILL: Duration = Duration::from_secs(1);

/// What rounding makes of a place that is kept in percent.
const ROUNDING: i16 = 2;

#[test]
fn a_screen_that_is_unplugged_in_a_match_loses_no_window() {
    let Some(screens) = Screens::open(|_| true) else { return };
    screens.unplug_and_plug_in();
}

#[test]
fn nor_does_it_under_a_window_manager() {
    let Some(screens) = Screens::open(Screens::manage) else { return };
    screens.unplug_and_plug_in();
}

/// The app on two screens.
struct Screens {
    app: App,
    desk: Desk,
    manager: Option<Running>,
}

impl Screens {
    /// `None` where this machine has not what it takes, which is said.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    fn open(prepare: impl FnOnce(&mut Self) -> bool) -> Option<Self> {
        let display = Display::of_two_screens().map_err(|reason| println!("skipped: {reason}"));
        let app = App::open_at(display.ok()?, Installation::new())?;
        app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
        let desk = Desk::of(&app);
        let mut screens = Self { app, desk, manager: None };
        prepare(&mut screens).then_some(screens)
    }

    fn manage(&mut self) -> bool {
        let home = self.app.installation.home.path().display().to_string();
        self.manager = self.desk.manage(self.app.display(), &home);
        self.manager.is_some()
    }

    fn unplug_and_plug_in(&self) {
        let Self { app, desk, .. } = self;
        let [first, second] = Display::SCREENS;
        let window = desk.main_window();
        desk.put(window, (second.x + 200).into(), 100);
        self.settles_on(window, second, "the player has put the main window there");
        let overlay = self.overlay_on_the_second();
        let _match = app.play_on();
        let before = self.rests_on(overlay, second, "a match shows it where it was put");

        app.display_itself().unplug_the_second();
        self.settles_on(overlay, first, "the overlay is on the screen that is left");
        self.settles_on(window, first, "and so is the main window");
        assert!(desk.is_shown(overlay) && desk.is_shown(window));

        app.display_itself().plug_in_the_second();
        let after = self.rests_on(overlay, second, "it goes back to where it was put");
        let off = |one: i16, other: i16| (one - other).abs();
        assert!(off(after.x, before.x) <= ROUNDING, "{after:?} and not {before:?}");
        assert!(off(after.y, before.y) <= ROUNDING, "{after:?} and not {before:?}");
    }

    /// Moves the overlay there with the mouse, as a player does.
    fn overlay_on_the_second(&self) -> Window {
        let Self { app, desk, .. } = self;
        app.go_to("settings");
        app.press("Show it now and move it");
        let shown = || desk.overlay().filter(|&it| desk.is_shown(it));
        let overlay = retry(PATIENCE, LOOK, shown).expect("the overlay is shown");
        let takes_clicks = || (desk.input_rectangles(overlay) == 1).then_some(());
        retry(PATIENCE, LOOK, takes_clicks).expect("it takes clicks while it is moved");
        let [first, second] = Display::SCREENS;
        let held = self.settles_on(overlay, first, "it is on the first at first");
        // By its head, where no button is.
        desk.drag((held.x + 40, held.y + 20), (second.x + 700, 500));
        self.settles_on(overlay, second, "it went with the pointer");
        app.press("Done");
        retry(PATIENCE, LOOK, || app.installation.overlay_places()).expect("its place is on disk");
        overlay
    }

    /// Waits until all of a window lies on a screen.
    fn settles_on(&self, window: Window, screen: Area, why: &str) -> Area {
        self.lies_on(window, screen, LOOK, why)
    }

    /// Waits until it does and its page has said how high it is.
    fn rests_on(&self, window: Window, screen: Area, why: &str) -> Area {
        self.lies_on(window, screen, STILL, why)
    }

    fn lies_on(&self, window: Window, screen: Area, every: Duration, why: &str) -> Area {
        let mut last = None;
        let settled = || {
            let area = self.desk.area(window)?;
            (last.replace(area) == Some(area) && screen.holds(area)).then_some(area)
        };
        let found = retry(PATIENCE, every, settled);
        found.unwrap_or_else(|| panic!("{why}: {:?}", self.desk.area(window)))
    }
}
