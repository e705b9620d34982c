//! The ingest server whose disk fails it, or that is killed, at a write or a flush:
//! what it acknowledged is stored, then and after a power failure, and what it could
//! not store it does not acknowledge.

use std::{collections::BTreeSet, path::Path};

use system_tests::{Program, READY_TIMEOUT, scratch};

use crate::{
    disk::Disk,
    random::{Random, is_long},
    server_crashes::{Server, acknowledged},
    strace,
    trace::{Act, Watched},
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

/// What happens after the call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Later commits, which may bring along what it did not.
    GoOn,
    /// The server is killed at once.
    Kill,
}

fn numbers(batch: u64) -> Vec<u64> {
    let first = batch * EVENTS_EACH + 1;
    (first..first + EVENTS_EACH).collect()
}

/// Power failures looked at behind each acknowledgement.
const LOSSES: usize = 1;
const LOSSES_LONG: usize = 20;

/// Acknowledgements of the second server that are looked at: of the enrolment and
/// of the batches up to the one at which a call failed, without any commit of its own.
const LOOKS: usize = 4;

/// The token of a device that enrols while calls fail.
const TOKEN: &str = "a-token-that-a-device-chose-for-itself-00001";

/// Tampers with the calls of a running server, from now on.
fn tamper(server: &Server, injection: &str, trace: &Path) -> Program {
    let mut command = strace::attached(&server.process, trace, injection);
    let mut tampering = Program::start("strace", &mut command).unwrap();
    tampering.line_with("attached", READY_TIMEOUT).unwrap();
    tampering
}

/// Posts while calls are tampered with, kills the server, and asks another one for
/// everything: what that one says is acknowledged too, and holds after a power failure.
fn get_over(calls: &str, what: &str, nth: u64, then: Then) -> Told {
    let scratch = scratch();
    let root = scratch.path().join("disk");
    std::fs::create_dir(&root).unwrap();
    let folder = root.join("server");
    let server = Server::start(&mut Server::command(&folder));
    let token = server.way.enrol();
    let answer = server.way.post_keyed(&token, &numbers(0)).unwrap();
    assert!(answer.is_stored(), "{answer:?}");

    let trace = scratch.path().join("trace");
    let injection = format!("inject={calls}:{what}:when={nth}");
    let mut tampering = tamper(&server, &injection, &trace);
    // What it did since then is in the trace, and comes to the same done twice.
    let mut disk = Disk::of_folder(&root);
    let (told, known) = ask(&server, &token, then, &format!("{what} at {nth}"));
    if told.nothing == 0 {
        server.kill();
    }
    tampering.stop();

    let second = scratch.path().join("trace of the second");
    let server = Server::start(&mut strace::traced(&Server::command(&folder), &second));
    assert!(server.way.enrol_another(TOKEN), "{what} at {nth}: it cannot enrol");
    server.way.knows(&token, &posted(), &known);
    server.kill();
    let watched = Watched { folder: &root, acknowledgements: Path::new("/nothing") };
    let [first, second] = [trace, second].map(|trace| std::fs::read_to_string(trace).unwrap());
    let before = watched.acts(&first).len();
    let acts = watched.acts(&(first + &second));
    acts[..before].iter().for_each(|act| disk.act(act));
    let mut after = After { root: &root, token: &token, known, enrolled: false, disk, nth };
    after.each_acknowledgement(&acts[before..]);
    told
}

/// Everything that is ever posted: the first batch is there before anything fails.
fn posted() -> Vec<Vec<u64>> {
    (0..=BATCHES).map(numbers).collect()
}

/// Enrols and posts; what it was told, and what was acknowledged.
fn ask(server: &Server, token: &str, then: Then, case: &str) -> (Told, BTreeSet<u64>) {
    let (mut told, mut known) = (Told::default(), BTreeSet::from_iter(numbers(0)));
    if !server.way.enrol_another(TOKEN) {
        told.later += 1;
    }
    for batch in 1..=BATCHES {
        if then == Then::Kill && told.later > 0 {
            break;
        }
        match server.way.post_keyed(token, &numbers(batch)) {
            Some(answer) if answer.is_stored() => {
                told.stored += 1;
                known.extend(numbers(batch));
            }
            Some(answer) => {
                let is_retry = answer.status == 200 && answer.words.iter().all(|w| w == "retry");
                assert!(is_retry || answer.status == 503, "{case}: {answer:?}");
                told.later += 1;
            }
            None => told.nothing += 1,
        }
    }
    (told, known)
}

/// A disk, and what a second server said over it.
struct After<'d> {
    root: &'d Path,
    token: &'d str,
    known: BTreeSet<u64>,
    enrolled: bool,
    disk: Disk,
    nth: u64,
}

impl After<'_> {
    /// Does what it did, and fails the power after its first acknowledgements, which
    /// repeat what was there, and after the last.
    fn each_acknowledgement(&mut self, acts: &[Act]) {
        let (mut random, mut looks) = (Random::new(self.nth), 0);
        for act in acts {
            self.disk.act(act);
            let events = acknowledged(act);
            let is_enrolment = says(act, TOKEN);
            self.known.extend(&events);
            self.enrolled |= is_enrolment;
            if (is_enrolment || !events.is_empty()) && looks < LOOKS {
                looks += 1;
                self.fail_power(&mut random);
            }
        }
        assert!(self.enrolled && self.known.iter().eq(&posted().concat()), "all is in the trace");
        self.fail_power(&mut random);
    }

    fn fail_power(&self, random: &mut Random) {
        for _ in 0..if is_long() { LOSSES_LONG } else { LOSSES } {
            self.disk.after_power_loss(random).write(self.root);
            let server = Server::start(&mut Server::command(&self.root.join("server")));
            assert!(!self.enrolled || server.way.lets_in(TOKEN), "the enrolment is lost");
            server.way.knows(self.token, &posted(), &self.known);
            server.kill();
        }
    }
}

/// Whether an act sends this.
fn says(act: &Act, words: &str) -> bool {
    let Act::Send { bytes, .. } = act else { return false };
    bytes.windows(words.len()).any(|part| part == words.as_bytes())
}

fn is_never_acknowledged(calls: &str) {
    let nths = if is_long() { &NTH_LONG[..] } else { &NTH };
    for nth in nths {
        let io = "error=EIO";
        for (error, then) in [(io, Then::GoOn), (io, Then::Kill), ("error=ENOSPC", Then::GoOn)] {
            let told = get_over(calls, error, *nth, then);
            assert_eq!(told.nothing, 0, "{error} at {nth}: it goes on serving: {told:?}");
            assert!(told.later > 0, "{error} at {nth} was not seen by anybody: {told:?}");
            let goes_on = told.stored > 0 || then == Then::Kill;
            assert!(goes_on, "{error} at {nth}: it goes on storing: {told:?}");
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
        let told = get_over(FLUSHES, "signal=KILL", *nth, Then::GoOn);
        println!("killed at flush {nth}: {told:?}");
        assert!(told.nothing > 0, "flush {nth} never came: {told:?}");
    }
}
