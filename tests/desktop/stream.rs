//! The stream page as a streaming program finds it: served by the real app.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::{
    blocking::{Client, Response},
    redirect::Policy,
};
use system_tests::retry;

use crate::{
    driver::{client, free_port},
    installation::Installation,
    window::{App, built},
};

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// There is one port for other devices on a machine: what one test has let go, another
/// would take while the first still looks whether nothing listens.
static NETWORK: Mutex<()> = Mutex::new(());

#[test]
fn a_kill_is_on_the_stream_page_under_its_address_alone() {
    let port = free_port();
    let Some(app) = App::open_on(Installation::streaming_on(port)) else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let token = retry(PATIENCE, LOOK, || token(&app)).expect("the app made an address");
    let client = client();
    let page = format!("http://127.0.0.1:{port}/{token}/");
    let served = || get(&client, &page).filter(|answer| answer.status().is_success());
    let mut html = String::new();
    retry(PATIENCE, LOOK, served).expect("it is served").read_to_string(&mut html).expect("text");
    let script = html.split('"').find(|part| part.ends_with(".js")).expect("it has a script");
    let fetched = get(&client, &format!("http://127.0.0.1:{port}{script}")).expect("it answers");
    assert!(fetched.status().is_success(), "{script} is served beside it");

    let events = get(&client, &format!("{page}events")).expect("it answers");
    app.installation.post_kills(0);
    app.installation.post_kills(1);
    let mut told = BufReader::new(events).lines().map_while(Result::ok);
    let kill = told.find(|line| line.contains(r#""kind":"kill""#)).expect("it is told of the kill");
    assert!(!kill.contains("Ana"), "names are hidden unless the player shows them: {kill}");

    let guessed = format!("http://127.0.0.1:{port}/{}/events", "0".repeat(token.len()));
    assert_eq!(get(&client, &guessed).expect("it answers").status(), 404);
    assert_eq!(
        get(&client, &format!("http://127.0.0.1:{port}/main.html")).expect("it answers").status(),
        404
    );
}

#[test]
fn a_phone_reads_the_stream_page_with_its_code_until_it_is_switched_off() {
    let Some((_network, app)) = opened_in_a_network() else { return };
    app.go_to("settings");
    app.press_switch("my other devices");
    app.wait_for("main", "Type this code");
    let (address, code) = (text(&app, "code.large"), text(&app, "code.code").replace(' ', ""));
    assert!(!app.installation.settings().contains("lan"), "no setting keeps it on");

    let phone = phone();
    let origin = address.trim_end_matches('/');
    let door = get(&phone, &address).expect("it answers").text().expect("text");
    assert!(door.contains("six digits"), "{door}");
    let paired = phone.post(format!("{address}pair")).header("origin", origin);
    let paired = paired.body(format!("code={code}")).send().expect("it answers");
    assert_eq!(paired.status(), 303);
    let cookie = paired.headers()["set-cookie"].to_str().expect("text").to_owned();
    let cookie = cookie.split(';').next().expect("a cookie has a value");
    let events = phone.get(format!("{address}events")).header("cookie", cookie).send();
    app.wait_for("main", "1 device may read");
    app.play();
    let events = events.expect("it answers");
    let mut told = BufReader::new(events).lines().map_while(Result::ok);
    assert!(told.any(|line| line.contains(r#""rows":4"#)), "it looks as the overlay does");
    let kill = told.find(|line| line.contains(r#""kind":"kill""#)).expect("it is told of the kill");
    assert!(!kill.contains("Ana"), "names are hidden unless the player shows them: {kill}");
    fs::write(built().join("desktop-lan.png"), app.window.screenshot()).expect("a file");

    app.press_switch("my other devices");
    // What was still on its way is read; then it ends.
    told.for_each(drop);
    let is_gone = || phone.get(&address).send().is_err().then_some(());
    retry(PATIENCE, LOOK, is_gone).expect("nothing listens any more");
}

#[test]
fn the_switch_for_other_devices_is_off_after_a_start() {
    let Some((_network, app)) = opened_in_a_network() else { return };
    app.go_to("settings");
    app.press_switch("my other devices");
    app.wait_for("main", "Type this code");
    let address = text(&app, "code.large");
    let Some(app) = app.restart() else { return };
    app.go_to("settings");
    app.wait_for(r#"label"#, "my other devices");
    let is_on = "return document.querySelectorAll('code.large').length";
    assert_eq!(app.window.run(is_on), 0, "it is off");
    assert!(phone().get(&address).send().is_err(), "nothing listens");
}

/// The app on a machine whose network it could serve; `None`, and says why, elsewhere.
/// No other test has the network until the guard is dropped.
#[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
fn opened_in_a_network() -> Option<(MutexGuard<'static, ()>, App)> {
    if let Err(reason) = stream_page::lan_address() {
        println!("skipped: {reason}");
        return None;
    }
    // A test that failed has ended its app as well.
    let network = NETWORK.lock().unwrap_or_else(PoisonError::into_inner);
    Some((network, App::open()?))
}

/// What the page shows there.
fn text(app: &App, selector: &str) -> String {
    let shown = app.window.run(&format!("return document.querySelector('{selector}').textContent"));
    shown.as_str().expect("text").to_owned()
}

/// A browser whose player went on after the warning: that the certificate is the one
/// of the fingerprint, the crate's own tests show.
fn phone() -> Client {
    drop(client());
    let phone = Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE);
    phone.tls_danger_accept_invalid_certs(true).build().expect("a client")
}

fn token(app: &App) -> Option<String> {
    fs::read_to_string(app.installation.data_dir() + "/stream-token").ok()
}

fn get(client: &Client, address: &str) -> Option<Response> {
    client.get(address).send().ok()
}
