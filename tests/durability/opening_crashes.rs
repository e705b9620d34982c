//! A start that has something to do before it is one, at any crash: the next
//! start comes to the same end.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use outbox::Append;

use system_tests::scratch;

use crate::{
    appender::PlanKind,
    crash_points::{Crash, Tally, visit},
    disk::{Disk, Image},
    failing_starts::at_any_call,
    plan::{self, Checkpoint, STREAMS, Step, event, stream_key},
    run::{Run, acknowledged, is_acknowledgement},
    strace,
    trace::Act,
    verdict::{Crashed, opened_after_damage},
    worker::{Snapshot, Worker},
};

const SEED: u64 = 4;

/// Steps before the last one, which a power failure spoils.
const STEPS: usize = 12;
const PROBES: u64 = 2_000_000;

/// A start makes more calls on its files, and all but writes are tried.
const FAILING_MIN: u64 = 30;

/// What a start comes to where nothing crashes.
fn undisturbed(image: &Image, name: &Path) -> Snapshot {
    let scratch = scratch();
    let folder = scratch.path().join("undisturbed");
    image.write(&folder);
    let (outbox, snapshot) = opened_after_damage(&folder.join(name)).unwrap();
    assert_eq!(outbox.salvaged(), None);
    snapshot
}

fn look(crash: &Crash<'_>, name: &Path, expected: &Snapshot) -> Result<(), String> {
    let path = crash.folder.join(name);
    let (outbox, first) = opened_after_damage(&path)?;
    match (outbox.salvaged(), crash.crashed) {
        (Some(_), Crashed::Machine) => first.carries_over(expected, None)?,
        (Some(salvaged), Crashed::Process) => {
            return Err(format!("a crash was taken for damage: {salvaged:?}"));
        }
        (None, _) if first != *expected => {
            return Err(format!("{}, and not {}", first.summary(), expected.summary()));
        }
        (None, _) => {}
    }
    drop(outbox);
    let (_, second) = opened_after_damage(&path)?;
    let same = first == second;
    same.then_some(()).ok_or_else(|| format!("a second start sees {}", second.summary()))
}

/// Crashes a start on what `prepare` leaves; `is_there` finds in what it does
/// that which is to be crashed.
fn crash_everywhere(prepare: impl Fn(&Path), is_there: impl Fn(&Act) -> bool) -> Tally {
    let run = Run::of(PlanKind::Repeatable, SEED, 0);
    fs::create_dir_all(run.job.path.parent().unwrap()).unwrap();
    prepare(&run.job.path);
    let (before, disk) = (Image::of_folder(&run.folder()), Disk::of_folder(&run.folder()));
    let expected = undisturbed(&before, &run.name());
    let output = run.to_its_end();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let acts = run.acts();
    assert_eq!(acknowledged(&acts), 1, "it was opened");
    assert!(acts.iter().any(is_there), "it had something to do");

    let mut end = disk.clone();
    acts.iter().for_each(|act| end.act(act));
    assert!(
        end.after_kill() == Image::of_folder(&run.folder()),
        "the rebuilt files are the real ones"
    );
    visit(disk, &acts, SEED, is_acknowledgement, |crash| look(crash, &run.name(), &expected))
}

/// The same start with calls that fail, or at which it is killed.
fn fail_everywhere(prepare: impl Fn(&Path)) -> Tally {
    let run = Run::of(PlanKind::Repeatable, SEED, 0);
    fs::create_dir_all(run.job.path.parent().unwrap()).unwrap();
    prepare(&run.job.path);
    let before = Image::of_folder(&run.folder());
    let expected = undisturbed(&before, &run.name());
    at_any_call(&before, |crash| look(crash, &run.name(), &expected))
}

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("sqlite-wal")
}

/// Events that no plan comes to.
fn append(numbers: Range<u64>) -> Step {
    let events = numbers.map(|n| event(PROBES + n)).collect();
    Step::Append(vec![Append { stream: stream_key(STREAMS[0]), state: vec![1], events }])
}

/// An outbox whose last append has a bad frame.
fn spoil_the_last_append(path: &Path) {
    let mut worker = Worker::open(path).unwrap();
    plan::of(SEED, STEPS).iter().for_each(|step| worker.take(step).unwrap());
    worker.take(&Step::Checkpoint(Checkpoint::Truncate)).unwrap();
    worker.take(&append(0..3)).unwrap();
    worker.take(&append(3..7)).unwrap();
    let left = Image::of_folder(path.parent().unwrap());
    drop(worker);
    left.write(path.parent().unwrap());
    let mut log = fs::read(log_of(path)).unwrap();
    let last = log.len() - 100;
    log[last] ^= 1;
    fs::write(log_of(path), log).unwrap();
}

#[test]
fn a_crash_while_a_spoilt_append_is_made_again_loses_none_of_its_events() {
    if !strace::is_available() {
        return;
    }
    let is_kept = |act: &Act| {
        let Act::Rename { to, .. } = act else { return false };
        to.to_string_lossy().ends_with(".unheard")
    };
    crash_everywhere(spoil_the_last_append, is_kept).tell("spoilt append", 40);
}

#[test]
fn a_call_that_fails_while_a_spoilt_append_is_made_again_loses_none_of_its_events() {
    if !strace::is_available() {
        return;
    }
    fail_everywhere(spoil_the_last_append).tell("spoilt append, failing", FAILING_MIN);
}

/// An outbox as a program of schema 1 left it.
fn copy_old(path: &Path, ending: &str) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let old = crates.join("outbox/tests/fixtures/schema-1").join(ending);
    fs::copy(old.join("outbox.db"), path).unwrap();
    let log = old.join("outbox.db-wal");
    if log.exists() {
        fs::copy(log, log_of(path)).unwrap();
    }
}

#[test]
fn a_crash_while_an_old_outbox_is_brought_to_the_newest_schema_changes_nothing() {
    if !strace::is_available() {
        return;
    }
    let makes_a_table = |act: &Act| {
        let Act::Write { bytes, .. } = act else { return false };
        let made = b"CREATE TABLE match_span";
        bytes.windows(made.len()).any(|part| part == made)
    };
    let closed = crash_everywhere(|path| copy_old(path, "closed"), makes_a_table);
    let killed = crash_everywhere(|path| copy_old(path, "killed"), makes_a_table);
    (closed + killed).tell("migration", 100);
}

#[test]
fn a_call_that_fails_while_an_old_outbox_is_brought_to_the_newest_schema_changes_nothing() {
    if !strace::is_available() {
        return;
    }
    fail_everywhere(|path| copy_old(path, "killed")).tell("migration, failing", FAILING_MIN);
}

#[test]
fn a_call_that_fails_while_an_outbox_is_made_changes_nothing() {
    if !strace::is_available() {
        return;
    }
    fail_everywhere(|_| ()).tell("first start, failing", FAILING_MIN);
}
