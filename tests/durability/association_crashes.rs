//! The ingest server at a crash while it follows its log: the record is then as if
//! there had been none, row for row, and whoever reads its feed misses nothing and is
//! told nothing twice.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    process::Command,
};

use ingest_api::FeedEvent;
use ingest_store::{
    FeedPage, FeedStart, Follower, Generation, Looked, PageRequest, Store, StoreOptions, Viewer,
};
use rusqlite::{Connection, types::Value as Cell};
use serde_json::{Value, json};
use system_tests::{binary, scratch};

use crate::{
    crash_points::keep,
    disk::{Disk, Image},
    random::{Random, is_long},
    server_crashes::Server,
    strace,
    trace::{Act, Watched},
};

const DEVICES: [&str; 3] = [
    "00000000-0000-4000-8000-00000000000a",
    "00000000-0000-4000-8000-00000000000b",
    "00000000-0000-4000-8000-00000000000c",
];

/// What each of them calls its match: the first two turn out to be in one.
const KEYS: [&str; 3] = ["valorant:session-a", "valorant:session-b", "cs2:of-its-own"];

/// Kills that each device tells of, and how many at once.
const KILLS: u64 = 12;
const AT_ONCE: usize = 3;

/// So many of the calls on the index are looked at, or each in the long run; and so
/// many power failures at one besides the kill.
const POINTS: usize = 32;
const LOSSES: u64 = 1;
const LOSSES_LONG: u64 = 6;

/// Changes of the feed that are read at once: few, so that there are several pages.
const PAGE: u32 = 7;

/// Every table that says something of matches, but for changes, whose rows are one a
/// step: the feed tells them.
const TABLES: [&str; 14] = [
    "total",
    "game_match",
    "match_key",
    "match_state",
    "match_batch",
    "match_device",
    "match_name",
    "stream",
    "report",
    "occurrence",
    "occurrence_alias",
    "player_match",
    "session",
    "session_block",
];

/// The `nth` thing that a device tells of.
fn told(who: usize, kind: &str, nth: u64, seconds: u64) -> Value {
    let (device, key) = (DEVICES[who], KEYS[who]);
    // What is played back has a time that is believed, and counts for no player.
    let origin = if who == 2 { "live" } else { "replay" };
    let observer = format!("player {who}");
    let mut event = json!({
        "specversion": "1.0", "id": format!("{who}.{nth}"),
        "source": format!("urn:ringside:device:{device}"), "type": kind, "subject": key,
        "partitionkey": key, "sequence": nth.to_string(), "sequencetype": "Integer",
        "origin": origin, "datacontenttype": "application/json",
        "data": {
            "game": key.split(':').next(), "match": {"key": key, "origin": "session"},
            "observer": observer, "round": 1 + nth / 6,
            "actors": {"attacker": format!("player {}", nth % 3), "victim": format!("v{}", nth % 4),
                       "assists": []},
            "ordinal": null, "identity": "native", "match_clock_ms": null,
            "observed": {"epoch": device, "mono_ms": 1_000_000 + seconds * 1_000},
            "details": {"weapon": format!("of {who}")}
        }
    });
    if origin == "replay" {
        let (minute, second) = (seconds / 60, seconds % 60);
        event["time"] = json!(format!("2026-11-20T19:{minute:02}:{second:02}.{who}00Z"));
    }
    event
}

/// All of a device, in its order.
fn all_of(who: usize) -> Vec<Value> {
    let kind = |nth| match (who, nth % 6) {
        (2, 4) => "com.example.lap",
        (2, 5) => "ringside.session_evidence.v1",
        (_, _) => "ringside.kill.v1",
    };
    let mut all: Vec<_> = (1..=KILLS).map(|nth| told(who, kind(nth), nth, nth * 20)).collect();
    all.push(told(who, "ringside.match_ended.v1", KILLS + 1, (KILLS + 1) * 20));
    all
}

