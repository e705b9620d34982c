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
    let token = server.way.enrol();
    let (mut told, mut known, mut posted) = (Told::default(), BTreeSet::new(), Vec::new());
    let first = server.way.post_keyed(&token, &numbers(0)).unwrap();
    assert!(first.is_stored(), "{first:?}");
    known.extend(numbers(0));
    posted.push(numbers(0));

    let trace = scratch.path().join("trace");
    let injection = format!("inject={calls}:{what}:when={nth}");
    let mut tampering = tamper(&server, &injection, &trace);
    // What it did since then is in the trace, and comes to the same done twice.
    let mut disk = Disk::of_folder(&root);
    for batch in 1..=BATCHES {
        posted.push(numbers(batch));
        match server.way.post_keyed(&token, &numbers(batch)) {
            Some(answer) if answer.is_stored() => {
                told.stored += 1;
                known.extend(numbers(batch));
            }
            Some(answer) => {
                let is_retry = answer.status == 200 && answer.words.iter().all(|w| w == "retry");
                assert!(is_retry || answer.status == 503, "{what} at {nth}: {answer:?}");
                told.later += 1;
            }
            None => told.nothing += 1,
        }
    }
    let is_running = told.nothing == 0;
    if is_running {
        server.kill();
    }
    tampering.stop();
    let watched = Watched { folder: &root, acknowledgements: Path::new("/nothing") };
    let acts = watched.acts(&std::fs::read_to_string(&trace).unwrap());
    acts.iter().for_each(|act| disk.act(act));

    let server = Server::start(&mut Server::command(&folder));
    server.way.knows(&token, &posted, &known);
    server.kill();
    let mut random = Random::new(nth);
    for _ in 0..if is_long() { LOSSES_LONG } else { LOSSES } {
        disk.after_power_loss(&mut random).write(&root);
        let server = Server::start(&mut Server::command(&folder));
        server.way.knows(&token, &posted, &known);
        server.kill();
    }
    told
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
