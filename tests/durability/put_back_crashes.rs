//! An outbox whose files somebody takes while it is open, at any crash: once an
//! append has returned again, it is there, and so is all that was before.
//!
//! Until then a crash may leave what that person left. It is never anything else,
//! and once a whole copy of the outbox has its name it is not that either.

use std::{
    ops::Add,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
};

use system_tests::scratch;

use crate::{
    appender::PlanKind,
    crash_points::{Crash, Tally, visit},
    disk::{Disk, Image},
    failing_calls::{CALLS, SIGKILL, each_call_of},
    failing_starts::ways,
    outbox_crashes::WORKS_ON_EVERY,
    plan::{Taken, takes, with_taken},
    random::is_long,
    run::{Run, acknowledged, is_acknowledgement, said},
    strace,
    trace::Act,
    verdict::{Crashed, Depth, holds, opened_after_damage},
    worker::{Snapshot, reference},
};

const SEED: u64 = 11;
const STEPS: usize = 8;

/// A put-back alone makes more calls that change the disk.
const POINTS_MIN: u64 = 150;
const FAILING_MIN: u64 = 60;

/// Of each kind of call, so many are passed over between two that fail.
const STRIDE: u64 = 7;

/// What became of the files until a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// They are where they were, or as good as that.
    There,
    /// They were taken, and nothing was acknowledged since then.
    Taken,
}

/// A run whose files are taken.
struct Taking {
    taken: Taken,
    name: PathBuf,
    /// What it would come to after each step if nobody took anything.
    all: Vec<Snapshot>,
    /// Steps before the first that is looked at, the opening being one.
    before: usize,
}

impl Taking {
    fn stage(&self, crash: &Crash<'_>) -> Stage {
        let done = self.before + acknowledged(crash.done);
        let begun = crash.done.iter().rposition(is_acknowledgement).map_or(0, |last| last + 1);
        let since = &crash.done[begun..];
        let is_taken = takes(STEPS).iter().any(|nth| match done.checked_sub(nth + 1) {
            Some(0) => since.iter().any(|act| matches!(act, Act::Remove { .. })),
            Some(1) => !has_copy(since, crash.crashed),
            Some(_) | None => false,
        });
        if is_taken { Stage::Taken } else { Stage::There }
    }

    fn look(&self, crash: &Crash<'_>) -> Result<(), String> {
        let (path, all) = (crash.folder.join(&self.name), &self.all);
        let done = self.before + acknowledged(crash.done);
        let (before, after) = (&all[done.saturating_sub(1)], all.get(done));
        let depth = if crash.nth_image.is_multiple_of(WORKS_ON_EVERY) {
            Depth::Work
        } else {
            Depth::Content
        };
        let found = match self.stage(crash) {
            Stage::Taken => look_twice(&path, |found| found.is_part_of(after.unwrap_or(before))),
            Stage::There => holds(&path, done, all, (crash.crashed, depth)),
        };
        found.map_err(|why| format!("{:?}: {why}", self.taken))
    }
}

/// Whether a whole copy has its name.
fn has_copy(acts: &[Act], crashed: Crashed) -> bool {
    let is_named = |act: &Act| matches!(act, Act::Rename { to, .. } if to.to_string_lossy().ends_with(".put-back"));
    let Some(named) = acts.iter().position(is_named) else { return false };
    let is_flush = |act: &Act| matches!(act, Act::Flush { name, flushed: true, .. } if name.extension().is_none());
    crashed == Crashed::Process || acts[named..].iter().any(is_flush)
}

fn look_twice(path: &Path, check: impl Fn(&Snapshot) -> Result<(), String>) -> Result<(), String> {
    let (outbox, first) = opened_after_damage(path)?;
    check(&first)?;
    drop(outbox);
    let (_, second) = opened_after_damage(path)?;
    let same = first == second;
    same.then_some(()).ok_or_else(|| format!("a second start sees {}", second.summary()))
}

