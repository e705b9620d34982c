//! The ingest server whose database is deleted or replaced under it, and that is
//! killed at any call of saving it. Whoever starts next is told what is there, and who
//! does what he is told has every acknowledged event, or knows what he lacks.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use system_tests::{Program, READY_TIMEOUT, binary, scratch};
use tempfile::TempDir;

use crate::{
    random::is_long,
    server_crashes::{Server, Way},
    strace,
};

const DATABASE: &str = "ingest.sqlite";
/// What SQLite keeps beside it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Events that were moved into the database's file, and in a backup, before anything
/// is lost; and those that are in its log alone.
const FIRST: std::ops::RangeInclusive<u64> = 1..=200;
const SECOND: std::ops::RangeInclusive<u64> = 201..=230;
const EVENTS_EACH: usize = 50;

/// Calls of a rescue, and at which of each it is killed, where there are as many; one after the other in the
/// long run, as far as there are any.
const CALLS: [(&str, &[u64]); 4] = [
    ("pwrite64", &[25]),
    ("fsync,fdatasync", &[1, 4]),
    ("?rename,?renameat,renameat2", &[1, 2, 4]),
    ("?unlink,unlinkat", &[2]),
];

/// A case waits for the server's next look more than it does anything.
const CASES_AT_ONCE: usize = 12;
/// More than any kind of call is made in a rescue of so few events.
const CALLS_MAX: u64 = 400;

/// What somebody does to a running server's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Log,
    Database,
    All,
    /// A copy is moved over the database.
    Replaced,
}

/// What the next start said, in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nothing.
    Started,
    /// To restore what the server had saved.
    Saved,
    /// That it was ended before.
    Unsaved,
}

/// A folder of a stopped server, with a backup of it beside.
struct Base {
    dir: TempDir,
    token: String,
}

impl Base {
    fn new() -> Self {
        let dir = scratch();
        let mut server = Server::start(&mut Server::command(&dir.path().join("server")));
        let token = server.way.enrol();
        post(&server.way, &token, FIRST);
        server.program.stop();
        fs::copy(dir.path().join("server").join(DATABASE), dir.path().join("old")).unwrap();
        ingest(&["database", "backup"], &dir.path().join("backup"), &dir.path().join("server"));
        Self { dir, token }
    }

    fn copied(&self) -> TempDir {
        let copy = scratch();
        for name in ["backup", "old"] {
            fs::copy(self.dir.path().join(name), copy.path().join(name)).unwrap();
        }
        let (from, to) = (self.dir.path().join("server"), copy.path().join("server"));
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        copy
    }
}

/// `ringside-ingest` with these words and a file, which it must take.
fn ingest(words: &[&str], file: &Path, folder: &Path) {
    let mut command = Command::new(binary("ringside-ingest"));
    let done = command.args(words).arg(file).arg("--data-dir").arg(folder).output().unwrap();
    assert!(done.status.success(), "{words:?} {}: {done:?}", file.display());
}

fn post(way: &Way, token: &str, events: std::ops::RangeInclusive<u64>) {
    for batch in events.collect::<Vec<_>>().chunks(EVENTS_EACH) {
        let said = way.post(token, batch);
        assert!(said.iter().all(|(_, word)| word == "stored"), "{said:?}");
    }
}

/// Asserts that a server knows what was acknowledged.
fn knows(way: &Way, token: &str, events: std::ops::RangeInclusive<u64>, case: &str) {
    let events: Vec<_> = events.collect();
    let said = events.chunks(EVENTS_EACH).flat_map(|batch| way.post(token, batch));
    let lacking = said.filter(|(_, word)| word != "duplicate");
    let lacking: Vec<u64> = lacking.map(|(number, _)| number).collect();
    assert!(lacking.is_empty(), "{case}: it lacks {lacking:?}");
}

fn lose(loss: Loss, root: &Path) {
    let path = |part: &str| root.join("server").join(format!("{DATABASE}{part}"));
    match loss {
        Loss::Log => fs::remove_file(path("-wal")).unwrap(),
        Loss::Database => fs::remove_file(path("")).unwrap(),
        Loss::All => PARTS.iter().for_each(|part| fs::remove_file(path(part)).unwrap()),
        Loss::Replaced => fs::rename(root.join("old"), path("")).unwrap(),
    }
}

/// Kills a server at a call of its rescue; whether it came to that, and what followed.
fn kill_at(base: &Base, loss: Loss, calls: &str, nth: u64) -> (bool, Told) {
    let case = format!("{loss:?}, killed at {calls} {nth}");
    let copy = base.copied();
    let folder = copy.path().join("server");
    // What association flushes in the same folder would be the first call.
    let mut command = Server::command(&folder);
    let mut server = Server::start(command.arg("--without-association"));
    post(&server.way, &base.token, SECOND);
    let injection = format!("inject={calls}:signal=KILL:when={nth}");
    let trace = copy.path().join("trace");
    let mut tampering =
        strace::attached_at(&server.process, &trace, &injection, &files(&folder, calls));
    let mut tampering = Program::start("strace", &mut tampering).unwrap();
    tampering.line_with("attached", READY_TIMEOUT).unwrap();
    lose(loss, copy.path());
    let is_killed =
        server.program.line_with("until the server is started again", READY_TIMEOUT).is_err();
    server.program.kill();
    tampering.stop();

    let (server, told) = start_as_told(&folder, &copy.path().join("backup"), &case);
    let case = format!("{case}: {told:?}");
    // It was in the file, and in the backup.
    knows(&server.way, &base.token, FIRST, &case);
    if told == Told::Unsaved {
        // As companions do: it is stored now, where it was not.
        SECOND.for_each(|number| drop(server.way.post(&base.token, &[number])));
    }
    knows(&server.way, &base.token, SECOND, &case);
    drop(server);
    let server = Server::start(&mut Server::command(&folder));
    knows(&server.way, &base.token, SECOND, &format!("{case}: at the next start"));
    (is_killed, told)
}

