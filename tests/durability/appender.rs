//! The program that is traced: this test binary again, at work on an outbox.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    plan::{self, Step, Taken},
    worker::{Snapshot, Worker},
};

const PATH: &str = "DURABILITY_PATH";
const SAID: &str = "DURABILITY_SAID";
const PLAN: &str = "DURABILITY_PLAN";
const SEED: &str = "DURABILITY_SEED";
const STEPS: &str = "DURABILITY_STEPS";

/// How often a step that fails is tried again, at the end of which the disk
/// has recovered.
const TRIES_MAX: usize = 5;

/// Which plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanKind {
    /// Everything that is done to an outbox.
    All,
    /// Only what comes to the same whichever part of it was tried twice.
    Repeatable,
    /// The same, while somebody takes files.
    Taken(Taken),
}

const REPEATABLE: &str = "repeatable";

impl PlanKind {
    fn named(name: &str) -> Self {
        let is_named = |taken: &Taken| name == format!("{taken:?}");
        match Taken::ALL.into_iter().find(is_named) {
            Some(taken) => Self::Taken(taken),
            None if name == REPEATABLE => Self::Repeatable,
            None => Self::All,
        }
    }

    fn name(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Repeatable => REPEATABLE.to_owned(),
            Self::Taken(taken) => format!("{taken:?}"),
        }
    }
}

/// What one run of the program is to do.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) path: PathBuf,
    pub(crate) said: PathBuf,
    pub(crate) kind: PlanKind,
    pub(crate) seed: u64,
    pub(crate) steps: usize,
}

impl Job {
    pub(crate) fn plan(&self) -> Vec<Step> {
        match self.kind {
            PlanKind::All => plan::of(self.seed, self.steps),
            PlanKind::Repeatable => plan::repeatable(self.seed, self.steps),
            PlanKind::Taken(taken) => plan::with_taken(self.seed, self.steps, Some(taken)),
        }
    }

    /// The program, ready to be started.
    pub(crate) fn command(&self) -> Command {
        let binary = std::env::current_exe().expect("a test knows its own binary");
        let mut command = Command::new(binary);
        command.args(["--exact", "appender::act", "--test-threads=1", "--nocapture"]);
        command.env(PATH, &self.path).env(SAID, &self.said);
        command.env(SEED, self.seed.to_string()).env(STEPS, self.steps.to_string());
        command.env(PLAN, self.kind.name());
        command
    }

    fn of_environment() -> Option<Self> {
        let path = PathBuf::from(std::env::var_os(PATH)?);
        let said = PathBuf::from(std::env::var_os(SAID)?);
        let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
        let kind = PlanKind::named(&std::env::var(PLAN).ok()?);
        let steps = usize::try_from(number(STEPS)?).ok()?;
        Some(Self { path, said, kind, seed: number(SEED)?, steps })
    }
}

/// Where the program tells what it has done: one line and one write each, so
/// that a trace shows when it was told.
struct Said(File);

impl Said {
    fn open(path: &Path) -> Self {
        let open = || OpenOptions::new().create(true).append(true).open(path).ok();
        let file = (0..TRIES_MAX).find_map(|_| open());
        Self(file.expect("the folder can be written"))
    }

    fn line(&mut self, line: &str) {
        let line = format!("{line}\n");
        let written = (0..TRIES_MAX).find_map(|_| self.0.write_all(line.as_bytes()).ok());
        written.expect("there is room");
    }
}

/// Not a test by itself: what the traced process runs.
#[test]
fn act() {
    let Some(job) = Job::of_environment() else { return };
    let mut said = Said::open(&job.said);
    let mut worker = opened(&job, &mut said);
    said.line("done");
    for step in job.plan() {
        work(&mut worker, &step, &mut said);
        said.line("done");
    }
    drop(worker);
    said.line("closed");
}

fn opened(job: &Job, said: &mut Said) -> Worker {
    for _ in 0..TRIES_MAX {
        match Worker::open(&job.path) {
            Ok(worker) => return worker,
            Err(error) => said.line(&format!("failed: {error:?}")),
        }
    }
    panic!("the outbox never opened");
}

/// Does a step, again and again where the disk fails. After a failure nothing
/// of it may be seen.
fn work(worker: &mut Worker, step: &Step, said: &mut Said) {
    for _ in 0..TRIES_MAX {
        let before = Snapshot::of(worker.outbox()).ok();
        match worker.take(step) {
            Ok(()) => return,
            Err(error) => said.line(&format!("failed: {error:?}")),
        }
        let after = Snapshot::of(worker.outbox()).ok();
        if let (Some(before), Some(after)) = (before, after) {
            assert!(before == after, "a failed step left something behind: {step:?}");
        }
    }
    panic!("a step never worked: {step:?}");
}
