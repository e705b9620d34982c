//! A damaged outbox that is being salvaged, at any crash: the next start comes
//! to the same end, and the damaged file is still there.

use std::{fs, path::Path};

use event_model::OutboxId;

use system_tests::scratch;

use crate::{
    appender::PlanKind,
    crash_points::{Crash, Tally, visit},
    disk::{Disk, Image},
    failing_starts::at_any_call,
    plan::{self, Checkpoint, Step},
    run::{Run, acknowledged, is_acknowledgement},
    strace,
    verdict::{Crashed, opened_after_damage},
    worker::{Snapshot, Worker},
};

/// Steps before the file is damaged.
const STEPS: usize = 30;
const SEED: u64 = 3;

/// And steps that only the log has.
const STEPS_IN_LOG: usize = 3;

/// Bytes of the damage, at the beginning of a page.
const DAMAGE: usize = 3_000;
const PAGE_BYTES: usize = 4096;

/// A salvage makes about 190 calls that change the disk, and there are two.
const POINTS_MIN: u64 = 200;
/// A start makes more calls on its files, and all but writes are tried.
const FAILING_MIN: u64 = 30;

/// What stands beside the damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Log {
    /// It was closed well.
    None,
    /// Its owner was killed.
    Left,
}

/// Makes an outbox at `path` and damages it where it shows; its id.
fn damage(path: &Path, log: Log) -> OutboxId {
    let folder = path.parent().unwrap();
    fs::create_dir_all(folder).unwrap();
    let mut worker = Worker::open(path).unwrap();
    let settle = [Step::Checkpoint(Checkpoint::Truncate)];
    let steps = [plan::of(SEED, STEPS), settle.to_vec(), plan::of(SEED + 1, STEPS_IN_LOG)];
    steps.iter().flatten().for_each(|step| worker.take(step).unwrap());
    let left = Image::of_folder(folder);
    let id = worker.outbox().id();
    drop(worker);
    if log == Log::Left {
        left.write(folder);
        assert_ne!(fs::metadata(path.with_extension("sqlite-wal")).unwrap().len(), 0);
    }
    let sound = fs::read(path).unwrap();
    let shows = |page: &usize| {
        fs::write(path, with_damage(&sound, *page)).unwrap();
        let name = Path::new(path.file_name().unwrap());
        salvaged(&Image::of_folder(folder), name).is_some()
    };
    // What the log has of a page hides the damage to it.
    let pages = 2..sound.len() / PAGE_BYTES;
    assert!(pages.into_iter().find(shows).is_some(), "no page of the file is in use");
    id
}

fn with_damage(sound: &[u8], page: usize) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    bytes[page * PAGE_BYTES..][..DAMAGE].fill(0xA5);
    bytes
}

fn has_the_damage(bytes: &[u8]) -> bool {
    bytes.chunks(PAGE_BYTES).any(|page| page.starts_with(&[0xA5; DAMAGE]))
}

/// What salvage comes to where nothing crashes; none where it is not needed.
fn salvaged(image: &Image, name: &Path) -> Option<Snapshot> {
    let scratch = scratch();
    let folder = scratch.path().join("undisturbed");
    image.write(&folder);
    let (outbox, snapshot) = opened_after_damage(&folder.join(name)).unwrap();
    outbox.salvaged().is_some().then_some(snapshot)
}

fn look(crash: &Crash<'_>, name: &Path, expected: &Snapshot, old: OutboxId) -> Result<(), String> {
    let path = crash.folder.join(name);
    let (outbox, first) = opened_after_damage(&path)?;
    if outbox.id() == old {
        return Err("its sequences begin anew under the old id".to_owned());
    }
    drop(outbox);
    match crash.crashed {
        Crashed::Process if first != *expected => {
            return Err(format!("{}, and not {}", first.summary(), expected.summary()));
        }
        // It may have been salvaged from once more.
        Crashed::Process | Crashed::Machine => {
            first.carries_over(expected, None)?;
        }
    }
    if !Image::of_folder(crash.folder).files().any(|(_, bytes)| has_the_damage(bytes)) {
        return Err("the damaged file is gone".to_owned());
    }
    let (outbox, second) = opened_after_damage(&path)?;
    match outbox.salvaged() {
        Some(again) => Err(format!("salvaged once more: {again:?}")),
        None if first != second => Err(format!("a second start sees {}", second.summary())),
        None => Ok(()),
    }
}

fn crash_everywhere(log: Log) -> Tally {
    let run = Run::of(PlanKind::Repeatable, SEED, 0);
    let old = damage(&run.job.path, log);
    let (before, disk) = (Image::of_folder(&run.folder()), Disk::of_folder(&run.folder()));
    let expected = salvaged(&before, &run.name()).expect("the damage shows");
    let output = run.to_its_end();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let acts = run.acts();
    assert_eq!(acknowledged(&acts), 1, "it was opened");

    let mut end = disk.clone();
    acts.iter().for_each(|act| end.act(act));
    assert!(
        end.after_kill() == Image::of_folder(&run.folder()),
        "the rebuilt files are the real ones"
    );
    visit(disk, &acts, SEED, is_acknowledgement, |crash| look(crash, &run.name(), &expected, old))
}

#[test]
fn a_crash_while_a_damaged_outbox_is_salvaged_loses_no_more() {
    if !strace::is_available() {
        return;
    }
    let tally = crash_everywhere(Log::None) + crash_everywhere(Log::Left);
    tally.tell("salvage", POINTS_MIN);
}

#[test]
fn a_call_that_fails_while_a_damaged_outbox_is_salvaged_loses_no_more() {
    if !strace::is_available() {
        return;
    }
    let run = Run::of(PlanKind::Repeatable, SEED, 0);
    let old = damage(&run.job.path, Log::Left);
    let before = Image::of_folder(&run.folder());
    let expected = salvaged(&before, &run.name()).expect("the damage shows");
    let failed = at_any_call(&before, |crash| look(crash, &run.name(), &expected, old));
    failed.tell("salvage, failing", FAILING_MIN);
}
