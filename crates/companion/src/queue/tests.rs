//! What a player sees of the queue, and does with it.

use std::sync::{Arc, Mutex};

use event_model::{DeviceId, EventId, Moment, Origin, Source};
use outbox::{Entry, EntryState, Outbox};
use uuid::Uuid;

use super::{Queue, QueueFilter, QueueNext, QueueState, Removal, Seen};
use crate::{
    CompanionStatus, DataDir, FeedLine, Glance, MatchSearch, Matches, Shell,
    pipeline::{
        Beginning, Pipeline,
        tests::{at, frame, stream},
    },
};

/// The news of sequences that never come.
const GAP: &str = "ringside.sequence_gap.v1";

struct NoShell;

impl Shell for NoShell {
    fn feed(&self, _: FeedLine) {}
    fn glance(&self, _: Source, _: Option<Glance>) {}
    fn status(&self, _: CompanionStatus) {}
}

/// An installation whose player got so many kills.
fn after_kills(kills: u64) -> (tempfile::TempDir, Queue) {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    let outbox = Outbox::open(&dir.outbox(), DeviceId(Uuid::from_u128(1)), at(0)).unwrap();
    let shell = Arc::new(NoShell);
    let mut pipeline = Pipeline::new(Arc::new(Mutex::new(outbox)), shell, Origin::Live);
    pipeline.begin(stream(), Beginning::Saved).unwrap();
    (0..=kills).for_each(|kills| pipeline.take(&frame(kills)));
    pipeline.commit(at(kills)).unwrap();
    (folder, Queue::of(&dir))
}

#[test]
fn the_pages_hold_every_event_once() {
    let (_folder, queue) = after_kills(250);
    let first = queue.page(QueueFilter::Waiting, None, at(9)).unwrap();
    let mut rows = first.rows;
    let mut next = first.next;
    while let Some(beyond) = next {
        let mut page = queue.page(QueueFilter::Waiting, Some(beyond), at(9)).unwrap();
        assert_eq!(page.total, first.total);
        rows.append(&mut page.rows);
        next = page.next;
    }
    let sequences: Vec<u64> = rows.iter().map(|row| row.sequence).collect();
    assert_eq!(sequences, (1..=first.total).collect::<Vec<_>>(), "in the order of sending");
    assert!(rows.iter().all(|row| row.state == QueueState::Waiting));
    assert!(first.total > 250, "each kill is one, and the match has begun");
}

#[test]
fn what_is_shown_and_exported_is_what_leaves_this_machine() {
    let (folder, queue) = after_kills(3);
    let out = folder.path().join("out");
    let (path, count) = queue.export(QueueFilter::All, out.clone(), at(9)).unwrap();
    let lines = std::fs::read_to_string(path).unwrap();
    let mut rows = queue.page(QueueFilter::All, None, at(9)).unwrap().rows;
    rows.reverse();
    let bodies: Vec<_> = rows.iter().map(|row| queue.body(id(&row.event_id)).unwrap()).collect();
    assert_eq!(lines.lines().map(|line| Some(line.to_owned())).collect::<Vec<_>>(), bodies);
    assert_eq!(count, bodies.len() as u64);
    let again = queue.export(QueueFilter::All, out, at(9));
    assert!(again.is_err(), "no file is written over");
}

#[test]
fn what_is_deleted_is_gone_and_counted() {
    let (_folder, queue) = after_kills(2);
    let row = queue.page(QueueFilter::Waiting, None, at(9)).unwrap().rows.pop().unwrap();
    let gone = [id(&row.event_id), EventId(Uuid::from_u128(7))];
    let removal = queue.delete(&gone, at(9)).unwrap();
    assert_eq!(removal, Removal { deleted: 1, being_sent: 0, absent: 1 });
    assert_eq!(queue.body(gone[0]).unwrap(), None);
}

#[test]
fn all_that_waits_is_deleted_at_once_and_stays_in_the_history() {
    let (folder, queue) = after_kills(1_100);
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    let page = queue.page(QueueFilter::All, None, at(9)).unwrap();
    let removal = queue.delete_waiting(at(9)).unwrap();
    assert_eq!(removal, Removal { deleted: page.total, ..Removal::default() });
    assert!(page.total > 1_100, "more than one transaction deletes");
    let left = queue.page(QueueFilter::Waiting, None, at(9)).unwrap().rows;
    // A server is told which sequences will never come, and nothing else.
    assert!(left.iter().all(|row| row.event_type.as_deref() == Some(GAP)), "{left:?}");
    let matches = Matches::of(&dir).page(&MatchSearch::default(), None, 9).unwrap();
    assert_eq!(matches.kept, 1, "the match is still told");
    assert!(matches.matches[0].events > 1_100);
}

#[test]
fn a_queue_that_is_not_there_yet_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::of(&DataDir::open(Some(folder.path().to_owned())).unwrap());
    let page = queue.page(QueueFilter::All, None, at(9)).unwrap();
    assert_eq!((page.rows.len(), page.next, page.total), (0, None, 0));
}

#[test]
fn a_row_says_how_long_it_has_been_here_and_what_is_next() {
    let (_folder, queue) = after_kills(2);
    let row = |later_ms: i64| {
        let now = Moment { wall: at(9).wall.plus_ms(later_ms), ..at(9) };
        queue.page(QueueFilter::Waiting, None, now).unwrap().rows.pop().unwrap()
    };
    assert_eq!(row(900).age_s, Some(0), "it was saved in this second");
    assert_eq!(row(3_600_000).age_s, Some(3_600));
    assert_eq!(row(-60_000).age_s, Some(0), "a clock that was set back makes no age");
    assert_eq!(row(0).next, QueueNext::Turn);
}

#[test]
fn a_row_of_a_game_that_is_not_sent_stays() {
    let (_folder, queue) = after_kills(2);
    let game = queue.page(QueueFilter::Waiting, None, at(9)).unwrap().rows.pop().unwrap().match_key;
    assert!(game.starts_with("cs2:"), "{game}");
    std::fs::write(queue.0.settings(), "[privacy]\nsend = { league = false }\n").unwrap();
    let nexts = || {
        let rows = queue.page(QueueFilter::Waiting, None, at(9)).unwrap().rows;
        rows.into_iter().map(|row| row.next).collect::<Vec<_>>()
    };
    assert!(nexts().iter().all(|next| *next == QueueNext::Turn), "another game is kept");
    std::fs::write(queue.0.settings(), "[privacy]\nsend = { cs2 = false }\n").unwrap();
    assert!(nexts().iter().all(|next| *next == QueueNext::KeptHere));
}

#[test]
fn a_row_that_was_refused_waits_behind_the_others() {
    let row = |state, aside| {
        let seen = Seen { now: at(9).wall, kept: Vec::new() };
        seen.next(&entry(state, aside))
    };
    assert_eq!(row(EntryState::Pending, true), QueueNext::Aside);
    assert_eq!(row(EntryState::InFlight, true), QueueNext::Answer);
    assert_eq!(row(EntryState::Settled, false), QueueNext::Nothing);
    assert_eq!(row(EntryState::Quarantined, false), QueueNext::Player);
}

fn entry(state: EntryState, aside: bool) -> Entry {
    Entry {
        sequence: 1,
        event_id: EventId(Uuid::from_u128(7)),
        match_key: "cs2:one".to_owned(),
        state,
        event_type: None,
        time: None,
        appended: None,
        aside,
        bytes: 0,
        reason: None,
        detail: None,
    }
}

fn id(text: &str) -> EventId {
    text.parse().unwrap()
}
