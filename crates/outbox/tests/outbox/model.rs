//! Random actions against a model: a map of where each event should stand.

use std::collections::{BTreeMap, BTreeSet};

use delivery::{Decision, QuarantineReason, Settlement, WaitReason};
use event_model::{EventId, GapReason, SequenceGap};
use outbox::{Claimed, EntryState, Filter, Outbox, Selection};
use proptest::prelude::*;

use crate::support::{Folder, append, at, conclude, id, limits, refused, settlements};

#[derive(Debug, Clone)]
enum Action {
    Append { of: u8, ids: Vec<u32> },
    Claim { events_max: usize },
    Settle { verdicts: Vec<u8> },
    BackOff,
    Refuse,
    Release,
    Requeue { ids: Vec<u32> },
    Delete { ids: Vec<u32> },
    Later,
    Reopen,
}

/// Longer than anything waits that the server asked for again.
const LATER_MS: u64 = 10 * 60 * 1_000;

/// Matches that events are of.
const MATCHES: u32 = 3;

fn any_ids() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..20_u32, 0..8)
}

fn any_of_all() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..20 * MATCHES, 0..8)
}

fn any_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0..MATCHES as u8, any_ids()).prop_map(|(of, ids)| Action::Append { of, ids }),
        4 => (1..6_usize).prop_map(|events_max| Action::Claim { events_max }),
        4 => prop::collection::vec(0..4_u8, 6).prop_map(|verdicts| Action::Settle { verdicts }),
        1 => Just(Action::BackOff),
        2 => Just(Action::Refuse),
        1 => Just(Action::Release),
        1 => any_of_all().prop_map(|ids| Action::Requeue { ids }),
        1 => any_of_all().prop_map(|ids| Action::Delete { ids }),
        1 => Just(Action::Later),
        1 => Just(Action::Reopen),
    ]
}

/// What should be true of the file.
#[derive(Default)]
struct Model {
    events: BTreeMap<EventId, (u64, EntryState)>,
    matches: BTreeMap<EventId, String>,
    gone: Vec<EventId>,
    last_sequence: u64,
    in_flight: Vec<Claimed>,
    ever_refused: bool,
    /// What the server asked for again since the file was opened.
    asked: BTreeSet<EventId>,
    /// Whether all of them are due.
    due: bool,
    now_ms: u64,
}

impl Model {
    fn put(&mut self, id: EventId, of: &str) {
        self.last_sequence += 1;
        self.events.insert(id, (self.last_sequence, EntryState::Pending));
        self.matches.insert(id, of.to_owned());
    }

    fn set(&mut self, id: EventId, state: EntryState) {
        self.events.get_mut(&id).expect("the event is in the file").1 = state;
    }

    fn count(&self, state: EntryState) -> u64 {
        self.events.values().filter(|(_, each)| *each == state).count() as u64
    }

    fn append(&mut self, outbox: &mut Outbox, of: u8, ids: &[u32]) {
        let name = format!("m{of}");
        // An id belongs to one match: both come from one session key.
        let ids: Vec<u32> = ids.iter().map(|n| n * MATCHES + u32::from(of)).collect();
        let appended = append(outbox, &name, ids.iter().copied());
        let mut new = Vec::new();
        for id in ids.iter().map(|n| id(*n)) {
            if !self.events.contains_key(&id) && !self.gone.contains(&id) {
                self.put(id, &name);
                new.push((id, self.last_sequence));
            }
        }
        assert_eq!(appended.appended, new);
        assert_eq!(appended.already_known as usize, ids.len() - new.len());
    }

    fn claim(&mut self, outbox: &mut Outbox, events_max: usize) {
        if !self.in_flight.is_empty() {
            return;
        }
        let claimed = outbox.claim(&limits(events_max), at(self.now_ms)).unwrap();
        assert!(claimed.len() <= events_max);
        assert!(!claimed.is_empty() || !self.may_go(), "nothing starves");
        assert!(claimed.is_empty() || self.count(EntryState::Pending) > 0);
        for event in &claimed {
            assert_eq!(self.events[&event.event_id], (event.sequence, EntryState::Pending));
            self.set(event.event_id, EntryState::InFlight);
        }
        if !self.ever_refused {
            for event in claimed.iter().filter(|event| !self.asked.contains(&event.event_id)) {
                self.assert_not_overtaking(event);
            }
        }
        self.in_flight = claimed;
    }

    /// Whether anything waits for nothing.
    fn may_go(&self) -> bool {
        let mut pending =
            self.events.iter().filter(|(_, (_, state))| *state == EntryState::Pending);
        pending.any(|(id, _)| self.due || !self.asked.contains(id))
    }

    fn assert_not_overtaking(&self, claimed: &Claimed) {
        let of = &self.matches[&claimed.event_id];
        let passed = self.events.iter().find(|(id, (sequence, state))| {
            self.matches[id] == *of
                && *state == EntryState::Pending
                && *sequence < claimed.sequence
                && !self.asked.contains(id)
        });
        assert_eq!(passed, None, "{claimed:?} overtook it within its match");
    }

