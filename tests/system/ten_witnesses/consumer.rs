//! A backend that follows a match's feed while it is played, over a line that
//! breaks now and then.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use reqwest::blocking::{Client, Response};
use serde_json::Value;

use super::told::{Name, witnesses};

/// Events after which the line breaks.
const BREAKS_AFTER: usize = 150;

/// Longer than the server is ever silent on a feed.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// Between two tries to get through.
const PAUSE: Duration = Duration::from_millis(100);

/// What a consumer has: the occurrences that stand, by id, with who tells of them.
pub(super) type Record = BTreeMap<String, BTreeSet<Name>>;

/// A consumer at work.
pub(super) struct Consumer {
    followed: Arc<Mutex<Followed>>,
    stopped: Arc<AtomicBool>,
    working: Option<JoinHandle<()>>,
}

/// As far as it has come.
#[derive(Debug, Default, Clone)]
pub(super) struct Followed {
    pub(super) occurrences: Record,
    /// Events by name, for whoever looks.
    pub(super) counts: BTreeMap<String, usize>,
    last_id: Option<String>,
    key: String,
}

/// One event of the feed.
#[derive(Default)]
struct Event {
    id: Option<String>,
    name: String,
    data: String,
}

impl Consumer {
    /// Begins to follow a match.
    pub(super) fn of(server: &str, token: &str, key: &str) -> Self {
        // Plain HTTP, but the client wants a provider before it can be made.
        drop(rustls::crypto::ring::default_provider().install_default());
        let followed = Followed { key: key.to_owned(), ..Followed::default() };
        let followed = Arc::new(Mutex::new(followed));
        let stopped = Arc::new(AtomicBool::new(false));
        let line = Line {
            client: Client::builder().no_proxy().timeout(None).build().unwrap(),
            server: server.to_owned(),
            token: token.to_owned(),
            followed: Arc::clone(&followed),
            stopped: Arc::clone(&stopped),
        };
        let working = Some(thread::spawn(move || line.follow()));
        Self { followed, stopped, working }
    }

    pub(super) fn followed(&self) -> Followed {
        self.followed.lock().unwrap().clone()
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // It sees that at the next event, or when the server ends: nobody waits.
        drop(self.working.take());
    }
}

struct Line {
    client: Client,
    server: String,
    token: String,
    followed: Arc<Mutex<Followed>>,
    stopped: Arc<AtomicBool>,
}

impl Line {
    fn follow(&self) {
        while !self.stopped.load(Ordering::Relaxed) {
            if let Some(response) = self.connect() {
                self.read(response);
            }
            thread::sleep(PAUSE);
        }
    }

    fn connect(&self) -> Option<Response> {
        let (key, last_id) = {
            let followed = self.followed.lock().unwrap();
            (followed.key.clone(), followed.last_id.clone())
        };
        let url = format!("{}/v1/matches/{key}/feed", self.server);
        let request = self.client.get(url).bearer_auth(&self.token).timeout(SILENCE_MAX);
        let request = match last_id {
            Some(id) => request.header("Last-Event-ID", id),
            None => request,
        };
        request.send().ok().filter(|response| response.status().is_success())
    }

    fn read(&self, response: Response) {
        let (mut event, mut events) = (Event::default(), 0);
        for line in BufReader::new(response).lines().map_while(Result::ok) {
            match line.split_once(':') {
                None => {
                    self.followed.lock().unwrap().take(std::mem::take(&mut event));
                    events += 1;
                }
                Some(("id", id)) => event.id = Some(id.trim().to_owned()),
                Some(("event", name)) => event.name = name.trim().to_owned(),
                Some(("data", data)) => event.data.push_str(data.trim()),
                Some(_) => {}
            }
            if events >= BREAKS_AFTER || self.stopped.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

impl Followed {
    fn take(&mut self, event: Event) {
        if event.name.is_empty() {
            return;
        }
        let data: Value = serde_json::from_str(&event.data).unwrap();
        let id = |value: &Value| value.as_str().unwrap().to_owned();
        match event.name.as_str() {
            "created" | "split" | "retimed" => self.put(&data["occurrence"]),
            "witnessed" => self.witnessed(&data),
            "merged" => {
                let members = self.occurrences.remove(&id(&data["id"])).unwrap_or_default();
                if let Some(into) = self.occurrences.get_mut(&id(&data["into"])) {
                    into.extend(members);
                }
            }
            "retracted" => drop(self.occurrences.remove(&id(&data["id"]))),
            "reset" => self.occurrences.clear(),
            "moved" => {
                *self = Self {
                    key: id(&data["to"]),
                    counts: std::mem::take(&mut self.counts),
                    ..Self::default()
                };
            }
            "sealed" | "reopened" => {}
            unknown => panic!("a feed says {unknown:?}"),
        }
        *self.counts.entry(event.name).or_default() += 1;
        self.last_id = event.id.or(self.last_id.take());
    }

    fn put(&mut self, occurrence: &Value) {
        let id = occurrence["id"].as_str().unwrap().to_owned();
        self.occurrences.insert(id, witnesses(occurrence).collect());
    }

    fn witnessed(&mut self, data: &Value) {
        if data["occurrence"].is_object() {
            return self.put(&data["occurrence"]);
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        if let Some(known) = self.occurrences.get_mut(data["id"].as_str().unwrap()) {
            known.insert((text(&data["witness"]["device"]), text(&data["witness"]["event_id"])));
        }
    }
}

/// The same of what the reads say.
pub(super) fn record(occurrences: &[Value]) -> Record {
    let id = |occurrence: &Value| occurrence["id"].as_str().unwrap().to_owned();
    occurrences.iter().map(|one| (id(one), witnesses(one).collect())).collect()
}
