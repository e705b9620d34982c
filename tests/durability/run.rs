//! A traced run of the appender, and what it should come to.

use std::{
    path::{Path, PathBuf},
    process::Output,
};

use tempfile::TempDir;

use system_tests::scratch;

use crate::{
    appender::{Job, PlanKind},
    strace,
    trace::{Act, Watched},
    worker::{Snapshot, reference},
};

/// How the names of an outbox's files end.
const ENDINGS: [&str; 21] = [
    "",
    "-wal",
    "-shm",
    "-journal",
    ".lock",
    ".id",
    ".id.new",
    ".unheard",
    ".unheard.new",
    ".put-back",
    ".put-back.new",
    ".put-back.new-journal",
    ".damaged-1",
    ".damaged-1-wal",
    ".damaged-1-shm",
    ".damaged-1.begun",
    ".damaged-1.id",
    ".damaged-1.json",
    ".damaged-1.json.new",
    ".damaged-1-journal",
    ".damaged-2",
];

/// The program in a folder of its own.
pub(crate) struct Run {
    scratch: TempDir,
    pub(crate) job: Job,
}

impl Run {
    pub(crate) fn of(kind: PlanKind, seed: u64, steps: usize) -> Self {
        let scratch = scratch();
        std::fs::create_dir(scratch.path().join("disk")).unwrap();
        let path = scratch.path().join("disk").join("data").join("outbox.sqlite");
        let said = scratch.path().join("said");
        Self { scratch, job: Job { path, said, kind, seed, steps } }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.scratch.path().join("disk")
    }

    /// Where the outbox is below the folder.
    pub(crate) fn name(&self) -> PathBuf {
        self.job.path.strip_prefix(self.folder()).unwrap().to_owned()
    }

    fn trace_path(&self) -> PathBuf {
        self.scratch.path().join("trace")
    }

    /// Runs it to its end.
    pub(crate) fn to_its_end(&self) -> Output {
        strace::traced(&self.job.command(), &self.trace_path()).output().unwrap()
    }

    /// The same with calls that fail, or at which it is killed; `when` counts those
    /// on its own files, and not the loader's or the test harness's.
    pub(crate) fn with(&self, injection: &str) -> Output {
        let trace = self.trace_path();
        let mut files = self.files();
        files.push(self.job.said.clone());
        strace::injected_at(&self.job.command(), &trace, injection, &files).output().unwrap()
    }

    /// How often it makes each of `calls` on these files, where nothing fails. Only
    /// those that it makes.
    pub(crate) fn counted_calls<'c>(&self, calls: &[&'c str]) -> Vec<(&'c str, u64)> {
        // An injection that never comes.
        let output = self.with(&format!("inject={}:error=EIO:when=65535", calls[0]));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let trace = self.trace();
        let count = |call: &str| {
            let begin = format!("{call}(");
            let made = trace.lines().filter_map(|line| line.split_once(' '));
            made.filter(|(_, made)| made.trim_start().starts_with(&begin)).count() as u64
        };
        calls.iter().map(|call| (*call, count(call))).filter(|(_, count)| *count > 0).collect()
    }

    /// Everything that it may have open or name.
    fn files(&self) -> Vec<PathBuf> {
        let names = ENDINGS.map(|ending| {
            let mut name = self.job.path.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        });
        let folders = [self.folder(), self.job.path.parent().unwrap().to_owned()];
        folders.into_iter().chain(names).collect()
    }

    /// What `strace` wrote.
    pub(crate) fn trace(&self) -> String {
        std::fs::read_to_string(self.trace_path()).unwrap()
    }

    /// What the program did, from its trace.
    pub(crate) fn acts(&self) -> Vec<Act> {
        let (folder, said) = (self.folder(), Path::new(&self.job.said));
        Watched { folder: &folder, acknowledgements: said }.acts(&self.trace())
    }

    /// What it should come to after each step.
    pub(crate) fn reference(&self) -> Vec<Snapshot> {
        let scratch = scratch();
        reference(&scratch.path().join("outbox.sqlite"), &self.job.plan())
    }
}

/// How many steps were acknowledged, opening being the first.
pub(crate) fn acknowledged(acts: &[Act]) -> usize {
    acts.iter().filter(|act| is_acknowledgement(act)).count()
}

pub(crate) fn is_acknowledgement(act: &Act) -> bool {
    matches!(act, Act::Say { text } if text == "done\n")
}

/// Everything that the program told.
pub(crate) fn said<'a>(acts: &'a [Act]) -> Vec<&'a str> {
    let line =
        |act: &'a Act| if let Act::Say { text } = act { Some(text.trim_end()) } else { None };
    acts.iter().filter_map::<&str, _>(line).collect()
}