    fn settle(&mut self, outbox: &mut Outbox, verdicts: &[u8]) {
        let claimed = std::mem::take(&mut self.in_flight);
        let mut items = Vec::new();
        for (event, verdict) in claimed.iter().zip(verdicts.iter().cycle()) {
            let (item, state) = match verdict {
                0 | 1 => (Settlement::Stored, EntryState::Settled),
                2 => (quarantine(), EntryState::Quarantined),
                _ => {
                    self.asked.insert(event.event_id);
                    self.due = false;
                    (Settlement::Kept, EntryState::Pending)
                }
            };
            self.set(event.event_id, state);
            items.push(item);
        }
        let decision = Decision::Settle(settlements(items));
        outbox.conclude(&claimed, &decision, at(self.now_ms), 0).unwrap();
    }

    fn keep(&mut self) -> Vec<Claimed> {
        let claimed = std::mem::take(&mut self.in_flight);
        for event in &claimed {
            self.set(event.event_id, EntryState::Pending);
        }
        claimed
    }

    fn refuse(&mut self, outbox: &mut Outbox) {
        let claimed = self.keep();
        if claimed.is_empty() {
            return;
        }
        self.ever_refused = true;
        let quarantined = outbox.status(at(0)).unwrap().quarantined;
        conclude(outbox, &claimed, &refused());
        if outbox.status(at(0)).unwrap().quarantined > quarantined {
            assert_eq!(claimed.len(), 1, "only an event alone is quarantined by refusals");
            self.set(claimed[0].event_id, EntryState::Quarantined);
        }
    }

    fn requeue(&mut self, outbox: &mut Outbox, ids: &[u32]) {
        let ids: Vec<EventId> = ids.iter().map(|n| id(*n)).collect();
        outbox.view_mut().requeue(&Selection::Ids(ids.clone())).unwrap();
        for id in ids {
            if matches!(self.events.get(&id), Some((_, EntryState::Quarantined))) {
                self.set(id, EntryState::Pending);
            }
        }
    }

    fn delete(&mut self, outbox: &mut Outbox, ids: &[u32]) {
        let ids: Vec<EventId> = ids.iter().map(|n| id(*n)).collect();
        outbox.view_mut().delete(&ids, at(0)).unwrap();
        let mut unsent = Vec::new();
        for id in ids {
            match self.events.get(&id) {
                None | Some((_, EntryState::InFlight)) => continue,
                Some((_, EntryState::Settled)) => {}
                Some((sequence, EntryState::Pending | EntryState::Quarantined)) => {
                    unsent.push(*sequence);
                }
            }
            self.events.remove(&id);
            self.gone.push(id);
        }
        unsent.sort_unstable();
        for range in unsent.chunk_by(|a, b| a + 1 == *b) {
            let (from, to) = (range[0], range[range.len() - 1]);
            let gap = SequenceGap { outbox: outbox.id(), from, to, reason: GapReason::Deleted };
            self.put(gap.event_id(), &gap.subject());
        }
    }

    fn check(&self, outbox: &Outbox) {
        let listed: BTreeMap<EventId, (u64, EntryState)> = outbox
            .view()
            .list(Filter::All, 10_000)
            .unwrap()
            .into_iter()
            .map(|entry| (entry.event_id, (entry.sequence, entry.state)))
            .collect();
        assert_eq!(listed, self.events);
        let status = outbox.status(at(0)).unwrap();
        assert_eq!(status.pending, self.count(EntryState::Pending));
        assert_eq!(status.in_flight, self.count(EntryState::InFlight));
        assert_eq!(status.quarantined, self.count(EntryState::Quarantined));
    }
}

fn quarantine() -> Settlement {
    Settlement::Quarantined { reason: QuarantineReason::Invalid, detail: None }
}

fn run(actions: Vec<Action>) {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let mut model = Model::default();
    for action in actions {
        match action {
            Action::Append { of, ids } => model.append(&mut outbox, of, &ids),
            Action::Claim { events_max } => model.claim(&mut outbox, events_max),
            Action::Settle { verdicts } => model.settle(&mut outbox, &verdicts),
            Action::BackOff => {
                let reason = WaitReason::Status(503);
                let decision = Decision::BackOff { reason, retry_after_ms: None };
                conclude(&mut outbox, &model.keep(), &decision);
            }
            Action::Refuse => model.refuse(&mut outbox),
            Action::Release => outbox.release(&model.keep()).unwrap(),
            Action::Requeue { ids } => model.requeue(&mut outbox, &ids),
            Action::Delete { ids } => model.delete(&mut outbox, &ids),
            Action::Later => {
                model.now_ms += LATER_MS;
                model.due = true;
            }
            Action::Reopen => {
                drop(outbox);
                model.asked.clear();
                model.keep();
                outbox = folder.open();
            }
        }
        model.check(&outbox);
    }
}

proptest! {
    // Every case writes and syncs a real file some hundred times.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_file_is_where_the_model_says(actions in prop::collection::vec(any_action(), 1..40)) {
        run(actions);
    }
}
