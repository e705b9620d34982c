//! As much of WebDriver as the claims need, spoken to WebKitWebDriver itself.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::{child::Running, display::Display};

/// A loaded machine starts the driver within two seconds.
const START_TRIES: u32 = 200;
const START_PAUSE: Duration = Duration::from_millis(50);

/// The first start of a web view on a loaded machine.
const REPLY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a script may wait for the page, in WebDriver's milliseconds.
const SCRIPT_TIMEOUT_MS: u64 = 30_000;

/// A window that a driver holds; dropping it closes both.
pub(crate) struct Session {
    client: Client,
    url: String,
    _driver: Running,
}

impl Session {
    /// Opens `binary` with `arguments` on `display`.
    pub(crate) fn open(
        display: &Display,
        home: &Path,
        binary: &Path,
        arguments: &[&str],
    ) -> Result<Self, String> {
        let port = free_port();
        let driver = Running::start(
            Command::new("WebKitWebDriver")
                .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
                .env("DISPLAY", &display.name)
                .env("GDK_BACKEND", "x11")
                .env("HOME", home)
                .env("XDG_RUNTIME_DIR", home)
                .env("LANG", "C.UTF-8")
                .env("LANGUAGE", "en")
                .env("NO_AT_BRIDGE", "1")
                // Tauri lets a driver in only where both are set.
                .env("TAURI_AUTOMATION", "true")
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .stdin(Stdio::null())
                .stdout(Stdio::null()),
        )?;
        wait_for(port);
        let options = json!({ "binary": binary, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": options,
            "timeouts": { "script": SCRIPT_TIMEOUT_MS },
        }}});
        let client = client();
        let base = format!("http://127.0.0.1:{port}/session");
        let opened = value_of(client.post(&base).json(&wanted));
        let id = opened["sessionId"].as_str().expect("a session has an id");
        Ok(Self { client, url: format!("{base}/{id}"), _driver: driver })
    }

    /// What the script returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.execute("sync", script)
    }

    /// What the script hands to its last argument, `done`.
    pub(crate) fn wait(&self, script: &str) -> Value {
        self.execute("async", &format!("const done = arguments[arguments.length - 1]; {script}"))
    }

    /// The window's title.
    pub(crate) fn title(&self) -> String {
        let title = value_of(self.client.get(format!("{}/title", self.url)));
        title.as_str().expect("a title is text").to_owned()
    }

    /// The page as a PNG.
    pub(crate) fn screenshot(&self) -> Vec<u8> {
        let png = value_of(self.client.get(format!("{}/screenshot", self.url)));
        STANDARD.decode(png.as_str().expect("a screenshot is text")).expect("base64")
    }

    /// What the script returns in the window whose page has this title; comes back
    /// from there.
    pub(crate) fn in_window(&self, title: &str, script: &str) -> Value {
        let here = value_of(self.client.get(format!("{}/window", self.url)));
        let all = value_of(self.client.get(format!("{}/window/handles", self.url)));
        let all = all.as_array().expect("windows are a list");
        let found = all.iter().find(|window| {
            self.turn_to(window);
            self.title() == title
        });
        assert!(found.is_some(), "a window of the title {title} among {all:?}");
        let returned = self.run(script);
        self.turn_to(&here);
        returned
    }

    fn turn_to(&self, window: &Value) {
        let body = json!({ "handle": window });
        value_of(self.client.post(format!("{}/window", self.url)).json(&body));
    }

    fn execute(&self, how: &str, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        value_of(self.client.post(format!("{}/execute/{how}", self.url)).json(&body))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Else the window would outlive its driver.
        self.client.delete(&self.url).send().ok();
    }
}

/// A client for loopback.
pub(crate) fn client() -> Client {
    // reqwest is built without one and asks for it even where nothing is encrypted.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().no_proxy().timeout(REPLY_TIMEOUT).build().expect("a plain client")
}

fn value_of(request: reqwest::blocking::RequestBuilder) -> Value {
    let reply = request.send().expect("the driver answers");
    let status = reply.status();
    let mut body: Value = reply.json().expect("the driver answers in JSON");
    assert!(status.is_success(), "the driver refused: {body}");
    body["value"].take()
}

/// Another process may take it in between; then the test fails and says so.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

fn wait_for(port: u16) {
    let listens = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
    let started = (0..START_TRIES).any(|_| {
        listens() || {
            thread::sleep(START_PAUSE);
            false
        }
    });
    assert!(started, "WebKitWebDriver does not listen on port {port}");
}