/// Devices send in turn; then a match is sealed, gets something late, is open again
/// and goes on.
fn play(server: &Server, tokens: &[String; 3], operator: &str) {
    let all = [0, 1, 2].map(all_of);
    for part in 0..all[0].len().div_ceil(AT_ONCE) {
        for (events, token) in all.iter().zip(tokens) {
            server.way.store(token, events.chunks(AT_ONCE).nth(part).unwrap_or_default());
        }
    }
    let later = |who: usize, nth: u64| told(who, "ringside.kill.v1", KILLS + nth, 300 + nth * 20);
    server.way.decide(operator, KEYS[0], "seal");
    server.way.store(&tokens[0], &[later(0, 2)]);
    server.way.decide(operator, KEYS[0], "reopen");
    server.way.store(&tokens[0], &[later(0, 3)]);
    server.way.store(&tokens[1], &[later(1, 2), later(1, 3)]);
    server.way.decide(operator, KEYS[2], "seal");
}

/// What a server did while it was sent all this, from the disk that it found on.
fn traced(root: &Path, trace: &Path) -> (Disk, Vec<Act>) {
    let folder = root.join("server");
    let server = Server::start(&mut Server::command(&folder));
    let tokens = DEVICES.map(|device| server.way.enrol_as(device));
    // So that there is an index, which no power failure takes away.
    server.way.store(&tokens[2], &[told(2, "ringside.match_started.v1", KILLS + 9, 0)]);
    server.stop();
    let mut command = Command::new(binary("ringside-ingest"));
    command.args(["reader", "add", "--operator", "--json", "--name", "operator", "--data-dir"]);
    let added = command.arg(&folder).output().unwrap();
    let added: Value = serde_json::from_slice(&added.stdout).unwrap();
    let disk = Disk::of_folder(root);

    let server = Server::start(&mut strace::traced(&Server::command(&folder), trace));
    play(&server, &tokens, added["token"].as_str().unwrap());
    server.stop();
    let watched = Watched { folder: root, acknowledgements: Path::new("/nothing") };
    (disk, watched.acts(&std::fs::read_to_string(trace).unwrap()))
}

/// Whether it changes a file of the index.
fn is_of_index(act: &Act) -> bool {
    let name = match act {
        Act::Open { name, .. }
        | Act::Write { name, .. }
        | Act::Resize { name, .. }
        | Act::Flush { name, .. }
        | Act::Remove { name } => name,
        Act::Rename { from, .. } | Act::Link { from, .. } => from,
        Act::MakeFolder { .. } | Act::Say { .. } | Act::Send { .. } => return false,
    };
    name.to_string_lossy().contains("index.sqlite")
}

/// How far the index follows the log: events and decisions.
type Cursor = (u64, i64);

/// All that there is of matches.
#[derive(Debug, PartialEq)]
struct Record {
    rows: Vec<(String, Vec<Vec<Cell>>)>,
    feeds: Vec<(String, Looked<Vec<Value>>)>,
}

impl Record {
    fn read(folder: &Path, store: &Store) -> Self {
        let index = Connection::open(folder.join("index.sqlite")).unwrap();
        let rows = TABLES.map(|table| {
            // A summary is written now and then; the rest of it is in the log.
            let columns = if table == "session" { "session_no, key, match_id" } else { "*" };
            let sql = format!("SELECT {columns} FROM {table} ORDER BY 1, 2");
            let mut statement = index.prepare(&sql).unwrap();
            let columns = statement.column_count();
            let rows = statement.query_map([], |row| (0..columns).map(|n| row.get(n)).collect());
            (table.to_owned(), rows.unwrap().collect::<Result<_, _>>().unwrap())
        });
        let feeds = KEYS.map(|key| {
            let mut reader = Reader::default();
            let found = match reader.read_all(store, key) {
                Looked::Found(events) => {
                    Looked::Found(events.iter().map(|one| json!(one)).collect())
                }
                Looked::Moved(to) => Looked::Moved(to),
                Looked::Unknown => Looked::Unknown,
            };
            (key.to_owned(), found)
        });
        Self { rows: rows.into(), feeds: feeds.into() }
    }

