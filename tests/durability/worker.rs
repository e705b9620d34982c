//! Does the steps of a plan, and sees what an outbox holds.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use delivery::{BatchLimits, Decision, Settlement, Settlements, WaitReason};
use event_model::EventId;
use outbox::{Bounds, Claimed, EntryState, Error, Filter, Outbox, OutboxView};
use uuid::Uuid;

use crate::plan::{Answer, Checkpoint, DEVICE, STREAMS, Step, Taken, at, stream_key};

/// Small enough to be reached in a plan of some dozen steps.
const UNSENT_BYTES_MAX: u64 = 40_000;
const HISTORY_BYTES_MAX: u64 = 20_000;

/// Time between two steps: ages are looked at after ten minutes.
const STEP_MS: u64 = 70_000;

/// An outbox and whoever works on it.
pub(crate) struct Worker {
    path: PathBuf,
    outbox: Option<Outbox>,
    /// A batch whose release failed; the uploader keeps it like this.
    owed: Vec<Claimed>,
    done: u64,
}

impl Worker {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let outbox = Some(open(path)?);
        Ok(Self { path: path.to_owned(), outbox, owed: Vec::new(), done: 0 })
    }

    pub(crate) fn outbox(&mut self) -> &mut Outbox {
        self.outbox.as_mut().expect("it is open between two steps")
    }

    /// Does a step; in time it counts even where it fails.
    pub(crate) fn take(&mut self, step: &Step) -> Result<(), Error> {
        self.done += 1;
        let now = at(self.done * STEP_MS);
        match step {
            Step::Append(group) => self.outbox().append(group, now).map(drop),
            Step::Send(events, answer) => self.send(*events, answer),
            Step::Delete(ids) => OutboxView::open(&self.path)?.delete(ids, now).map(drop),
            Step::Prune => self.outbox().prune(now).map(drop),
            Step::CountLost(events) => self.outbox().record_lost(*events),
            Step::Checkpoint(checkpoint) => {
                run_checkpoint(&self.path, *checkpoint);
                Ok(())
            }
            Step::Reopen => {
                self.outbox = None;
                self.outbox = Some(open(&self.path)?);
                Ok(())
            }
            Step::Take(taken) => {
                take_files(&self.path, *taken);
                Ok(())
            }
        }
    }

    fn send(&mut self, events: usize, answer: &Answer) -> Result<(), Error> {
        let now = at(self.done * STEP_MS);
        let limits = BatchLimits { events_max: events, ..BatchLimits::default() };
        let outbox = self.outbox.as_mut().expect("it is open between two steps");
        if !self.owed.is_empty() {
            outbox.release(&self.owed)?;
            self.owed.clear();
        }
        self.owed = outbox.claim(&limits, now)?;
        if self.owed.is_empty() {
            return Ok(());
        }
        match decision(answer, &self.owed) {
            Some(decision) => outbox.conclude(&self.owed, &decision, now, 0)?,
            None => outbox.release(&self.owed)?,
        }
        self.owed.clear();
        Ok(())
    }
}

fn open(path: &Path) -> Result<Outbox, Error> {
    let bounds = Bounds {
        unsent_bytes_max: UNSENT_BYTES_MAX,
        history_bytes_max: HISTORY_BYTES_MAX,
        ..Bounds::default()
    };
    Ok(Outbox::open(path, DEVICE, at(0))?.with_bounds(bounds))
}

pub(crate) fn decision(answer: &Answer, claimed: &[Claimed]) -> Option<Decision> {
    let settle = |items| {
        let (store, server_version) = (Uuid::from_u128(5), "1.0.0".to_owned());
        Decision::Settle(Settlements { store, server_version, items, contiguous_sequence: None })
    };
    match answer {
        Answer::Stored => Some(settle(vec![Settlement::Stored; claimed.len()])),
        Answer::HalfQuarantined(reason) => {
            let refused = Settlement::Quarantined { reason: *reason, detail: None };
            let items = [refused, Settlement::Stored].into_iter().cycle().take(claimed.len());
            Some(settle(items.collect()))
        }
        Answer::Silence => {
            let reason = WaitReason::NotOurServer;
            Some(Decision::BackOff { reason, retry_after_ms: None })
        }
        Answer::Refused => {
            Some(Decision::Refused { reason: WaitReason::Status(400), detail: None })
        }
        Answer::Released => None,
    }
}

