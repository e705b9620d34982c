//! What the main window shows.

use std::{env, fs, path::PathBuf};

use serde_json::json;

use crate::{
    display::Display,
    driver::Session,
    installation::{BROKEN_SETTINGS, Installation},
    playing::Playing,
};

/// Hands over `true` as soon as the page holds what `selector` names and says `words`.
const WHEN_SHOWN: &str = r#"
    const shown = () => [...document.querySelectorAll(SELECTOR)]
        .some((element) => element.textContent.includes(WORDS));
    const watch = new MutationObserver(() => { if (shown()) { watch.disconnect(); done(true); } });
    const what = { subtree: true, childList: true, attributes: true, characterData: true };
    watch.observe(document, what);
    if (shown()) { watch.disconnect(); done(true); }
"#;

/// The feed is announced once the shell has answered the page.
const ANSWERED: &str = r#"[role="log"][aria-live="polite"]"#;

const COUNTS: &str = r#"
    const counts = [...document.querySelectorAll('dd[data-count]')];
    return Object.fromEntries(counts.map((count) => [count.dataset.count, count.textContent]));
"#;

const MISSING_LANDMARKS: &str = r#"
    return ['header', 'main', 'h1', 'section[aria-labelledby="feed-title"] [role="log"]',
        'section[aria-labelledby="queue-title"]', 'section[aria-labelledby="games-title"]',
        'header [role="status"]']
        .filter((selector) => document.querySelectorAll(selector).length !== 1);
"#;

const ALERTS: &str = r#"
    return [...document.querySelectorAll('[role="alert"]')].map((alert) => alert.textContent);
"#;

#[test]
fn the_window_shows_the_counts_of_a_fresh_outbox_without_a_fault() {
    let Some(app) = App::open() else { return };
    let window = &app.window;
    assert_eq!(window.title(), "Ringside");
    app.wait_for("main", "Nothing yet");

    let language = window.run("return document.documentElement.lang");
    assert_eq!(language, json!("en"), "the page names its language");
    assert_eq!(window.run(MISSING_LANDMARKS), json!([]), "every landmark is there, once");
    let none = json!({ "pending": "0", "in_flight": "0", "settled": "0", "quarantined": "0" });
    assert_eq!(window.run(COUNTS), none, "nothing has happened yet");
    assert_eq!(window.run(ALERTS), json!([]), "the companion runs");
    let ground = window.run("return getComputedStyle(document.documentElement).backgroundColor");
    let worn = window.run("return document.documentElement.dataset.theme");
    let its_ground = if worn == json!("dark") { "rgb(15, 19, 24)" } else { "rgb(243, 245, 248)" };
    assert_eq!(ground, json!(its_ground), "the content policy lets the styles of {worn} in");
    let faults = window.run("return document.documentElement.dataset.faults ?? ''");
    assert_eq!(faults, json!(""), "nothing went wrong in the page");
}

