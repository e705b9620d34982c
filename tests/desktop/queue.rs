//! The page of the upload queue, event by event, against what is on disk.

use std::time::Duration;

use serde_json::{Value, json};
use system_tests::{Server, retry};
use tempfile::TempDir;

use crate::{
    on_disk::{self, Queue},
    upload::{opened, sent},
    window::App,
};

const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// The first table counts the states, the second lists the events of one.
const TABLES: &str = r#"
    const rows = (table) => [...(table?.tBodies[0].rows ?? [])]
        .map((row) => [...row.cells].map((cell) => cell.innerText.trim()));
    const [states, events] = document.querySelectorAll('main table');
    return { states: rows(states).map(([, count]) => Number(count)), events: rows(events) };
"#;

/// Its columns.
const STATE: usize = 0;
const AGE: usize = 3;
const NEXT: usize = 4;

/// No event of these tests is older: they end long before.
const OLDEST_S: u64 = 30 * 60;

#[test]
fn the_page_counts_and_lists_what_sql_does_while_the_server_is_there_gone_and_back() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path()).unwrap();
    let Some(app) = opened(&server) else { return };
    app.play();
    sent(&app);
    app.go_to("queue");
    app.press("All on this PC");
    let all = agreed(&app, |queue| queue.events);
    assert!(all.iter().all(|row| row[STATE] == "sent"), "{all:?}");

    let (folder, address) = server.crash().unwrap();
    app.installation.post_kills(2);
    app.press("Waiting");
    app.wait_for("main table td", "the server does not answer");
    app.wait_for("main table td", "in ");
    let waiting = agreed(&app, |queue| queue.waiting);
    assert!(!waiting.is_empty(), "what the server does not have waits");
    for row in &waiting {
        let age_s = seconds(row[AGE].as_str().unwrap());
        assert!(age_s.is_some_and(|age_s| age_s <= OLDEST_S), "{row:?}");
        let next = row[NEXT].as_str().unwrap();
        match row[STATE].as_str().unwrap() {
            "waiting" => assert!(next.contains("the server does not answer"), "{next}"),
            // It is being tried again at this moment.
            "sending" => assert!(next.contains("the server’s answer"), "{next}"),
            _ => panic!("what the server does not have waits: {row:?}"),
        }
    }
    app.wait_for(r#"header [role="status"]"#, "the server does not answer");

    let server = Server::start_on(&folder, &address).unwrap();
    app.press("Try now");
    app.wait_for(r#"header [role="status"]"#, "nothing waiting");
    app.wait_for("main", "No event is in this state.");
    app.press("Sent");
    let back = agreed(&app, |queue| queue.settled);
    assert!(back.len() > all.len(), "the kill of the outage is sent");
    assert!(server.verdicts().unwrap().stored > 0);
}

#[test]
fn an_event_whose_bytes_changed_on_the_disk_is_refused_with_its_reason_until_it_is_deleted() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path()).unwrap();
    let Some(app) = opened(&server) else { return };
    app.play();
    sent(&app);
    let (folder, address) = server.crash().unwrap();
    app.installation.post_kills(2);
    let waits = || (Queue::of(&app.installation).waiting > 0).then_some(());
    retry(PATIENCE, LOOK, waits).expect("it is on disk");
    app.installation.end();
    let installation = app.into_installation();
    on_disk::change_a_waiting_event(&installation);

    let _server = Server::start_on(&folder, &address).unwrap();
    let app = App::open_with(installation, &[]).expect("it was opened before");
    app.go_to("queue");
    app.press("Refused");
    app.wait_for("main table td", "its bytes on the disk have changed");
    let refused = agreed(&app, |queue| queue.refused);
    assert_eq!(refused.len(), 1, "the others are sent");
    assert_eq!(refused[0][NEXT], "nothing by itself");

    app.press("Look");
    app.press("Delete for good");
    app.wait_for("main", "The event is deleted.");
    assert_eq!(agreed(&app, |queue| queue.refused).len(), 0);
}

/// An age as the page has it, in seconds: `45 sec`, `12 min`.
fn seconds(age: &str) -> Option<u64> {
    let (count, unit) = age.split_once(char::is_whitespace)?;
    let unit_s = match unit {
        "sec" => 1,
        "min" => 60,
        _ => return None,
    };
    Some(count.parse::<u64>().ok()? * unit_s)
}

/// The listed rows, once the page counts as SQL does and lists as many of them as
/// `listed` says. What is in a request waits as well, and its row may say either.
fn agreed(app: &App, listed: impl Fn(Queue) -> u64) -> Vec<Vec<Value>> {
    let look = || {
        let queue = Queue::of(&app.installation);
        let shown = app.window.run(TABLES);
        let [waiting, sending, sent, refused] = counts(&shown)?;
        let same =
            (waiting + sending, sent, refused) == (queue.waiting, queue.settled, queue.refused);
        let rows: Vec<Vec<Value>> = serde_json::from_value(shown["events"].clone()).ok()?;
        (same && rows.len() as u64 == listed(queue)).then_some(rows)
    };
    retry(PATIENCE, LOOK, look).unwrap_or_else(|| {
        let shown = app.window.run(TABLES);
        panic!("the page has {shown}, SQL {:?}", Queue::of(&app.installation))
    })
}

fn counts(shown: &Value) -> Option<[u64; 4]> {
    serde_json::from_value(shown["states"].clone()).ok()
}

#[test]
fn what_is_held_back_says_so_in_every_row_and_goes_when_the_player_lets_it() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path()).unwrap();
    let Some(app) = opened(&server) else { return };
    app.play();
    sent(&app);
    app.go_to("queue");
    app.press("Hold back");
    app.wait_for("main button", "Send again from now on");
    let before = server.verdicts().unwrap();
    app.installation.post_kills(2);
    app.wait_for("main table td", "when you send again");
    let held = agreed(&app, |queue| queue.waiting);
    assert!(held.iter().all(|row| row[NEXT] == json!("when you send again")), "{held:?}");
    assert_eq!(server.verdicts().unwrap(), before, "nothing left");

    app.press("Send again from now on");
    app.wait_for(r#"header [role="status"]"#, "nothing waiting");
    assert_eq!(Queue::of(&app.installation).waiting, 0);
    assert!(server.verdicts().unwrap().stored > before.stored);
}
