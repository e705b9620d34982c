//! What is not as it should be: a sentence on the page, and the rest works.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::json;
use system_tests::{ENROLMENT_KEY, Server, Simulator};
use tempfile::TempDir;

use crate::{driver::free_port, installation::Installation, on_disk::Queue, window::App};

/// What the bar says of the upload.
const STATE: &str = r#"header [role="status"]"#;

const NAME_A_FOLDER: &str = r#"
    const field = document.querySelector('main input[type="text"], main input:not([type])');
    field.value = FOLDER;
    field.dispatchEvent(new Event('input', { bubbles: true }));
"#;

/// The match of the moment is followed and kept, whatever else is wrong.
fn the_feed_moves(app: &App) {
    app.play();
    app.go_to("live");
    app.wait_for(r#"[role="log"] li.yours"#, "You got a kill");
    assert!(Queue::of(&app.installation).waiting > 0, "it is on disk");
}

#[test]
fn a_server_that_is_not_there() {
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let installation = Installation::sending_to(&nobody);
    let Some(app) = App::open_with(installation, &["--enrolment-key", ENROLMENT_KEY]) else {
        return;
    };
    app.wait_for(STATE, "the server does not answer");
    the_feed_moves(&app);
}

#[test]
fn a_wrong_key() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path()).unwrap();
    let installation = Installation::sending_to(server.url());
    let Some(app) = App::open_with(installation, &["--enrolment-key", "another"]) else { return };
    app.wait_for(STATE, "the server does not take the invitation");
    the_feed_moves(&app);
    assert_eq!(server.verdicts().unwrap().stored, 0, "nothing left");
}

#[test]
fn a_game_path_that_is_none() {
    let Some(app) = App::open() else { return };
    let nothing = TempDir::new().unwrap();
    app.go_to("games");
    app.wait_for("label", "Folder of Counter-Strike 2");
    let folder = json!(nothing.path()).to_string();
    app.window.run(&NAME_A_FOLDER.replace("FOLDER", &folder));
    app.press("Look there");
    app.wait_for(r#"main [role="alert"]"#, "This game is not in that folder");
    app.wait_for(r#"main [role="alert"]"#, "Browse local files");
    let written = nothing.path().read_dir().unwrap().count();
    assert_eq!(written, 0, "nothing was written there");
    the_feed_moves(&app);
}

#[test]
fn a_port_that_another_program_has() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&folder.path().join("server")).unwrap();
    let root = folder.path().join("root.pem");
    let truth = folder.path().join("truth.json");
    let (_match, league) = Simulator::league(61, 30, &root, &truth).unwrap();
    let installation = Installation::beside_league(server.url(), league, &root);
    let port = installation.port();
    let _other = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it was free");
    let Some(app) = App::open_with(installation, &["--enrolment-key", ENROLMENT_KEY]) else {
        return;
    };
    let said = format!("Another program uses port {port}");
    app.wait_for(r#"[data-source="cs2"]"#, &said);
    app.wait_for(r#"[role="log"] li"#, " killed ");
    app.go_to("games");
    app.wait_for("main", "Close that program, then switch the game off and on here.");
}
