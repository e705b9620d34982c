//! The ingest server whose disk fails it, or that is killed, at a write or a flush:
//! what it acknowledged is stored, then and after a power failure, and what it could
//! not store it does not acknowledge.

use std::{collections::BTreeSet, path::Path};

use system_tests::{Program, READY_TIMEOUT, scratch};

use crate::{
    disk::Disk,
    random::{Random, is_long},
    server_crashes::Server,
    strace,
    trace::Watched,
};

/// Batches after the first one, which is there before anything fails.
const BATCHES: u64 = 8;
const EVENTS_EACH: u64 = 3;

const FLUSHES: &str = "fdatasync,fsync";

/// Which call of a thread fails: the first ones are within a commit each.
const NTH: [u64; 2] = [1, 3];
const NTH_LONG: [u64; 6] = [1, 2, 3, 4, 5, 6];

/// What the server did with a failing flush.
#[derive(Debug, Default)]
struct Told {
    stored: usize,
    /// `retry`, or a problem that says to come again.
    later: usize,
    /// Nothing, since it was killed.
    nothing: usize,
}

fn numbers(batch: u64) -> Vec<u64> {
    let first = batch * EVENTS_EACH + 1;
    (first..first + EVENTS_EACH).collect()
}

/// Power failures looked at behind each.
const LOSSES: usize = 2;
const LOSSES_LONG: usize = 20;

/// Tampers with the calls of a running server, from now on.
fn tamper(server: &Server, injection: &str, trace: &Path) -> Program {
    let mut command = strace::attached(&server.process, trace, injection);
    let mut tampering = Program::start("strace", &mut command).unwrap();
    tampering.line_with("attached", READY_TIMEOUT).unwrap();
    tampering
}

/// Posts while calls are tampered with, kills the server, and asks another one for
/// everything, and others that begin after a power failure.
fn get_over(calls: &str, what: &str, nth: u64) -> Told {
    let scratch = scratch();
    let root = scratch.path().join("disk");
    std::fs::create_dir(&root).unwrap();
    let folder = root.join("server");
    let server = Server::start(&mut Server::command(&folder));
    let mut posted = Posted::first(&server);

    let trace = scratch.path().join("trace");
    let injection = format!("inject={calls}:{what}:when={nth}");
    let mut tampering = tamper(&server, &injection, &trace);
    // What it did since then is in the trace, and comes to the same done twice.
    let mut disk = Disk::of_folder(&root);
    let told = posted.go_on(&server, &format!("{what} at {nth}"));
    let is_running = told.nothing == 0;
    if is_running {
        server.kill();
    }
    tampering.stop();
    let watched = Watched { folder: &root, acknowledgements: Path::new("/nothing") };
    let acts = watched.acts(&std::fs::read_to_string(&trace).unwrap());
    acts.iter().for_each(|act| disk.act(act));

    posted.is_known_in(&folder);
    let mut random = Random::new(nth);
    for _ in 0..if is_long() { LOSSES_LONG } else { LOSSES } {
        disk.after_power_loss(&mut random).write(&root);
        posted.is_known_in(&folder);
    }
    told
}

/// What one companion posted.
struct Posted {
    token: String,
    batches: Vec<Vec<u64>>,
    acknowledged: BTreeSet<u64>,
}

impl Posted {
    /// Enrols and posts the batch that is there before anything fails.
    fn first(server: &Server) -> Self {
        let token = server.way.enrol();
        let batch = numbers(0);
        let first = server.way.post_keyed(&token, &batch).unwrap();
        assert!(first.is_stored(), "{first:?}");
        Self { token, acknowledged: batch.iter().copied().collect(), batches: vec![batch] }
    }

    /// Posts the others.
    fn go_on(&mut self, server: &Server, what: &str) -> Told {
        let mut told = Told::default();
        for batch in (1..=BATCHES).map(numbers) {
            match server.way.post_keyed(&self.token, &batch) {
                Some(answer) if answer.is_stored() => {
                    told.stored += 1;
                    self.acknowledged.extend(&batch);
                }
                Some(answer) => {
                    let is_retry =
                        answer.status == 200 && answer.words.iter().all(|w| w == "retry");
                    assert!(is_retry || answer.status == 503, "{what}: {answer:?}");
                    told.later += 1;
                }
                None => told.nothing += 1,
            }
            self.batches.push(batch);
        }
        told
    }

    /// A server that begins there knows what was acknowledged.
    fn is_known_in(&self, folder: &Path) {
        let server = Server::start(&mut Server::command(folder));
        server.way.knows(&self.token, &self.batches, &self.acknowledged);
        server.kill();
    }
}

fn is_never_acknowledged(calls: &str) {
    let nths = if is_long() { &NTH_LONG[..] } else { &NTH };
    for nth in nths {
        for error in ["error=EIO", "error=ENOSPC"] {
            let told = get_over(calls, error, *nth);
            assert_eq!(told.nothing, 0, "{error} at {nth}: it goes on serving: {told:?}");
            assert!(told.later > 0, "{error} at {nth} was not seen by anybody: {told:?}");
            assert!(told.stored > 0, "{error} at {nth}: it goes on storing: {told:?}");
        }
    }
}

#[test]
fn a_flush_that_fails_is_never_acknowledged() {
    if strace::is_available() {
        is_never_acknowledged(FLUSHES);
    }
}

#[test]
fn a_write_that_fails_is_never_acknowledged() {
    if strace::is_available() {
        is_never_acknowledged("pwrite64");
    }
}

#[test]
fn a_kill_at_a_flush_loses_nothing_that_was_acknowledged() {
    if !strace::is_available() {
        return;
    }
    let nths = if is_long() { &NTH_LONG[..] } else { &NTH };
    for nth in nths {
        let told = get_over(FLUSHES, "signal=KILL", *nth);
        println!("killed at flush {nth}: {told:?}");
        assert!(told.nothing > 0, "flush {nth} never came: {told:?}");
        assert_eq!(told.later, 0, "{told:?}");
    }
}
