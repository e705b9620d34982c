//! No sequence is forgotten: each was settled, or is here, or is told as a gap.

use std::collections::BTreeSet;

use delivery::{Decision, QuarantineReason, Settlement};
use event_model::{CloudEvent, GapReason, Kind, SequenceGap};
use outbox::{Bounds, EntryState, Filter, Outbox, Selection};
use proptest::prelude::*;

use crate::support::{DAY_MS, Folder, append, at, claim, conclude, id, settlements, stored};

#[derive(Debug, Clone)]
enum Action {
    Append {
        events: u32,
    },
    Settle {
        verdicts: Vec<u8>,
    },
    /// Of what is listed, gaps among it.
    Delete {
        which: Vec<prop::sample::Index>,
    },
    Prune {
        unsent_bytes_max: u64,
        history_bytes_max: u64,
        days: u64,
    },
    Requeue,
    Reopen,
}

fn any_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (1..12_u32).prop_map(|events| Action::Append { events }),
        3 => prop::collection::vec(0..5_u8, 1..8).prop_map(|verdicts| Action::Settle { verdicts }),
        2 => prop::collection::vec(any::<prop::sample::Index>(), 1..5)
            .prop_map(|which| Action::Delete { which }),
        2 => (0..8_000_u64, 0..8_000_u64, prop::sample::select(vec![0, 8, 31]))
            .prop_map(|(unsent_bytes_max, history_bytes_max, days)| Action::Prune {
                unsent_bytes_max, history_bytes_max, days
            }),
        1 => Just(Action::Requeue),
        1 => Just(Action::Reopen),
    ]
}

/// An outbox, and what the server was told.
struct Story {
    folder: Folder,
    outbox: Outbox,
    next: u32,
    last_sequence: u64,
    /// Sequences that the server has, or was told of.
    accounted: BTreeSet<u64>,
}

fn gap_in(body: &str) -> Option<SequenceGap> {
    let event = CloudEvent::parse(&serde_json::from_str(body).unwrap()).unwrap();
    (event.kind() == Some(Kind::SequenceGap)).then(|| event.sequence_gap().unwrap())
}

impl Story {
    fn new() -> Self {
        let folder = Folder::new();
        let outbox = folder.open();
        Self { folder, outbox, next: 0, last_sequence: 0, accounted: BTreeSet::new() }
    }

    fn play(mut self, action: Action) -> Self {
        match action {
            Action::Append { events } => {
                // In turn of two matches, so that spans are short.
                let of = if self.next.is_multiple_of(2) { "a" } else { "b" };
                append(&mut self.outbox, of, self.next..self.next + events);
                self.next += events;
            }
            Action::Settle { verdicts } => self.settle(&verdicts),
            Action::Delete { which } => {
                let listed = self.outbox.view().list(Filter::All, 10_000).unwrap();
                if !listed.is_empty() {
                    let ids: Vec<_> =
                        which.iter().map(|index| index.get(&listed).event_id).collect();
                    self.outbox.view_mut().delete(&ids, at(0)).unwrap();
                }
            }
            Action::Prune { unsent_bytes_max, history_bytes_max, days } => {
                let bounds = Bounds { unsent_bytes_max, history_bytes_max, ..Bounds::default() };
                self.outbox = self.outbox.with_bounds(bounds);
                self.outbox.prune(at(days * DAY_MS)).unwrap();
            }
            Action::Requeue => {
                self.outbox.view_mut().requeue(&Selection::All).unwrap();
            }
            Action::Reopen => {
                drop(self.outbox);
                self.outbox = self.folder.open();
            }
        }
        self
    }

    fn settle(&mut self, verdicts: &[u8]) {
        let claimed = claim(&mut self.outbox, 6);
        let mut items = Vec::new();
        for (event, verdict) in claimed.iter().zip(verdicts.iter().cycle()) {
            items.push(match verdict {
                0..3 => {
                    self.accounted.insert(event.sequence);
                    if let Some(gap) = gap_in(&event.body) {
                        self.accounted.extend(gap.from..=gap.to);
                    }
                    Settlement::Stored
                }
                3 => Settlement::Quarantined { reason: QuarantineReason::Invalid, detail: None },
                _ => Settlement::Kept,
            });
        }
        conclude(&mut self.outbox, &claimed, &Decision::Settle(settlements(items)));
    }

    fn check(&mut self) {
        let mut accounted = self.accounted.clone();
        for shown in self.outbox.view().export(Filter::All) {
            let shown = shown.unwrap();
            self.last_sequence = self.last_sequence.max(shown.entry.sequence);
            if shown.entry.state == EntryState::Settled {
                continue;
            }
            accounted.insert(shown.entry.sequence);
            if let Some(gap) = gap_in(&shown.body) {
                assert_eq!(gap.outbox, self.outbox.id());
                accounted.extend(gap.from..=gap.to);
            }
        }
        let missing: Vec<u64> =
            (1..=self.last_sequence).filter(|sequence| !accounted.contains(sequence)).collect();
        assert!(missing.is_empty(), "{missing:?} of 1 to {}", self.last_sequence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        if std::env::var_os("RINGSIDE_LONG").is_some() { 2_000 } else { 24 }
    ))]

    #[test]
    fn every_sequence_is_settled_or_here_or_told_as_a_gap(
        actions in prop::collection::vec(any_action(), 1..40),
    ) {
        let mut story = Story::new();
        for action in actions {
            story = story.play(action);
            story.check();
        }
    }
}

/// The gaps that are told in the file, in the order of their events.
fn told(outbox: &Outbox) -> Vec<(u64, u64, GapReason)> {
    let bodies = outbox.view().export(Filter::All).map(|shown| shown.unwrap().body);
    bodies.filter_map(|body| gap_in(&body)).map(|gap| (gap.from, gap.to, gap.reason)).collect()
}

#[test]
fn a_gap_that_is_deleted_unsent_is_told_again() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..5);
    outbox.view_mut().delete(&[id(0), id(1)], at(0)).unwrap();
    let gap = outbox.view().list(Filter::All, 10).unwrap()[3].event_id;
    assert_eq!(told(&outbox), [(1, 2, GapReason::Deleted)]);
    outbox.view_mut().delete(&[gap], at(0)).unwrap();
    let again = [(1, 2, GapReason::Deleted), (6, 6, GapReason::Deleted)];
    assert_eq!(told(&outbox), again, "with its own number");
    let listed = outbox.view().list(Filter::All, 10).unwrap();
    assert_eq!(listed[3].event_id, gap, "the same news has the same id");
    assert_eq!(listed[3].sequence, 7, "under a new number");
}

#[test]
fn gaps_that_touch_are_told_as_one() {
    let folder = Folder::new();
    let mut outbox =
        folder.open().with_bounds(Bounds { unsent_bytes_max: 3_000, ..Bounds::default() });
    for n in 0..20 {
        append(&mut outbox, "a", n * 10..n * 10 + 10);
        outbox.prune(at(0)).unwrap();
    }
    let gaps = told(&outbox);
    assert!(gaps.len() <= 2, "{gaps:?}");
    assert_eq!(gaps[0].0, 1, "{gaps:?}");
}

#[test]
fn a_gap_that_was_sent_is_not_told_again() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    outbox.view_mut().delete(&[id(0)], at(0)).unwrap();
    let sent = claim(&mut outbox, 10);
    conclude(&mut outbox, &sent, &stored(&sent));
    let ids: Vec<_> = sent.iter().map(|event| event.event_id).collect();
    outbox.view_mut().delete(&ids, at(0)).unwrap();
    assert_eq!(outbox.view().list(Filter::All, 10).unwrap(), []);
}
