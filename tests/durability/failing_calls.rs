//! Calls that fail, or at which the process is killed: each in its turn.

use std::{ops::Range, os::unix::process::ExitStatusExt};

use crate::{
    appender::PlanKind,
    crash_points::{Tally, at_acknowledgements, in_parallel},
    disk::Disk,
    random::is_long,
    run::{Run, acknowledged, said},
    strace,
    verdict::{Crashed, Depth, holds},
};

pub(crate) const SIGKILL: i32 = 9;

/// Short: each call of the run needs a run of its own.
const STEPS: usize = 6;
const SEED: u64 = 7;

/// Calls that change what is on disk, or that are needed for it.
pub(crate) const CALLS: [&str; 9] =
    ["pwrite64", "write", "fsync", "fdatasync", "ftruncate", "openat", "unlink", "mkdir", "rename"];

/// Opening alone makes more calls than this, of which every fifth is tried; an
/// injected failure is looked at after every step.
const POINTS_MIN: u64 = 20;

/// Where the long run is not asked for, every so manieth call is enough.
const STRIDE: u64 = 5;

/// How often the program makes each call on its own files.
fn calls() -> Vec<(&'static str, u64)> {
    let run = Run::of(PlanKind::Repeatable, SEED, STEPS);
    let calls = run.counted_calls(&CALLS);
    // Without these there is nothing durable whose failure could be seen. SQLite
    // flushes in one of two ways, as it was built.
    for needed in [&["pwrite64"][..], &["fsync", "fdatasync"], &["openat"]] {
        let is_made = calls.iter().any(|(call, _)| needed.contains(call));
        assert!(is_made, "no {needed:?} in {calls:?}");
    }
    calls
}

/// Between two calls of a kind that are tried.
fn stride(call: &str, count: u64) -> u64 {
    // Of the others each is for something else.
    let is_one_of_many = ["pwrite64", "write"].contains(&call) && count > STRIDE;
    if is_one_of_many && !is_long() { STRIDE } else { 1 }
}

/// Runs `check` for each call that is tried.
pub(crate) fn each_call(
    calls: &[(&'static str, u64)],
    check: impl Fn(&str, u64) -> Tally + Sync,
) -> Tally {
    each_call_by(calls, stride, check)
}

/// The same for every `stride`-th of each kind.
pub(crate) fn each_call_of(
    calls: &[(&'static str, u64)],
    stride: u64,
    check: impl Fn(&str, u64) -> Tally + Sync,
) -> Tally {
    each_call_by(calls, |_, _| stride, check)
}

fn each_call_by(
    calls: &[(&'static str, u64)],
    stride: impl Fn(&str, u64) -> u64,
    check: impl Fn(&str, u64) -> Tally + Sync,
) -> Tally {
    // Counted from one.
    let tried = |call, count| (1..=count).step_by(stride(call, count) as usize);
    let all: Vec<(&str, u64)> = calls
        .iter()
        .flat_map(|(call, count)| tried(call, *count).map(|nth| (*call, nth)))
        .collect();
    let range: Range<u64> = 0..all.len() as u64;
    in_parallel(range, |at| {
        let (call, nth) = all[at as usize];
        check(call, nth)
    })
}

#[test]
fn a_kill_at_any_call_leaves_what_was_acknowledged() {
    if !strace::is_available() {
        return;
    }
    let reference = Run::of(PlanKind::Repeatable, SEED, STEPS).reference();
    let tally = each_call(&calls(), |call, nth| {
        let run = Run::of(PlanKind::Repeatable, SEED, STEPS);
        let output = run.with(&format!("inject={call}:signal=KILL:when={nth}"));
        assert_eq!(output.status.signal(), Some(SIGKILL), "{call} {nth} was not made");
        let done = acknowledged(&run.acts());
        if let Err(why) = holds(&run.job.path, done, &reference, (Crashed::Process, Depth::Work)) {
            panic!("killed at {call} {nth}, after {done} steps: {why}");
        }
        Tally::one()
    });
    tally.tell("killed", POINTS_MIN);
}

/// Runs the program with one call that fails once. It has to get over it, and
/// to have lost nothing then: neither now nor in a power failure.
fn get_over(call: &str, nth: u64, error: &str) -> Tally {
    let run = Run::of(PlanKind::Repeatable, SEED, STEPS);
    let reference = run.reference();
    let output = run.with(&format!("inject={call}:error={error}:when={nth}"));
    let name = format!("{call} {nth} fails with {error}");
    assert!(run.trace().contains("(INJECTED)"), "{name}: it was not made");
    let acts = run.acts();
    let told = said(&acts);
    assert!(
        output.status.success(),
        "{name}: it told {told:?}\n{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let done = acknowledged(&acts);
    assert_eq!(done, reference.len(), "{name}: {told:?}");
    let tally = at_acknowledgements(Disk::default(), &acts, nth, |folder, done| {
        holds(&folder.join(run.name()), done, &reference, (Crashed::Machine, Depth::Content))
            .map_err(|why| format!("{name}; told {told:?}: {why}"))
    });
    if let Err(why) = holds(&run.job.path, done, &reference, (Crashed::Process, Depth::Work)) {
        panic!("{name}; told {told:?}: {why}");
    }
    tally
}

#[test]
fn a_call_that_fails_once_costs_nothing() {
    if !strace::is_available() {
        return;
    }
    let calls = calls();
    let failed = each_call(&calls, |call, nth| get_over(call, nth, "EIO"));
    let full = each_call(&calls, |call, nth| get_over(call, nth, "ENOSPC"));
    failed.tell("failed", POINTS_MIN);
    full.tell("full", POINTS_MIN);
}
