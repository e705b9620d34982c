//! SIGKILL at any moment: no acknowledged append is lost.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{ChildStdout, Command, Stdio},
};

use event_model::Origin;
use outbox::{Append, Filter};

use crate::support::{Folder, append, at, claim, conclude, event, stored, stream};

const ACT: &str = "OUTBOX_TEST_ACT";
const PATH: &str = "OUTBOX_TEST_PATH";
const FROM: &str = "OUTBOX_TEST_FROM";

/// What a child process does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Opens the outbox and keeps it.
    Own,
    /// Appends and settles events and says so, until it is killed.
    Work { from: u32 },
}

/// This test binary again, with one act to play.
pub(crate) struct Child {
    process: std::process::Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Child {
    pub(crate) fn start(act: Act, path: &Path) -> Self {
        let (name, from) = match act {
            Act::Own => ("own", 0),
            Act::Work { from } => ("work", from),
        };
        let binary = std::env::current_exe().expect("a test knows its own binary");
        let mut process = Command::new(binary)
            .args(["--exact", "crash::act", "--nocapture"])
            .envs([(ACT, name), (FROM, &from.to_string())])
            .env(PATH, path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test binary starts again");
        let stdout = process.stdout.take().expect("stdout is piped");
        Self { process, said: BufReader::new(stdout).lines() }
    }

    /// The next thing that it says.
    pub(crate) fn line(&mut self) -> Option<String> {
        let said = self.said.by_ref().map_while(Result::ok);
        said.filter_map(|line| line.strip_prefix("> ").map(str::to_owned)).next()
    }

    /// SIGKILL, and everything it said before.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.process.kill().expect("the child runs");
        self.process.wait().expect("the child ends");
        std::iter::from_fn(|| self.line()).collect()
    }
}

/// Not a test by itself: what a child process runs.
#[test]
fn act() {
    let Ok(act) = std::env::var(ACT) else { return };
    let path = std::env::var(PATH).unwrap();
    let from = std::env::var(FROM).unwrap().parse().unwrap();
    match act.as_str() {
        "own" => own(Path::new(&path)),
        "work" => work(Path::new(&path), from),
        other => panic!("no act is called {other}"),
    }
}

#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn say(line: &str) {
    println!("> {line}");
}

fn own(path: &Path) {
    let _outbox = outbox::Outbox::open(path, crate::support::DEVICE, at(0)).expect("it opens");
    say("owned");
    // Until it is killed.
    loop {
        std::thread::park();
    }
}

fn work(path: &Path, from: u32) {
    let mut outbox = outbox::Outbox::open(path, crate::support::DEVICE, at(0)).expect("it opens");
    for n in from.. {
        let events = vec![event("a", n, Origin::Live)];
        let group = [Append { stream: stream(), state: n.to_le_bytes().to_vec(), events }];
        outbox.append(&group, at(0)).expect("there is room");
        say(&n.to_string());
        if n % 5 == 0 {
            let claimed = claim(&mut outbox, 3);
            conclude(&mut outbox, &claimed, &stored(&claimed));
        }
    }
}

#[test]
fn no_acknowledged_append_is_lost() {
    let folder = Folder::new();
    let mut from = 0;
    for kill in 0..12_u32 {
        let mut child = Child::start(Act::Work { from }, &folder.path);
        let first = (0..=kill * 3).map_while(|_| child.line()).collect::<Vec<_>>();
        let rest = child.kill();
        let last: u32 = first.iter().chain(&rest).last().unwrap().parse().unwrap();

        let outbox = folder.open();
        let entries = outbox.view().list(Filter::All, 100_000).unwrap();
        let sequences: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
        let count = entries.len() as u32;
        assert!(count > last, "{last} was acknowledged, {count} are there");
        assert!(count <= last + 2, "at most one more was under way");
        assert!(sequences.into_iter().eq(1..=u64::from(count)), "gap-free");
        let state = outbox.state(&stream()).unwrap().unwrap();
        assert_eq!(state, (count - 1).to_le_bytes(), "the state is that of the last event");
        from = count;
    }
}

#[test]
fn an_outbox_works_on_after_a_crash() {
    let folder = Folder::new();
    let mut child = Child::start(Act::Work { from: 0 }, &folder.path);
    child.line();
    child.kill();
    let mut outbox = folder.open();
    append(&mut outbox, "b", 1_000_000..1_000_001);
    while let claimed = claim(&mut outbox, 100)
        && !claimed.is_empty()
    {
        conclude(&mut outbox, &claimed, &stored(&claimed));
    }
    let status = outbox.status(at(0)).unwrap();
    assert_eq!((status.pending, status.in_flight), (0, 0));
    assert_eq!(status.settled, outbox.view().list(Filter::All, 100_000).unwrap().len() as u64);
}
