//! Overwolf's page in a real browser, beside the real companion: what it is told arrives
//! once, also what it is told while the companion is away.
//!
//! No browser but Overwolf's has pages of `overwolf-extension:`, and the bridge lets no
//! other page in. So the page is served here, with a stand-in for Overwolf, and the origin
//! that the browser names is exchanged on the way to the bridge and back; the browser asks
//! and judges as it does for every page.

mod way;

use std::{path::Path, process::Command};

use serde_json::{Value, json};
use system_tests::{LiveCompanion, Server, binary, compare, free_port, retry};

use self::way::Way;
use crate::{
    page::Browser,
    stopping::{LOOK, PATIENCE},
};

/// Overwolf, as far as the page uses it; `tell` plays what it says.
const OVERWOLF: &str = r#"
    const listeners = { onNewEvents: [], onInfoUpdates2: [], onGameInfoUpdated: [] };
    const event = (name) => ({ addListener: (listener) => listeners[name].push(listener) });
    window.overwolf = { games: {
        events: {
            onNewEvents: event("onNewEvents"),
            onInfoUpdates2: event("onInfoUpdates2"),
            setRequiredFeatures: (features, granted) => granted({ success: true, features }),
            getInfo: (told) => told({ success: true, res: {} }),
        },
        onGameInfoUpdated: event("onGameInfoUpdated"),
        getRunningGameInfo: (told) => told({ isRunning: true, classId: 21640, id: 216401 }),
    } };
    window.tell = (all) => {
        for (const { channel, payload } of all) {
            for (const listener of listeners[channel]) listener(payload);
        }
    };
"#;

/// A match and its truth, made up.
fn match_in(folder: &Path) -> Vec<Value> {
    let mut command = Command::new(binary("ringside-sim"));
    command.args(["match", "--game", "valorant", "--seed", "7", "--seconds", "60", "--out"]);
    assert!(command.arg(folder).status().unwrap().success());
    let lines = std::fs::read_to_string(folder.join("frames.jsonl")).unwrap();
    let messages = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    // What a page asks for when it starts it is not told.
    messages.filter(|message: &Value| message["channel"] != "getInfo").collect()
}

#[test]
fn what_the_page_is_told_arrives_once_though_the_companion_is_away_in_between() {
    let mut browser = match Browser::open() {
        Ok(browser) => browser,
        // In CI nobody reads that a test was skipped.
        Err(reason) if std::env::var_os("CI").is_some() => panic!("{reason}"),
        Err(reason) => return println!("skipped: {reason}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let messages = match_in(&folder.path().join("match"));
    let server = Server::start(&folder.path().join("server")).unwrap();
    let device = folder.path().join("companion");
    let (gsi_port, port) = (free_port().unwrap(), free_port().unwrap());
    let settings = format!("enabled = true\nport = {port}\n");
    LiveCompanion::configure_alone(&device, server.url(), gsi_port, ("overwolf", &settings))
        .unwrap();
    let mut companion = LiveCompanion::headless(&device, &[]).unwrap();

    let way = Way::to(port, &device.join("overwolf"));
    browser.before_pages(OVERWOLF);
    browser.go(&way.page());
    let mut tell = |part: &[Value]| {
        browser.run(&format!("tell({})", Value::from(part.to_vec())));
    };
    let third = messages.len() / 3;
    tell(&messages[..third]);
    retry(PATIENCE, LOOK, || {
        let outbox = companion.device().outbox().ok()?;
        (outbox["settled"].as_u64()? > 0).then_some(())
    })
    .expect("something of the match was sent");
    companion.kill();
    tell(&messages[third..2 * third]);
    let mut companion = LiveCompanion::headless(&device, &[]).unwrap();
    tell(&messages[2 * third..]);

    let truth = folder.path().join("match/truth.json");
    let compared =
        || compare(std::slice::from_ref(&truth), &server.occurrences().unwrap()).unwrap();
    let whole = retry(PATIENCE, LOOK, || Some(compared()).filter(|all| all.is_whole()));
    let said = companion.stop();
    let whole = whole.unwrap_or_else(|| panic!("{:?}: {said:?}", compared()));
    assert!(whole.happened >= 20, "{whole:?}");
    let outbox = companion.device().outbox().unwrap();
    assert_eq!(outbox["settled"], json!(server.verdicts().unwrap().stored), "{outbox}");
    // While nobody answers the browser says so.
    let faults = browser.faults().iter().filter(|fault| !fault.contains("net::ERR_"));
    assert_eq!(faults.collect::<Vec<_>>(), Vec::<&String>::new());
}
