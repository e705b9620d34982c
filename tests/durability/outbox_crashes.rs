//! An outbox at any crash: what was acknowledged is there, whole and in order.

use std::path::{Path, PathBuf};

use delivery::BatchLimits;
use outbox::{Append, Outbox};
use tempfile::TempDir;

use crate::{
    appender::{Job, PlanKind},
    crash_points::{Crash, Tally, scratch, visit},
    disk::{Disk, Image},
    plan::{DEVICE, STREAMS, at, event, stream_key},
    random::is_long,
    strace,
    trace::{Act, Watched},
    worker::{Snapshot, reference},
};

const SEEDS: u64 = 3;
const SEEDS_LONG: u64 = 40;
const STEPS: usize = 40;

/// No plan comes to an event with this number.
const PROBE: u64 = 1_000_000;

/// A traced run of the appender in a folder of its own.
struct Run {
    scratch: TempDir,
    job: Job,
}

impl Run {
    fn of(kind: PlanKind, seed: u64, steps: usize) -> Self {
        let scratch = scratch();
        std::fs::create_dir(scratch.path().join("disk")).unwrap();
        let path = scratch.path().join("disk").join("data").join("outbox.sqlite");
        let said = scratch.path().join("said");
        Self { scratch, job: Job { path, said, kind, seed, steps } }
    }

    fn folder(&self) -> PathBuf {
        self.scratch.path().join("disk")
    }

    /// What the program did, from its trace.
    fn trace(&self) -> Vec<Act> {
        let trace = self.scratch.path().join("trace");
        let output = strace::traced(&self.job.command(), &trace).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let (folder, said) = (self.folder(), &self.job.said);
        let watched = Watched { folder: &folder, acknowledgements: said };
        watched.acts(&std::fs::read_to_string(&trace).unwrap())
    }

    /// What it should come to after each step.
    fn reference(&self) -> Vec<Snapshot> {
        let scratch = scratch();
        reference(&scratch.path().join("outbox.sqlite"), &self.job.plan())
    }
}

/// How many steps were acknowledged, opening being the first.
fn acknowledged(acts: &[Act]) -> usize {
    acts.iter().filter(|act| is_acknowledgement(act)).count()
}

fn is_acknowledgement(act: &Act) -> bool {
    matches!(act, Act::Say { text } if text == "done\n")
}

/// What a crash must have left: the last acknowledged step, or the one that was
/// under way, whole.
fn look(crash: &Crash<'_>, path: &Path, reference: &[Snapshot]) -> Result<(), String> {
    let done = acknowledged(crash.done);
    let allowed = &reference[done.saturating_sub(1)..reference.len().min(done + 1)];
    let path = crash.folder.join(path);
    let (outbox, first) = opened(&path)?;
    if !allowed.contains(&first) {
        let allowed: Vec<_> = allowed.iter().map(Snapshot::summary).collect();
        return Err(format!(
            "after {done} acknowledged steps: {}, and not {allowed:?}",
            first.summary()
        ));
    }
    drop(outbox);
    let (outbox, second) = opened(&path)?;
    if first != second {
        return Err(format!("a second start sees {}", second.summary()));
    }
    works_on(outbox, &first)
}

fn opened(path: &Path) -> Result<(Outbox, Snapshot), String> {
    let outbox = Outbox::open(path, DEVICE, at(0)).map_err(|error| format!("{error:?}"))?;
    if let Some(salvaged) = outbox.salvaged() {
        return Err(format!("a crash was taken for damage: {salvaged:?}"));
    }
    let snapshot = Snapshot::of(&outbox).map_err(|error| format!("{error:?}"))?;
    Ok((outbox, snapshot))
}

/// Appends go on behind the last sequence, and everything that waits is sent.
fn works_on(mut outbox: Outbox, snapshot: &Snapshot) -> Result<(), String> {
    let group =
        [Append { stream: stream_key(STREAMS[0]), state: vec![1], events: vec![event(PROBE)] }];
    let appended = outbox.append(&group, at(1)).map_err(|error| format!("{error:?}"))?;
    let sequences: Vec<u64> = appended.appended.iter().map(|(_, sequence)| *sequence).collect();
    if sequences.len() != 1 || sequences[0] <= snapshot.last_sequence() {
        return Err(format!("the next event got {sequences:?}"));
    }
    let limits = BatchLimits { events_max: 100_000, ..BatchLimits::default() };
    let (mut claimed, mut batches) = (0, 0);
    loop {
        let batch = outbox.claim(&limits, at(2)).map_err(|error| format!("{error:?}"))?.len();
        claimed += batch;
        batches += 1;
        if batch == 0 || batches > snapshot.pending() + 1 {
            break;
        }
    }
    let waiting = snapshot.pending() + 1;
    if claimed != waiting {
        return Err(format!("{claimed} of {waiting} waiting events can be sent"));
    }
    Ok(())
}

fn crash_everywhere(seed: u64) -> Tally {
    let run = Run::of(PlanKind::All, seed, STEPS);
    let acts = run.trace();
    let reference = run.reference();
    assert_eq!(acknowledged(&acts), reference.len(), "every step is in the trace");

    // Otherwise the images would prove nothing.
    let mut disk = Disk::default();
    acts.iter().for_each(|act| disk.act(act));
    assert!(
        disk.after_kill() == Image::of_folder(&run.folder()),
        "seed {seed}: the files rebuilt from the trace are not the real ones"
    );
    let path = run.job.path.strip_prefix(run.folder()).unwrap().to_owned();
    visit(Disk::default(), &acts, seed, is_acknowledgement, |crash| look(crash, &path, &reference))
}

#[test]
fn an_acknowledged_step_survives_a_crash_at_any_call() {
    if !strace::is_available() {
        return;
    }
    let mut tally = Tally::default();
    for seed in 0..if is_long() { SEEDS_LONG } else { SEEDS } {
        tally += crash_everywhere(seed);
    }
    println!("outbox: {tally}");
}