#[test]
fn a_kill_in_the_game_appears_in_the_open_window() {
    let Some(app) = App::open() else { return };
    app.wait_for(ANSWERED, "");
    app.installation.post_kills(0);
    app.installation.post_kills(1);
    app.wait_for(r#"[role="log"] li.yours"#, "You got a kill");
    app.wait_for(r#"[data-source="cs2"]"#, "2 messages");
    let waiting = app.window.run(COUNTS)["pending"].clone();
    assert_ne!(waiting, json!("0"), "what was captured waits in the outbox");
    fs::write(built().join("desktop-main.png"), app.window.screenshot())
        .expect("the target directory can be written");
}

#[test]
fn settings_that_cannot_be_read_are_said_and_kept() {
    let Some(app) = App::open_on(Installation::with_broken_settings()) else { return };
    app.wait_for(r#"[role="alert"]"#, "settings.toml");
    app.wait_for("main", "Nothing yet");
    assert_eq!(app.window.run(COUNTS)["pending"], json!("0"), "the queue is there");
    assert_eq!(app.installation.settings(), BROKEN_SETTINGS, "whoever wrote it can mend it");
    app.play();
    app.wait_for(r#"[role="log"] li.yours"#, "You got a kill");
}

/// The app on a display of its own. Fields are dropped in order: the window first.
pub(crate) struct App {
    pub(crate) window: Session,
    pub(crate) installation: Installation,
    display: Display,
}

impl App {
    /// Opens it; `None`, and says why, where this machine has not what it takes.
    pub(crate) fn open() -> Option<Self> {
        Self::open_on(Installation::new())
    }

    /// The same on an installation that was made for the test.
    pub(crate) fn open_on(installation: Installation) -> Option<Self> {
        Self::open_with(installation, &[])
    }

    /// The same on a display that was made for the test.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    pub(crate) fn open_at(display: Display, installation: Installation) -> Option<Self> {
        let opened = Self::start(installation, display, &[]);
        opened.map_err(|reason| println!("skipped: {reason}")).ok()
    }

    /// The same with more on its command line.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    pub(crate) fn open_with(installation: Installation, arguments: &[&str]) -> Option<Self> {
        let opened = Self::try_open(installation, arguments);
        opened.map_err(|reason| println!("skipped: {reason}")).ok()
    }

    fn try_open(installation: Installation, more: &[&str]) -> Result<Self, String> {
        Self::start(installation, Display::start()?, more)
    }

    /// Kills it and opens it again: same display, same installation.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    pub(crate) fn restart(self) -> Option<Self> {
        let Self { window, installation, display } = self;
        drop(window);
        installation.end();
        let opened = Self::start(installation, display, &[]);
        opened.map_err(|reason| println!("skipped: {reason}")).ok()
    }

    fn start(installation: Installation, display: Display, more: &[&str]) -> Result<Self, String> {
        let binary = built().join("ringside-desktop");
        if !binary.exists() {
            return Err(format!("{} is not built", binary.display()));
        }
        let data_dir = installation.data_dir();
        let arguments = [&["--data-dir", data_dir.as_str()], more].concat();
        let window = Session::open(&display, installation.home.path(), &binary, &arguments)?;
        Ok(Self { window, installation, display })
    }

    /// Closes what is open of it, and keeps its files.
    pub(crate) fn into_installation(self) -> Installation {
        self.installation
    }

    /// The display's name.
    pub(crate) fn display(&self) -> &str {
        &self.display.name
    }

    /// The display, and what is plugged into it.
    pub(crate) fn display_itself(&self) -> &Display {
        &self.display
    }

    /// Opens a page of the window.
    pub(crate) fn go_to(&self, page: &str) {
        self.window.run(&format!("location.hash = '#/{page}'"));
        self.wait_for(r#"main h1"#, "");
    }

    /// Presses the button that says these words, once it is there.
    pub(crate) fn press(&self, words: &str) {
        self.wait_for("button", words);
        let words = json!(words).to_string();
        self.window.run(&format!(
            "[...document.querySelectorAll('button')]
                .find((button) => button.textContent.includes({words})).click()"
        ));
    }

    /// Turns the switch whose label has these words, once it is there.
    pub(crate) fn press_switch(&self, words: &str) {
        self.wait_for("label", words);
        let words = json!(words).to_string();
        self.window.run(&format!(
            "[...document.querySelectorAll('label')]
                .find((label) => label.textContent.includes({words})).click()"
        ));
    }

    /// A match with a kill.
    pub(crate) fn play(&self) {
        self.installation.post_kills(0);
        self.installation.post_kills(1);
    }

    /// The same, and the match goes on until what this gives is dropped.
    pub(crate) fn play_on(&self) -> Playing {
        self.play();
        Playing::posting(self.installation.message_of_kills(1))
    }

    /// Keeps the page of this title from ever answering again.
    pub(crate) fn hang(&self, title: &str) {
        self.window.in_window(title, "setTimeout(() => { for (;;); }, 500)");
    }

    pub(crate) fn wait_for(&self, selector: &str, words: &str) {
        let script = WHEN_SHOWN
            .replace("SELECTOR", &json!(selector).to_string())
            .replace("WORDS", &json!(words).to_string());
        assert_eq!(self.window.wait(&script), json!(true));
    }
}

/// Where cargo puts binaries: the folder above this test's own, whatever the profile.
pub(crate) fn built() -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    test.ancestors().nth(2).expect("tests lie in <profile>/deps").to_owned()
}
