//! The ingest server at a crash: what it acknowledged, it knows again.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use system_tests::{ENROLMENT_KEY, Program, READY_TIMEOUT, binary, scratch};

use crate::{
    disk::{Disk, Image},
    random::{Random, is_long},
    strace,
    trace::{Act, Watched},
};

const DEVICE: &str = "00000000-0000-0000-0000-00000000000d";
const ANOTHER: &str = "00000000-0000-0000-0000-00000000000e";

/// Companions that post at once, so that their batches share commits.
const POSTERS: u64 = 3;
const BATCHES_EACH: u64 = 5;
const EVENTS_MAX: u64 = 4;

/// Crashes looked at after a receipt has left, and one in so many others: every
/// one in the long run, with fewer losses each.
const LOSSES: u64 = 3;
const LOSSES_LONG: u64 = 40;
const OTHER_POINTS_EVERY: u64 = 40;
const LOSSES_AT_OTHERS: u64 = 3;

/// One for every batch, since each is answered alone.
const POINTS_MIN: usize = (POSTERS * BATCHES_EACH) as usize;

const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// How a receipt page begins, wherever in an answer that is.
const RECEIPT: &[u8] = br#"{"ringside":"receipt/1""#;

/// A running server.
pub(crate) struct Server {
    pub(crate) program: Program,
    pub(crate) process: String,
    pub(crate) way: Way,
}

/// How to talk to it.
pub(crate) struct Way {
    url: String,
    client: Client,
}