/// What it would come to if nobody took anything.
fn undisturbed() -> Vec<Snapshot> {
    let scratch = scratch();
    reference(&scratch.path().join("outbox.sqlite"), &with_taken(SEED, STEPS, None))
}

fn crash_everywhere(taken: Taken) -> Tally {
    let run = Run::of(PlanKind::Taken(taken), SEED, STEPS);
    let output = run.to_its_end();
    assert!(output.status.success(), "{taken:?}: {}", String::from_utf8_lossy(&output.stdout));
    let (acts, all) = (run.acts(), undisturbed());
    assert_eq!(acknowledged(&acts), all.len(), "{taken:?}: every step is in the trace");

    let mut end = Disk::default();
    acts.iter().for_each(|act| end.act(act));
    assert!(
        end.after_kill() == Image::of_folder(&run.folder()),
        "{taken:?}: the rebuilt files are the real ones"
    );
    // A crash before that is nothing else than without.
    let before = takes(STEPS)[0] + 1;
    let mut acks = (1..).zip(&acts).filter(|(_, act)| is_acknowledgement(act));
    let (earlier, acts) = acts.split_at(acks.nth(before - 1).map_or(0, |(nth, _)| nth));
    let mut disk = Disk::default();
    earlier.iter().for_each(|act| disk.act(act));
    let taking = Taking { taken, name: run.name(), all, before };
    visit(disk, acts, SEED, is_acknowledgement, |crash| taking.look(crash))
}

/// Each is a run of its own: without the long one the two that differ most.
fn chosen() -> impl Iterator<Item = Taken> {
    let usual = [Taken::Everything, Taken::OlderCopy];
    Taken::ALL.into_iter().filter(move |taken| is_long() || usual.contains(taken))
}

#[test]
fn what_was_acknowledged_after_files_were_taken_survives_a_crash_at_any_call() {
    if !strace::is_available() {
        return;
    }
    let tally = chosen().map(crash_everywhere).fold(Tally::default(), Tally::add);
    tally.tell("files taken", POINTS_MIN);
}

/// Runs the program with a call that fails, or at which it is killed.
fn get_over(taking: &Taking, way: &str, (call, nth): (&str, u64)) -> Tally {
    let name = format!("{:?}, {call} {nth}, {way}", taking.taken);
    let run = Run::of(PlanKind::Taken(taking.taken), SEED, STEPS);
    let output = run.with(&format!("inject={call}:{way}:when={nth}"));
    let acts = run.acts();
    let is_killed = output.status.signal() == Some(SIGKILL);
    assert!(is_killed || run.trace().contains("(INJECTED)"), "{name}: it was not made");
    let told = said(&acts);
    if !is_killed {
        let output = String::from_utf8_lossy(&output.stdout);
        assert_eq!(acknowledged(&acts), taking.all.len(), "{name}: it told {told:?}\n{output}");
    }
    let folder = run.folder();
    let crash = Crash { folder: &folder, done: &acts, nth_image: 0, crashed: Crashed::Process };
    if let Err(why) = taking.look(&crash) {
        panic!("{name}: {why}; it told {told:?}");
    }
    Tally::one()
}

#[test]
fn a_call_that_fails_while_files_are_put_back_costs_nothing() {
    if !strace::is_available() {
        return;
    }
    let tried = chosen().map(|taken| {
        let run = Run::of(PlanKind::Taken(taken), SEED, STEPS);
        let taking = Taking { taken, name: run.name(), all: undisturbed(), before: 0 };
        let stride = if is_long() { 1 } else { STRIDE };
        each_call_of(&run.counted_calls(&CALLS), stride, |call, nth| {
            let one = |way| get_over(&taking, way, (call, nth));
            ways(nth).map(one).fold(Tally::default(), Tally::add)
        })
    });
    tried.fold(Tally::default(), Tally::add).tell("put back, failing", FAILING_MIN);
}