/// What a rescue writes, removes and renames. What is there is never written by it, but
/// may be by a checkpoint that ends before the server looks.
fn files(folder: &Path, calls: &str) -> Vec<PathBuf> {
    let saved = [".rescued.unfinished", ".rescued.unfinished-journal", ".rescued-1"];
    let there = if calls.starts_with('?') { &PARTS[..] } else { &[] };
    let names = saved.iter().chain(there).map(|ending| folder.join(format!("{DATABASE}{ending}")));
    names.chain([folder.to_owned()]).collect()
}

/// Starts a server, and does what it says while it refuses.
fn start_as_told(folder: &Path, backup: &Path, case: &str) -> (Server, Told) {
    let mut told = Told::Started;
    loop {
        let said = match Server::try_start(&mut Server::command(folder)) {
            Ok(server) => return (server, told),
            Err(refused) => refused.to_string(),
        };
        let [half, saved] = ["rescued.unfinished", "rescued-1"]
            .map(|ending| folder.join(format!("{DATABASE}.{ending}")));
        let is_named = |path: &Path| said.contains(&path.display().to_string());
        assert_eq!(told, Told::Started, "{case}: it did not help: {said}");
        if is_named(&saved) {
            ingest(&["database", "restore"], &saved, folder);
            told = Told::Saved;
        } else {
            assert!(is_named(&half) && said.contains("the last backup"), "{case}: {said}");
            told = Told::Unsaved;
            if folder.join(DATABASE).exists() {
                // Or to go on with what is left.
                fs::remove_file(&half).unwrap();
            } else {
                ingest(&["database", "restore"], backup, folder);
            }
        }
    }
}

fn cases() -> Vec<(&'static str, u64)> {
    let nths =
        |nths: &'static [u64]| if is_long() { (1..=CALLS_MAX).collect() } else { nths.to_vec() };
    CALLS.iter().flat_map(|(calls, few)| nths(few).into_iter().map(|nth| (*calls, nth))).collect()
}

/// What was told after each kill, in the order of the calls.
fn at_any_call(loss: Loss) -> Vec<Told> {
    let (base, mut told, mut over) = (Base::new(), Vec::new(), Vec::new());
    for cases in cases().chunks(CASES_AT_ONCE) {
        let due = cases.iter().filter(|(calls, _)| !over.contains(calls));
        let done: Vec<_> = thread::scope(|scope| {
            let base = &base;
            let kill = |(calls, nth): &(&'static str, u64)| {
                let (calls, nth) = (*calls, *nth);
                scope.spawn(move || (calls, kill_at(base, loss, calls, nth)))
            };
            let cases: Vec<_> = due.map(kill).collect();
            cases.into_iter().map(|case| case.join().unwrap()).collect()
        });
        for (calls, (is_killed, said)) in done {
            told.push(said);
            // One that was killed later had saved all.
            if !is_killed {
                assert_ne!(said, Told::Unsaved, "{loss:?}: {calls}");
                over.push(calls);
            }
        }
    }
    told
}

#[expect(clippy::print_stdout, reason = "how much was looked at is worth knowing")]
fn leaves_nothing_unsaid(loss: Loss) {
    if !strace::is_available() {
        return;
    }
    let told = at_any_call(loss);
    let count = |way| told.iter().filter(|said| **said == way).count();
    let [started, saved, unsaved] = [Told::Started, Told::Saved, Told::Unsaved].map(count);
    println!("{loss:?}: {started} started, {saved} saved, {unsaved} not saved");
    assert!(saved > 0 && unsaved > 0, "{loss:?}: {told:?}");
    // Only where nothing of another's stood there is all of it back by itself.
    assert_eq!(started > 0, loss != Loss::Replaced, "{loss:?}: {told:?}");
}

#[test]
fn a_kill_while_a_server_saves_what_was_in_its_log_leaves_nothing_unsaid() {
    leaves_nothing_unsaid(Loss::Log);
}

#[test]
fn a_kill_while_a_server_saves_its_database_leaves_nothing_unsaid() {
    leaves_nothing_unsaid(Loss::Database);
}

#[test]
fn a_kill_while_a_server_saves_all_that_it_has_leaves_nothing_unsaid() {
    leaves_nothing_unsaid(Loss::All);
}

#[test]
fn a_kill_while_a_server_saves_what_was_replaced_leaves_nothing_unsaid() {
    leaves_nothing_unsaid(Loss::Replaced);
}