impl Server {
    pub(crate) fn command(folder: &Path) -> Command {
        // The shell tells the id of the process that it becomes.
        let mut command = Command::new("sh");
        command.args(["-c", r#"echo "process $$"; exec "$@""#, "sh"]);
        command.arg(binary("ringside-ingest")).args(["serve", "--listen", "127.0.0.1:0"]);
        command.args(["--enrolment-key", ENROLMENT_KEY, "--data-dir"]).arg(folder);
        command
    }

    pub(crate) fn start(command: &mut Command) -> Self {
        Self::try_start(command).unwrap()
    }

    /// An error has what it said.
    pub(crate) fn try_start(command: &mut Command) -> anyhow::Result<Self> {
        let mut program = Program::start("the server", command)?;
        let process = program.line_with("process ", READY_TIMEOUT)?;
        let line = program.line_with("listening on http", READY_TIMEOUT)?;
        let url = line.split_whitespace().last().unwrap().to_owned();
        let process = process.split_whitespace().last().unwrap().to_owned();
        // Set already by another test of this process: that one is the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build()?;
        Ok(Self { program, process, way: Way { url, client } })
    }

    /// SIGKILL to it, and not to the `strace` around it.
    pub(crate) fn kill(self) {
        self.end("-KILL");
    }

    /// Has it end by itself, under `strace` too.
    pub(crate) fn stop(self) {
        self.end("-TERM");
    }

    fn end(self, signal: &str) {
        let told = Command::new("kill").args([signal, &self.process]).status().unwrap();
        assert!(told.success());
        // With the server, strace ends as if it had been killed itself.
        drop(self.program.finished());
    }
}

impl Way {
    pub(crate) fn enrol(&self) -> String {
        self.enrol_as(DEVICE)
    }

    /// Enrols a device; its token.
    pub(crate) fn enrol_as(&self, device: &str) -> String {
        let enrolled = self.enrolled(&json!({"device": device, "name": "PC"})).unwrap();
        enrolled["token"].as_str().unwrap().to_owned()
    }

    /// Enrols another device, under a token that it chose; whether it was told so.
    pub(crate) fn enrol_another(&self, token: &str) -> bool {
        let wish = json!({"device": ANOTHER, "name": "PC", "token": token});
        self.enrolled(&wish).is_some_and(|enrolled| enrolled["token"] == token)
    }

    /// Whether a device of this token may send.
    pub(crate) fn lets_in(&self, token: &str) -> bool {
        let request = self.request(token, &[]);
        request.send().is_ok_and(|reply| reply.status().is_success())
    }

    /// No answer where the server has gone.
    fn enrolled(&self, wish: &Value) -> Option<Value> {
        let request = self.client.post(format!("{}/v1/devices", self.url));
        let reply = request.bearer_auth(ENROLMENT_KEY).body(wish.to_string()).send().ok()?;
        serde_json::from_str(&reply.text().ok()?).ok()
    }

    /// Posts events; each with the server's word on it.
    pub(crate) fn post(&self, token: &str, numbers: &[u64]) -> Vec<(u64, String)> {
        let reply = self.request(token, numbers).send().unwrap();
        numbers.iter().copied().zip(words(&parsed(reply))).collect()
    }

    /// The same under an Idempotency-Key, which is the same for the same events;
    /// no reply where the server has gone.
    pub(crate) fn post_keyed(&self, token: &str, numbers: &[u64]) -> Option<Keyed> {
        let key = format!("\"00000000-0000-8000-9000-{:012}\"", numbers[0]);
        let request = self.request(token, numbers).header("Idempotency-Key", key);
        let reply = request.send().ok()?;
        let replayed = reply.headers().get("Idempotent-Replayed");
        let replayed = replayed.is_some_and(|value| value == "true");
        let status = reply.status().as_u16();
        let answer = serde_json::from_str(&reply.text().ok()?).unwrap_or_default();
        Some(Keyed { status, words: words_of(&answer).unwrap_or_default(), replayed })
    }

    fn request(&self, token: &str, numbers: &[u64]) -> RequestBuilder {
        self.sending(token, &numbers.iter().map(|number| event(*number)).collect::<Vec<_>>())
    }

    fn sending(&self, token: &str, events: &[Value]) -> RequestBuilder {
        let request = self.client.post(format!("{}/v1/events", self.url)).bearer_auth(token);
        let request = request.header("Content-Type", "application/cloudevents-batch+json");
        request.body(json!(events).to_string())
    }

    /// Posts any events, which the server must store.
    pub(crate) fn store(&self, token: &str, events: &[Value]) {
        let answer = parsed(self.sending(token, events).send().unwrap());
        assert!(words(&answer).iter().all(|word| word == "stored"), "{answer}");
    }

    /// Has an operator `seal` or `reopen` a match.
    pub(crate) fn decide(&self, operator: &str, key: &str, what: &str) {
        let request = self.client.post(format!("{}/v1/matches/{key}/{what}", self.url));
        let status = request.bearer_auth(operator).send().unwrap().status();
        assert!(status.is_success(), "{what} {key}: {status}");
    }

    /// Sends each batch of `posted` again, under its key and without: what was
    /// acknowledged is answered as before, and known to the gate.
    pub(crate) fn knows(&self, token: &str, posted: &[Vec<u64>], known: &BTreeSet<u64>) {
        for batch in posted {
            let again = self.post_keyed(token, batch).expect("the server runs");
            let is_known = batch.iter().all(|number| known.contains(number));
            let is_right = again.is_stored() && (again.replayed || !is_known);
            assert!(is_right, "{batch:?}, acknowledged: {is_known}, is answered {again:?}");
        }
        let all: Vec<u64> = posted.concat();
        for (number, word) in self.post(token, &all) {
            assert_eq!(word, "duplicate", "event {number} was answered twice");
        }
    }
}

/// An answer to a batch with an Idempotency-Key.
#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) status: u16,
    /// The server's word on each event, where it is a receipt page.
    pub(crate) words: Vec<String>,
    /// Whether it is an earlier answer.
    pub(crate) replayed: bool,
}

impl Keyed {
    pub(crate) fn is_stored(&self) -> bool {
        self.status == 200 && !self.words.is_empty() && self.words.iter().all(|w| w == "stored")
    }
}

fn words(answer: &Value) -> Vec<String> {
    words_of(answer).unwrap_or_else(|| panic!("{answer}"))
}

fn words_of(answer: &Value) -> Option<Vec<String>> {
    let word = |receipt: &Value| receipt["status"].as_str().map(str::to_owned);
    answer["receipts"].as_array()?.iter().map(word).collect()
}

fn parsed(reply: Response) -> Value {
    let status = reply.status();
    let text = reply.text().unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"))
}

fn event(number: u64) -> Value {
    let subject = format!("cs2:native-{}", number % 3);
    json!({
        "specversion": "1.0", "id": id(number),
        "source": format!("urn:ringside:device:{DEVICE}"),
        "type": "ringside.kill.v1", "subject": subject, "partitionkey": subject,
        "time": "2026-11-20T19:00:00.123Z", "sequence": number.to_string(),
        "sequencetype": "Integer", "origin": "replay", "datacontenttype": "application/json",
        "data": {
            "game": "cs2", "match": {"key": subject, "origin": "native"}, "observer": "Ana",
            "actors": {"attacker": "Ana", "victim": "Bo", "assists": []}, "round": 1,
            "ordinal": null, "identity": "native", "match_clock_ms": null,
            "observed": {"epoch": DEVICE, "mono_ms": number}, "details": {}
        }
    })
}

fn id(number: u64) -> String {
    format!("00000000-0000-8000-8000-{number:012}")
}

fn number(id: &str) -> u64 {
    id.rsplit('-').next().unwrap().parse().unwrap()
}

/// What a server did while it was posted to, until it had ended.
struct Traced {
    acts: Vec<Act>,
    token: String,
    posted: Vec<Vec<u64>>,
}

fn traced(folder: &Path, trace: &Path) -> Traced {
    let mut command = strace::traced(&Server::command(folder), trace);
    let server = Server::start(&mut command);
    let token = server.way.enrol();
    let posted = post_from_several_sides(&server.way, &token);
    // Not by a kill: what a thread was writing just then would be on the disk and
    // not in the trace, which tells of calls that ended.
    server.stop();
    let root = folder.parent().unwrap();
    let watched = Watched { folder: root, acknowledgements: Path::new("/nothing") };
    let acts = watched.acts(&std::fs::read_to_string(trace).unwrap());
    Traced { acts, token, posted }
}

/// The batches, each under its key.
fn post_from_several_sides(server: &Way, token: &str) -> Vec<Vec<u64>> {
    let next = AtomicU64::new(1);
    let post = |poster: u64| {
        let mut random = Random::new(poster);
        let batch = |_| {
            let count = 1 + random.below(EVENTS_MAX);
            let first = next.fetch_add(count, Ordering::Relaxed);
            let numbers: Vec<u64> = (first..first + count).collect();
            let answer = server.post_keyed(token, &numbers).expect("the server runs");
            assert!(answer.is_stored() && !answer.replayed, "{numbers:?}: {answer:?}");
            numbers
        };
        (0..BATCHES_EACH).map(batch).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let post = &post;
        let posters: Vec<_> =
            (0..POSTERS).map(|poster| scope.spawn(move || post(poster))).collect();
        posters.into_iter().flat_map(|poster| poster.join().unwrap()).collect()
    })
}