    /// What differs, for a person.
    fn differs_from(&self, other: &Self) -> Option<String> {
        let rows = self.rows.iter().zip(&other.rows).find(|(one, other)| one != other);
        let feeds = self.feeds.iter().zip(&other.feeds).find(|(one, other)| one != other);
        rows.map(|rows| format!("{rows:?}")).or_else(|| feeds.map(|feeds| format!("{feeds:?}")))
    }
}

/// Somebody who reads a feed, by its three rules.
#[derive(Debug, Clone, Default)]
struct Reader {
    known: BTreeMap<String, Value>,
    at: Option<(Generation, u64)>,
    /// How often it was told to begin anew, and what it had been told before.
    resets: usize,
    repeated: usize,
}

impl Reader {
    /// Reads on to the end of a feed; what it was told.
    fn read_all(&mut self, store: &Store, key: &str) -> Looked<Vec<FeedEvent>> {
        let mut told = Vec::new();
        loop {
            let (generation, revision) = self.at.map_or((None, 0), |(of, at)| (Some(of), at));
            let start = FeedStart::After { generation, revision };
            let page = match store.feed(Viewer::Reader, key, start, PAGE).unwrap() {
                Looked::Found(page) => page,
                Looked::Moved(to) => return Looked::Moved(to),
                Looked::Unknown => return Looked::Unknown,
            };
            self.hear(store, key, &page);
            told.extend(page.events);
            if !page.more {
                return Looked::Found(told);
            }
        }
    }

    fn hear(&mut self, store: &Store, key: &str, page: &FeedPage) {
        for event in &page.events {
            let told = json!(event);
            match (event.name(), self.at) {
                ("reset", _) => (self.known, self.resets) = (listed(store, key), self.resets + 1),
                (_, Some((_, heard))) if event.revision() <= heard => self.repeated += 1,
                (_, _) => {}
            }
            if matches!(event.name(), "merged" | "retracted") {
                self.known.remove(told["id"].as_str().unwrap());
            }
            if let Some(occurrence) = told.get("occurrence").filter(|one| one.is_object()) {
                self.known.insert(occurrence["id"].as_str().unwrap().into(), occurrence.clone());
            }
        }
        self.at = Some((page.generation, page.through));
    }
}

fn listed(store: &Store, key: &str) -> BTreeMap<String, Value> {
    let page = PageRequest { after: None, limit: 1_000 };
    let found = store.occurrences(Viewer::Reader, key, &page).unwrap().found();
    let found = found.map(|found| found.occurrences).unwrap_or_default();
    found.iter().map(|one| (one.id.to_string(), json!(one))).collect()
}

fn open(folder: &Path) -> Store {
    Store::open(folder, StoreOptions::default()).unwrap()
}

fn follow(folder: &Path) {
    let mut follower = Follower::open(folder, StoreOptions::default()).unwrap();
    while !follower.associate().unwrap().all {}
}

/// Nothing where there is no index yet.
fn cursor(folder: &Path) -> Option<Cursor> {
    let index = Connection::open(folder.join("index.sqlite")).unwrap();
    let sql = "SELECT associated_through, decided FROM follow";
    index.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))).ok()
}

/// Looks at crashes, and knows what each log comes to.
#[derive(Default)]
struct Looking {
    anew: HashMap<Cursor, Record>,
    /// Crashes after which there was something to be followed.
    behind: usize,
}

impl Looking {
    /// What whoever read the feeds up to the crash has.
    fn readers(image: &Image) -> Vec<Reader> {
        let scratch = scratch();
        image.write(scratch.path());
        let store = open(&scratch.path().join("server"));
        let readers = KEYS.map(|key| {
            let mut reader = Reader::default();
            drop(reader.read_all(&store, key));
            reader
        });
        readers.into()
    }