/// As a person may do it, who has no patience for what fails.
fn take_files(path: &Path, taken: Taken) {
    let copy = retried(|| fs::read(path)).expect("the outbox is there");
    for ending in taken.endings() {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let removed = retried(|| fs::remove_file(&name).or_else(unless_absent));
        removed.expect("its folder can be written");
    }
    if taken == Taken::OlderCopy {
        retried(|| fs::write(path, &copy)).expect("there is room");
    }
}

fn unless_absent(cause: io::Error) -> io::Result<()> {
    if cause.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(cause) }
}

fn retried<T, E>(act: impl Fn() -> Result<T, E>) -> Result<T, E> {
    act().or_else(|_| act())
}

/// As any other connection may do it.
fn run_checkpoint(path: &Path, checkpoint: Checkpoint) {
    let word = match checkpoint {
        Checkpoint::Passive => "PASSIVE",
        Checkpoint::Restart => "RESTART",
        Checkpoint::Truncate => "TRUNCATE",
    };
    let pragma = format!("PRAGMA wal_checkpoint({word})");
    let run = || rusqlite::Connection::open(path)?.query_row(&pragma, [], |_| Ok(()));
    retried(run).expect("nobody else reads");
}

/// Sequence, id, state and body.
type Entry = (u64, EventId, EntryState, String);

/// Instead of the id that the news of a gap has, which is another one each time.
const GAP: EventId = EventId(Uuid::max());

/// Everything that an outbox promises to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    events: Vec<Entry>,
    states: Vec<Option<Vec<u8>>>,
    counts: [u64; 4],
}

impl Snapshot {
    pub(crate) fn of(outbox: &Outbox) -> Result<Self, Error> {
        let own = outbox.id().to_string();
        let mut events = Vec::new();
        for shown in outbox.view().export(Filter::All) {
            let shown = shown?;
            let (mut id, mut body) = (shown.entry.event_id, shown.body);
            // The news of a gap names the outbox, which has another id each time.
            if shown.entry.event_type.as_deref() == Some("ringside.sequence_gap.v1") {
                body = body.replace(&id.0.to_string(), "its id").replace(&own, "the outbox");
                id = GAP;
            }
            // What was in flight when the owner ended is pending again.
            let state = match shown.entry.state {
                EntryState::Pending | EntryState::InFlight => EntryState::Pending,
                EntryState::Settled => EntryState::Settled,
                EntryState::Quarantined => EntryState::Quarantined,
            };
            events.push((shown.entry.sequence, id, state, body));
        }
        let states = STREAMS.map(|stream| outbox.state(&stream_key(stream)));
        let status = outbox.status(at(0))?;
        let counts = [status.settled, status.quarantined, status.pruned, status.lost];
        Ok(Self { events, states: states.into_iter().collect::<Result<_, _>>()?, counts })
    }

    /// Whether it is `before`, and of the step under way, `after`, at most events
    /// that reached the disk: they go on without its state, which makes them again
    /// under the same ids.
    pub(crate) fn goes_on_from(&self, before: &Self, after: Option<&Self>) -> Result<(), String> {
        self.names_each_once()?;
        if (&self.states, &self.counts) != (&before.states, &before.counts) {
            return Err(format!("{}, and not {}", self.summary(), before.summary()));
        }
        if let Some(lost) = before.events.iter().find(|event| !self.events.contains(event)) {
            return Err(format!("it is not there as it was: {lost:?}"));
        }
        // Where one did not reach the disk, those behind it get lower numbers.
        let came = after.unwrap_or(before).waiting();
        let is_new = |event: &&Entry| !before.events.contains(event);
        let may_be = |(sequence, id, state, body): &Entry| {
            *state == EntryState::Pending && came.contains(&(*id, unnumbered(*sequence, body)))
        };
        match self.events.iter().filter(is_new).find(|event| !may_be(event)) {
            Some(other) => Err(format!("it is of no step: {other:?}")),
            None => Ok(()),
        }
    }