/// The events that an act acknowledges.
pub(crate) fn acknowledged(act: &Act) -> Vec<u64> {
    let Act::Send { bytes, .. } = act else { return Vec::new() };
    let begin = bytes.windows(RECEIPT.len()).position(|part| part == RECEIPT);
    let Some(page) = begin.and_then(|at| serde_json::from_slice::<Value>(&bytes[at..]).ok()) else {
        return Vec::new();
    };
    let receipts = page["receipts"].as_array().cloned().unwrap_or_default();
    let is_told =
        |receipt: &&Value| ["stored", "duplicate"].map(Value::from).contains(&receipt["status"]);
    let ids = receipts.iter().filter(is_told);
    ids.map(|receipt| number(receipt["id"].as_str().unwrap())).collect()
}

/// A server started on what a crash left knows each acknowledged event, and
/// takes the others.
fn look(image: &Image, name: &Path, traced: &Traced, known: &BTreeSet<u64>) {
    let scratch = scratch();
    image.write(scratch.path());
    let server = Server::start(&mut Server::command(&scratch.path().join(name)));
    server.way.knows(&traced.token, &traced.posted, known);
    server.kill();
}

#[test]
fn an_event_whose_receipt_left_is_there_after_a_crash() {
    if !strace::is_available() {
        return;
    }
    let run = scratch();
    let root = run.path().join("disk");
    std::fs::create_dir(&root).unwrap();
    let traced = traced(&root.join("server"), &run.path().join("trace"));

    let (mut disk, mut known, mut random) = (Disk::default(), BTreeSet::new(), Random::new(1));
    let (mut points, mut images) = (0, 0);
    for act in &traced.acts {
        disk.act(act);
        let acknowledged = acknowledged(act);
        known.extend(&acknowledged);
        let every = if is_long() { 1 } else { OTHER_POINTS_EVERY };
        let is_other = !known.is_empty() && random.below(every) == 0;
        if acknowledged.is_empty() && !is_other {
            continue;
        }
        points += 1;
        let mut seen = vec![disk.after_kill()];
        let losses = if is_long() { LOSSES_LONG } else { LOSSES };
        for _ in 0..if acknowledged.is_empty() { LOSSES_AT_OTHERS } else { losses } {
            let image = disk.after_power_loss(&mut random);
            if !seen.contains(&image) {
                seen.push(image);
            }
        }
        images += seen.len();
        seen.iter().for_each(|image| look(image, Path::new("server"), &traced, &known));
    }
    let posted: BTreeSet<u64> = traced.posted.concat().into_iter().collect();
    assert!(known == posted && !known.is_empty(), "every receipt is in the trace");
    assert!(disk.after_kill() == Image::of_folder(&root), "the rebuilt files are the real ones");
    println!("server: crash points {points}, images {images}");
    assert!(points >= POINTS_MIN && images >= points, "too little was looked at");
}
