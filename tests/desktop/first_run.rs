//! The first start, as a new player goes through it: the real window and a real server.

use serde_json::json;
use system_tests::Server;
use tempfile::TempDir;

use crate::{installation::Installation, window::App};

const CHOOSE_SERVER: &str = "document.querySelectorAll('input[type=radio]')[1].click();";

const PASTE: &str = r#"
    const field = document.querySelector('textarea');
    field.value = WORDS;
    field.dispatchEvent(new Event('input', { bubbles: true }));
"#;

/// What went wrong in the page.
const FAULTS: &str = "return document.documentElement.dataset.faults ?? ''";

#[test]
fn a_new_player_joins_by_one_link_and_nothing_is_sent_before() {
    let Some(app) = App::open_on(Installation::of_someone_new()) else { return };
    let folder = TempDir::new().expect("a temporary directory");
    let server = Server::start(folder.path()).expect("the server starts");
    let link = server.invite("Café League").expect("a running server takes another key");

    app.wait_for("h1", "Your games");
    app.press("Continue");
    app.wait_for("h1", "Where your events go");
    app.window.run(CHOOSE_SERVER);
    app.wait_for("label", "Invitation");
    app.type_into_the_field(&link);
    app.wait_for(".host", "127.0.0.1:");
    app.wait_for("dd", "Café League");
    app.press("Continue");
    app.wait_for("h1", "Do you agree?");
    assert_eq!(server.devices().expect("they can be listed"), [json!(null); 0], "nobody asked");
    assert!(!app.installation.settings().contains("consent = true"));

    app.press("Send my events");
    app.wait_for("h1", "Where the overlay shows");
    assert_eq!(server.devices().expect("they can be listed").len(), 1);
    let settings = app.installation.settings();
    assert!(settings.contains("consent = true") && settings.contains(server.url()), "{settings}");
    app.press("Done");
    app.wait_for("h1", "Live");
    assert!(app.installation.settings().contains("first_run = false"), "it is not asked again");

    app.installation.post_kills(0);
    app.installation.post_kills(1);
    app.wait_for(r#"header [role="status"]"#, "nothing waiting");
    app.wait_for(r#"dd[data-count="settled"]"#, "");
    app.wait_for(r#"[role="log"] li.yours"#, "You got a kill");
    assert_eq!(app.window.run(FAULTS), json!(""), "nothing went wrong in the page");
}

#[test]
fn an_invitation_that_the_server_does_not_take_is_said_and_kept() {
    let Some(app) = App::open_on(Installation::of_someone_new()) else { return };
    let folder = TempDir::new().expect("a temporary directory");
    let server = Server::start(folder.path()).expect("the server starts");
    let link = server.invite("Ana").expect("a running server takes another key");
    let wrong = link.replace("/rse_", "/rse_0");
    assert_ne!(wrong, link, "another key");

    app.wait_for("h1", "Your games");
    app.press("Continue");
    app.wait_for("h1", "Where your events go");
    app.window.run(CHOOSE_SERVER);
    app.wait_for("label", "Invitation");
    app.type_into_the_field(&wrong);
    app.wait_for(".host", "127.0.0.1:");
    app.press("Continue");
    app.wait_for("h1", "Do you agree?");
    app.press("Send my events");
    app.wait_for(r#"[role="alert"]"#, "does not take this invitation");
    let kept = app.window.run("return document.querySelector('textarea').value");
    assert_eq!(kept, json!(wrong), "what the player pasted stays");
    assert!(!app.installation.settings().contains("consent = true"), "nothing was changed");
}

impl App {
    fn type_into_the_field(&self, words: &str) {
        self.window.run(&PASTE.replace("WORDS", &json!(words).to_string()));
    }
}