    /// Whether it is what salvage makes of `before`, or of the step under way,
    /// under new numbers: what waits in both waits here, nothing that is in
    /// neither, and no state without the events that it is the state after.
    pub(crate) fn carries_over(&self, before: &Self, after: Option<&Self>) -> Result<(), String> {
        self.names_each_once()?;
        let here = self.waiting();
        let after = after.unwrap_or(before);
        if let Some((id, _)) =
            before.waiting().intersection(&after.waiting()).find(|event| !here.contains(event))
        {
            let now = self.events.iter().find(|(_, known, ..)| known == id);
            return Err(format!("{id} does not wait any more: {now:?}"));
        }
        if let Some((id, _)) = here.iter().find(|(id, _)| !before.has(id) && !after.has(id)) {
            return Err(format!("{id} was never appended"));
        }
        for (nth, state) in self.states.iter().enumerate() {
            let is_ahead = *state != before.states[nth];
            if is_ahead && *state != after.states[nth] {
                return Err(format!("a state of no step: {}", self.summary()));
            }
            let new = after.waiting().into_iter().find(|(id, _)| !before.has(id) && !self.has(id));
            if let (true, Some((id, _))) = (is_ahead, new) {
                return Err(format!("a state is ahead of {id}, which is not there"));
            }
        }
        Ok(())
    }

    /// Whether nothing is in it that is not in `all`, or twice.
    pub(crate) fn is_part_of(&self, all: &Self) -> Result<(), String> {
        self.names_each_once()?;
        let is_new = |event: &&Entry| event.1 != GAP && !all.has(&event.1);
        match self.events.iter().find(is_new) {
            Some(other) => Err(format!("it was never appended: {other:?}")),
            None => Ok(()),
        }
    }

    fn has(&self, id: &EventId) -> bool {
        self.events.iter().any(|(_, known, ..)| known == id)
    }

    /// The news of gaps aside.
    fn names_each_once(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        let mut ids = self.events.iter().map(|(_, id, ..)| *id).filter(|id| *id != GAP);
        match ids.find(|id| !seen.insert(*id)) {
            Some(twice) => Err(format!("{twice} is there twice")),
            None => Ok(()),
        }
    }

    /// Events of matches that are not settled, without their numbers.
    fn waiting(&self) -> BTreeSet<(EventId, String)> {
        let waiting = self
            .events
            .iter()
            .filter(|(_, id, state, _)| *state != EntryState::Settled && *id != GAP);
        waiting.map(|(sequence, id, _, body)| (*id, unnumbered(*sequence, body))).collect()
    }

    pub(crate) fn last_sequence(&self) -> u64 {
        self.events.last().map_or(0, |(sequence, ..)| *sequence)
    }

    pub(crate) fn pending(&self) -> usize {
        self.events.iter().filter(|(_, _, state, _)| *state == EntryState::Pending).count()
    }

    /// In short, for a person.
    pub(crate) fn summary(&self) -> String {
        let states: Vec<_> = self.states.iter().map(|state| state.as_ref().map(Vec::len)).collect();
        let (events, last) = (self.events.len(), self.last_sequence());
        format!("{events} events up to {last}, states of {states:?} bytes, {:?}", self.counts)
    }
}

/// The body of an event that may get another number.
fn unnumbered(sequence: u64, body: &str) -> String {
    body.replace(&format!("\"sequence\":\"{sequence}\""), "its sequence")
}

/// What an outbox holds after opening, and after each step.
pub(crate) fn reference(path: &Path, plan: &[Step]) -> Vec<Snapshot> {
    let mut worker = Worker::open(path).expect("the folder can be used");
    let mut snapshots = vec![Snapshot::of(worker.outbox()).expect("it can be read")];
    for step in plan {
        worker.take(step).expect("nothing fails here");
        snapshots.push(Snapshot::of(worker.outbox()).expect("it can be read"));
    }
    snapshots
}
