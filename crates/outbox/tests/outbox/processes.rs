//! Eight processes on one file: one appends and sends, seven look, send again
//! and delete.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use delivery::{Decision, QuarantineReason, Settlement};
use event_model::{CloudEvent, EventId, Kind};
use outbox::{EntryState, Filter, Outbox, OutboxView, Selection};

use crate::support::{DEVICE, Folder, append, at, claim, conclude, ids, settlements};

const ACT: &str = "OUTBOX_PROCESSES_ACT";
const PATH: &str = "OUTBOX_PROCESSES_PATH";
const ROUNDS: &str = "OUTBOX_PROCESSES_ROUNDS";

/// What a process says when it has the file open.
const OPENED: &str = "> opened";

/// How often others may run while a request is under way.
const REQUEST_YIELDS: u32 = 20;

/// The others, beside the owner.
const OTHERS: u32 = 7;

fn rounds() -> u32 {
    if std::env::var_os("RINGSIDE_LONG").is_some() { 3_000 } else { 150 }
}

/// Another process at the file.
struct Process {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Process {
    /// This test binary again, at the file of `path`.
    fn start(act: &str, path: &Path) -> Self {
        let binary = std::env::current_exe().expect("a test knows its own binary");
        let mut child = Command::new(binary)
            .args(["--exact", "processes::act", "--nocapture"])
            .envs([(ACT, act), (ROUNDS, &rounds().to_string())])
            .env(PATH, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test binary starts again");
        let said = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, said }
    }

    /// Waits until it has the file open.
    fn opened(&mut self) {
        let mut line = String::new();
        while line.trim_end() != OPENED {
            line.clear();
            assert!(self.said.read_line(&mut line).unwrap() > 0, "it ends before it has begun");
        }
    }

    /// Lets it go on; everything it said since then, where it ended well.
    fn said(mut self) -> Vec<String> {
        drop(self.child.stdin.take());
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "no error comes to the surface: {ended}\n{said}");
        said.lines().filter_map(|line| line.strip_prefix("> ").map(str::to_owned)).collect()
    }
}

#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn say(line: &str) {
    println!("> {line}");
}

/// Not a test by itself: what the processes run.
#[test]
fn act() {
    let Ok(act) = std::env::var(ACT) else { return };
    let path = std::env::var(PATH).unwrap();
    let rounds: u32 = std::env::var(ROUNDS).unwrap().parse().unwrap();
    match act.as_str() {
        "own" => own(Path::new(&path), rounds),
        other => meddle(Path::new(&path), other.parse().unwrap()),
    }
}

/// Appends, sends and settles, and says what became stored.
fn own(path: &Path, rounds: u32) {
    let mut outbox = Outbox::open(path, DEVICE, at(0)).unwrap();
    say("opened");
    // On a busy machine it would be done before another has begun.
    std::io::stdin().read_line(&mut String::new()).unwrap();
    for round in 0..rounds {
        append(&mut outbox, &format!("m{}", round % 3), round * 10..round * 10 + 10);
        send(&mut outbox, 12, usize::try_from(round).unwrap());
    }
    // The others end when they see this.
    outbox.record_lost(1).unwrap();
}

/// One request; one event in seven is refused, and waits for a person.
fn send(outbox: &mut Outbox, events_max: usize, salt: usize) -> usize {
    let claimed = claim(outbox, events_max);
    let mut items = Vec::new();
    for (at, event) in claimed.iter().enumerate() {
        let stored = !(at + salt).is_multiple_of(7);
        items.push(if stored {
            say(&format!("stored {} {}", event.sequence, event.event_id));
            Settlement::Stored
        } else {
            Settlement::Quarantined { reason: QuarantineReason::Invalid, detail: None }
        });
    }
    // The request takes its time, and the others go on.
    (0..REQUEST_YIELDS).for_each(|_| std::thread::yield_now());
    conclude(outbox, &claimed, &Decision::Settle(settlements(items)));
    claimed.len()
}

/// Looks, sends again and deletes until the owner is done.
fn meddle(path: &Path, salt: usize) {
    let mut view = OutboxView::open(path).unwrap();
    say("opened");
    let (mut round, mut seen) = (salt, None);
    loop {
        let status = view.status(at(0)).unwrap();
        if status.lost > 0 {
            return;
        }
        // Once for each request of the owner: seven that write all the time
        // would leave it no turn.
        if seen == Some(status.settled) {
            std::thread::yield_now();
            continue;
        }
        seen = Some(status.settled);
        round += 1;
        match round % 6 {
            0 => drop(view.list(Filter::All, 200).unwrap()),
            1 => drop(view.requeue(&Selection::All).unwrap()),
            2 => delete_one(&mut view, EntryState::Pending, round),
            3 => delete_one(&mut view, EntryState::Quarantined, round),
            // It is left alone, unless it was settled in the meantime.
            4 => delete_one(&mut view, EntryState::InFlight, round),
            // As a command that was typed just now.
            _ => view = OutboxView::open(path).unwrap(),
        }
    }
}

