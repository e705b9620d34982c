//! The upload as the window shows it: what a page says is what is on disk.

use std::time::Duration;

use serde_json::{Value, json};
use system_tests::{ENROLMENT_KEY, Server, retry};
use tempfile::TempDir;

use crate::{installation::Installation, on_disk::Queue, window::App};

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

const COUNTS: &str = r#"
    const counts = [...document.querySelectorAll('dd[data-count]')];
    return Object.fromEntries(counts.map((count) => [count.dataset.count, count.textContent]));
"#;

/// What the bar says of the upload.
const STATE: &str = r#"header [role="status"]"#;

#[test]
fn the_pages_counts_are_the_queues_while_the_server_is_there_gone_and_back() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path()).unwrap();
    let Some(app) = opened(&server) else { return };
    app.installation.post_kills(0);
    app.installation.post_kills(1);
    sent(&app);
    let sent = agreed_counts(&app);
    assert_ne!(sent["settled"], json!("0"), "what was captured is on the server's disk");

    let (folder, address) = server.crash().unwrap();
    app.installation.post_kills(2);
    app.wait_for(STATE, "waiting");
    let waiting = agreed_counts(&app);
    assert_ne!(Queue::of(&app.installation).waiting, 0, "what the server does not have waits");
    assert_eq!(waiting["settled"], sent["settled"]);

    let server = Server::start_on(&folder, &address).unwrap();
    app.wait_for(STATE, "nothing waiting");
    let back = agreed_counts(&app);
    assert_eq!(back["pending"], json!("0"));
    let stored = server.verdicts().unwrap().stored;
    assert!(stored > 0, "the kill of the outage is stored by the server that came back");
}

#[test]
fn an_app_that_is_killed_goes_on_with_what_waited() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path()).unwrap();
    let Some(app) = opened(&server) else { return };
    app.installation.post_kills(0);
    sent(&app);
    let (folder, address) = server.crash().unwrap();
    for kills in 1..4 {
        app.installation.post_kills(kills);
    }
    app.wait_for(r#"[role="log"] li"#, "You got a kill");
    app.wait_for(STATE, "waiting");
    // A kill may be on its way to the disk still.
    let all = || Some(Queue::of(&app.installation)).filter(|queue| queue.waiting == 3);
    let waited = retry(PATIENCE, LOOK, all).expect("three kills are kept");
    app.installation.end();
    let installation = app.into_installation();

    assert_eq!(Queue::of(&installation), waited, "all of it is on disk");
    let server = Server::start_on(&folder, &address).unwrap();
    let app = App::open_with(installation, &[]).expect("it was opened before");
    app.wait_for(STATE, "nothing waiting");
    let counts = agreed_counts(&app);
    let verdicts = server.verdicts().unwrap();
    assert_eq!(counts["pending"], json!("0"));
    assert_eq!((verdicts.conflicts, verdicts.invalid), (0, 0));
}

pub(crate) fn opened(server: &Server) -> Option<App> {
    let installation = Installation::sending_to(server.url());
    let app = App::open_with(installation, &["--enrolment-key", ENROLMENT_KEY])?;
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    Some(app)
}

/// Waits until what was captured is on the server's disk: an empty queue has nothing
/// waiting either.
pub(crate) fn sent(app: &App) {
    let is_sent = |queue: Queue| queue.waiting == 0 && queue.settled > 0;
    let sent = || is_sent(Queue::of(&app.installation)).then_some(());
    retry(PATIENCE, LOOK, sent).expect("the server takes it");
    app.wait_for(STATE, "nothing waiting");
}

/// The counts of the page once they are the queue's own.
fn agreed_counts(app: &App) -> Value {
    let agreed = || {
        let shown = app.window.run(COUNTS);
        let Queue { waiting, settled, .. } = Queue::of(&app.installation);
        let number = |name: &str| shown[name].as_str().and_then(|count| count.parse::<u64>().ok());
        // What is in a request waits as well, until the server has it.
        let same = number("pending")? + number("in_flight")? == waiting;
        (same && number("settled")? == settled).then_some(shown)
    };
    retry(PATIENCE, LOOK, agreed).unwrap_or_else(|| {
        let (shown, queue) = (app.window.run(COUNTS), Queue::of(&app.installation));
        panic!("the page counts {shown}, the queue holds {queue:?}")
    })
}
