//! A match of the simulator, on the game's own protocol, beside the real app and a
//! real server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{slice, time::Duration};

use serde_json::{Value, json};
use simulator::{LeagueMatch, Length, TrueEvent};
use system_tests::{ENROLMENT_KEY, Server, Simulator, compare, retry};
use tempfile::TempDir;

use crate::{desk::Desk, installation::Installation, log, on_disk::Queue, overlay, window::App};

/// Length of the match by its own clock, which begins when the app asks for it: a
/// loaded machine may take most of it to make its web views.
const SECONDS: u32 = 75;

/// Kills go on until shortly before the end.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

const OVERLAY: &str = "Ringside overlay";

/// The rows of a page that tell of two players, each with its words and its names.
const ROWS: &str = r#"
    return [...document.querySelectorAll('main li')]
        .map((row) => ({
            words: row.querySelector('p').textContent.trim(),
            names: [...row.querySelectorAll('bdi')].map((name) => name.textContent),
        }))
        .filter(({ names }) => names.length === 2);
"#;

/// An evening: a server, a match, and the app beside them.
struct Evening {
    app: App,
    server: Server,
    played: Simulator,
    folder: TempDir,
}

impl Evening {
    fn begin(seed: u64) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        let server = Server::start(&path("server")).unwrap();
        let root = path("root.pem");
        let (seconds, truth) = (SECONDS.into(), path("truth.json"));
        let (played, port) = Simulator::league(seed, seconds, &root, &truth).unwrap();
        let installation = Installation::beside_league(server.url(), port, &root);
        let app = App::open_with(installation, &["--enrolment-key", ENROLMENT_KEY])?;
        Some(Self { app, server, played, folder })
    }
}

#[test]
fn a_kill_of_the_match_is_in_the_overlay_and_in_the_window_as_it_happened() {
    let seed = 51;
    let Some(evening) = Evening::begin(seed) else { return };
    let app = &evening.app;
    let Some(_compositor) = overlay::compositor(app) else { return };
    let desk = Desk::of(app);
    let focus = desk.focus();
    overlay::shown(&desk);
    assert_eq!(desk.focus(), focus, "the keyboard is where it was");

    let told = || {
        let rows = app.window.in_window(OVERLAY, ROWS);
        let kill = rows.as_array()?.iter().find(|row| is_kill(row))?;
        Some(kill.clone())
    };
    let told = retry(PATIENCE, LOOK, told).expect("the overlay tells of a kill");
    let words = told["words"].as_str().expect("words are text");
    app.wait_for(r#"[role="log"] li"#, words);

    let truth = truth(seed);
    let happened = truth.iter().any(|event| {
        event.kind == "kill" && json!([event.attacker, event.victim]) == told["names"]
    });
    assert!(happened, "{told} is in the match's own list: {truth:?}");
}

/// As a row's words have it; structures have names as well.
fn is_kill(row: &Value) -> bool {
    row["words"].as_str().is_some_and(|words| words.contains(" killed "))
}

/// Everything that happens in the match of a seed: nobody has to wait for its end.
fn truth(seed: u64) -> Vec<TrueEvent> {
    LeagueMatch::new(seed, Length::seconds(SECONDS)).truth().events
}

#[test]
fn an_app_that_is_killed_in_the_midst_of_a_match_loses_and_doubles_nothing() {
    let Some(Evening { app, server, played, folder }) = Evening::begin(52) else { return };
    let some = || server.verdicts().ok().filter(|told| told.stored > 3);
    retry(PATIENCE, LOOK, some).expect("events were sent before the crash");
    let before = server.verdicts().unwrap();
    app.installation.end();
    let installation = app.into_installation();

    let app = App::open_with(installation, &[]).expect("it was opened before");
    app.wait_for(r#"[role="log"] li"#, "");
    let truth = played.finished().unwrap();
    let whole = || {
        let is = compare(slice::from_ref(&truth), &server.occurrences().ok()?).ok()?;
        (is.is_whole() && Queue::of(&app.installation).waiting == 0).then_some(is)
    };
    let whole = retry(PATIENCE, LOOK, whole).unwrap_or_else(|| {
        let is = compare(slice::from_ref(&truth), &server.occurrences().unwrap());
        panic!("{is:?}, {:?}", Queue::of(&app.installation))
    });
    assert!(whole.happened > before.stored, "the match went on after the crash: {whole:?}");
    app.wait_for(r#"header [role="status"]"#, "nothing waiting");
    let verdicts = server.verdicts().unwrap();
    assert_eq!((verdicts.conflicts, verdicts.invalid), (0, 0));
    let logged = log::each_once(&folder.path().join("server"));
    assert_eq!(logged.len() as u64, verdicts.stored, "each event is there once");
}