fn delete_one(view: &mut OutboxView, state: EntryState, salt: usize) {
    let listed = view.list(Filter::In(state), 20).unwrap();
    // Half of the time none, or nothing would be left to be sent.
    let Some(entry) = listed.get(salt % 40) else { return };
    if view.delete(&[entry.event_id], at(0)).unwrap().deleted == 1 {
        say(&format!("deleted {} {}", entry.sequence, entry.event_id));
    }
}

/// What the processes said they did with which event.
fn collect(lines: &[String], word: &str) -> Vec<(u64, EventId)> {
    let of_word = lines.iter().filter_map(|line| line.strip_prefix(word));
    of_word
        .map(|rest| {
            let (sequence, id) = rest.trim().split_once(' ').unwrap();
            (sequence.parse().unwrap(), id.parse().unwrap())
        })
        .collect()
}

#[test]
fn eight_processes_send_nothing_twice_and_lose_nothing() {
    let folder = Folder::new();
    drop(folder.open());
    let start = |act: &str| Process::start(act, &folder.path);
    let mut owner = start("own");
    let mut others: Vec<Process> = (0..OTHERS).map(|n| start(&n.to_string())).collect();
    owner.opened();
    others.iter_mut().for_each(Process::opened);
    let mut lines = owner.said();
    for other in others {
        lines.extend(other.said());
    }

    let mut outbox = folder.open();
    outbox.view_mut().requeue(&Selection::All).unwrap();
    let mut stored = collect(&lines, "stored");
    loop {
        let claimed = claim(&mut outbox, 1_000);
        if claimed.is_empty() {
            break;
        }
        stored.extend(claimed.iter().map(|event| (event.sequence, event.event_id)));
        conclude(&mut outbox, &claimed, &crate::support::stored(&claimed));
    }
    let deleted = collect(&lines, "deleted");
    assert!(!deleted.is_empty(), "the others had something to do");
    let distinct: BTreeSet<EventId> = stored.iter().map(|(_, id)| *id).collect();
    assert_eq!(distinct.len(), stored.len(), "nothing is stored twice");

    let mut accounted: BTreeSet<u64> =
        stored.iter().chain(&deleted).map(|(sequence, _)| *sequence).collect();
    for event in outbox.view().export(Filter::All).map(Result::unwrap) {
        let event = CloudEvent::parse(&serde_json::from_str(&event.body).unwrap()).unwrap();
        if event.kind() == Some(Kind::SequenceGap) {
            let gap = event.sequence_gap().unwrap();
            accounted.extend(gap.from..=gap.to);
        }
    }
    let last = *accounted.last().unwrap();
    assert!(accounted.len() as u64 == last, "of 1 to {last} {} are known", accounted.len());

    let known: BTreeSet<EventId> = stored.iter().chain(&deleted).map(|(_, id)| *id).collect();
    let appended = rounds() * 10;
    let missing = (0..appended).filter(|n| !known.contains(&crate::support::id(*n))).count();
    assert_eq!(missing, 0, "of {appended} appended");
    let settled = outbox.status(at(0)).unwrap().settled;
    assert_eq!(settled, stored.len() as u64);
}

#[test]
fn what_another_process_did_is_in_the_next_claim() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..4);
    let refused = claim(&mut outbox, 4);
    let quarantined = Settlement::Quarantined { reason: QuarantineReason::Invalid, detail: None };
    let verdicts = vec![quarantined; 4];
    conclude(&mut outbox, &refused, &Decision::Settle(settlements(verdicts)));
    assert_eq!(ids(&claim(&mut outbox, 4)), []);

    let mut view = folder.view();
    view.requeue(&Selection::All).unwrap();
    view.delete(&[crate::support::id(2)], at(0)).unwrap();
    let claimed = claim(&mut outbox, 10);
    let by_id: BTreeMap<EventId, u64> =
        claimed.iter().map(|event| (event.event_id, event.sequence)).collect();
    assert_eq!(claimed.len(), 4, "three, and the news of the gap");
    assert!(!by_id.contains_key(&crate::support::id(2)));
}