    /// Goes on from what a crash left; `readers` had read what they could before it.
    fn look(&mut self, image: &Image, readers: &[Reader]) -> Result<(), String> {
        let scratch = scratch();
        image.write(scratch.path());
        let folder = scratch.path().join("server");
        let store = open(&folder);
        let before = cursor(&folder);
        follow(&folder);
        let after = cursor(&folder).ok_or("there is no index")?;
        self.behind += usize::from(before != Some(after));
        let all = store.log_position().map_err(|error| error.to_string())?;
        if after.0 != all {
            return Err(format!("{} of {all} events are followed", after.0));
        }
        let record = Record::read(&folder, &store);
        for (reader, key) in readers.iter().zip(KEYS) {
            read_on(reader.clone(), &store, key)?;
        }
        drop(store);
        let anew = self.anew.entry(after).or_insert_with(|| made_anew(&folder));
        anew.differs_from(&record).map_or(Ok(()), Err)
    }
}

/// What a reader is told from where it was has to come to what is listed.
fn read_on(mut reader: Reader, store: &Store, key: &str) -> Result<(), String> {
    if let Looked::Moved(to) = reader.read_all(store, key) {
        return read_on(Reader::default(), store, &to);
    }
    if (reader.resets, reader.repeated) != (0, 0) {
        return Err(format!("{key}: {} resets, {} repeated", reader.resets, reader.repeated));
    }
    let listed = listed(store, key);
    if reader.known == listed {
        return Ok(());
    }
    Err(format!("{key}: told of {:?}, and there are {listed:?}", reader.known))
}

/// The record of a log whose index was lost.
fn made_anew(folder: &Path) -> Record {
    for ending in ["", "-wal", "-shm"] {
        // The last two are gone already where the last connection closed well.
        drop(std::fs::remove_file(folder.join(format!("index.sqlite{ending}"))));
    }
    follow(folder);
    Record::read(folder, &open(folder))
}

#[test]
fn a_crash_while_the_log_is_followed_changes_nothing_of_the_record() {
    if !strace::is_available() {
        return;
    }
    let run = scratch();
    let root = run.path().join("disk");
    std::fs::create_dir(&root).unwrap();
    let (mut disk, acts) = traced(&root, &run.path().join("trace"));
    let calls = acts.iter().filter(|act| is_of_index(act)).count();
    let every = if is_long() { 1 } else { calls.div_ceil(POINTS) };
    let (mut looking, mut random) = (Looking::default(), Random::new(1));
    let (mut points, mut images) = (0, 0);
    for (nth, act) in acts.iter().enumerate() {
        disk.act(act);
        if !is_of_index(act) || random.below(every as u64) > 0 {
            continue;
        }
        points += 1;
        let killed = disk.after_kill();
        let readers = Looking::readers(&killed);
        let losses = if is_long() { LOSSES_LONG } else { LOSSES };
        for loss in 0..=losses {
            let image = if loss == 0 { killed.clone() } else { disk.after_power_loss(&mut random) };
            images += 1;
            if let Err(why) = looking.look(&image, &readers) {
                let kept = keep(&image);
                panic!("call {nth}, crash {loss}: {why}\nthe image is in {}", kept.display());
            }
        }
    }
    assert!(disk.after_kill() == Image::of_folder(&root), "the rebuilt files are the real ones");
    let Looking { behind, anew } = looking;
    println!(
        "index: {calls} calls, crash points {points}, images {images}, {behind} behind the log"
    );
    let last = made_anew(&root.join("server"));
    assert!(matches!(&last.feeds[1].1, Looked::Moved(to) if to == KEYS[0]), "{:?}", last.feeds);
    let is_enough = points > POINTS / 2 && behind > points / 4 && anew.len() > 5;
    assert!(is_enough, "too little was looked at: {} ends", anew.len());
}
