//! Chromium without a window, driven through its DevTools pipe: what it is told
//! and what it says are JSON documents with a zero byte behind each.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The first start of a browser on a loaded machine.
const REPLY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the page may take to show something, in its own milliseconds.
const SHOWN_WITHIN_MS: u32 = 30_000;

/// The pipe is file 3 to it and 4 from it. Its sandbox does not work as root, and
/// all that it opens here is our own page.
const START: &str = r#"exec chromium --headless=new --no-sandbox --disable-gpu \
    --disable-dev-shm-usage --no-first-run --disable-background-networking \
    --remote-debugging-pipe --user-data-dir="$0" --lang=en --accept-lang=en \
    --window-size=1280,900 about:blank 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null"#;

/// Resolves as soon as `CONDITION` holds, and to `false` where it does not in time.
const WHEN: &str = r#"
    new Promise((done) => {
        const holds = () => { try { return Boolean(CONDITION); } catch { return false; } };
        const end = (held) => { watch.disconnect(); clearInterval(look); clearTimeout(limit); done(held); };
        const check = () => { if (holds()) end(true); };
        const watch = new MutationObserver(check);
        const what = { subtree: true, childList: true, attributes: true, characterData: true };
        // What has the focus changes without a mutation.
        const look = setInterval(check, 50);
        const limit = setTimeout(() => end(false), LIMIT);
        watch.observe(document, what);
        check();
    })
"#;

/// A key that moves something; text is typed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Tab,
    Enter,
    Escape,
    Left,
    Home,
}

impl Key {
    /// Its name, its code on Windows, and what it writes.
    fn parts(self) -> (&'static str, u32, Option<&'static str>) {
        match self {
            Self::Tab => ("Tab", 9, None),
            Self::Enter => ("Enter", 13, Some("\r")),
            Self::Escape => ("Escape", 27, None),
            Self::Left => ("ArrowLeft", 37, None),
            Self::Home => ("Home", 36, None),
        }
    }
}

/// A browser with one tab; dropping it ends it.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    last_id: u64,
    session: Value,
    faults: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts one; `Err` says why this machine has none.
    pub(crate) fn open() -> Result<Self, String> {
        let version = Command::new("chromium").arg("--version").output();
        version.map_err(|error| format!("chromium cannot be started: {error}"))?;
        Ok(Self::start())
    }

    fn start() -> Self {
        let profile = system_tests::scratch();
        let mut command = Command::new("sh");
        command.args(["-c", START]).arg(profile.path()).env("HOME", profile.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, said) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, from) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(said).split(0).map_while(Result::ok) {
                // Nobody listens any more where the test is over.
                sender.send(serde_json::from_slice(&message).unwrap()).ok();
            }
        });
        let (session, faults) = (Value::Null, Vec::new());
        let mut browser = Self { child, to, from, last_id: 0, session, faults, _profile: profile };
        browser.attach();
        browser
    }

    fn attach(&mut self) {
        let targets = self.call("Target.getTargets", json!({}));
        let pages = targets["targetInfos"].as_array().unwrap();
        let page = pages.iter().find(|target| target["type"] == "page").unwrap();
        let asked = json!({ "targetId": page["targetId"], "flatten": true });
        self.session = self.call("Target.attachToTarget", asked)["sessionId"].take();
        for domain in ["Page", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// Has every page from here on run a script before its own.
    pub(crate) fn before_pages(&mut self, script: &str) {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    /// Opens an address and waits until all of it is there.
    pub(crate) fn go(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url }));
        while self.message()["method"] != "Page.loadEventFired" {}
    }

    /// What a script comes to.
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let asked = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].take()
    }

    /// Waits until a condition holds in the page.
    pub(crate) fn wait_until(&mut self, condition: &str) {
        let limit = SHOWN_WITHIN_MS.to_string();
        let script = WHEN.replace("CONDITION", condition).replace("LIMIT", &limit);
        if self.run(&script) != true {
            let shown = self.run("document.body.innerText");
            panic!("never came to hold: {condition}\nthe page says: {shown}\n{:?}", self.faults);
        }
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, key: Key) {
        let (name, code, text) = key.parts();
        let mut stroke = json!({ "key": name, "code": name, "windowsVirtualKeyCode": code });
        stroke["type"] = json!("keyUp");
        let up = stroke.clone();
        stroke["type"] = json!("keyDown");
        if let Some(text) = text {
            stroke["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", stroke);
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Types into whatever has the focus.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Makes its window so many pixels wide and high.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// What went wrong in the page so far, what the content policy forbade included.
    pub(crate) fn faults(&self) -> &[String] {
        &self.faults
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let mut asked = json!({ "id": self.last_id, "method": method, "params": params });
        if !self.session.is_null() {
            asked["sessionId"] = self.session.clone();
        }
        self.to.write_all(format!("{asked}\0").as_bytes()).unwrap();
        loop {
            let mut message = self.message();
            if message["id"] == self.last_id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
        }
    }

    /// The next that it says, an answer or an event.
    fn message(&mut self) -> Value {
        let message = self.from.recv_timeout(REPLY_TIMEOUT).expect("chromium answers");
        let is_fault = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => message["params"]["entry"]["level"] == "error",
            _ => false,
        };
        if is_fault {
            self.faults.push(message["params"].to_string());
        }
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
