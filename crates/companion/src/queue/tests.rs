//! What a player sees of the queue, and does with it.

use std::sync::{Arc, Mutex};

use event_model::{DeviceId, EventId, Origin, Source};
use outbox::Outbox;
use uuid::Uuid;

use super::{Queue, QueueFilter, QueueState, Removal};
use crate::{
    CompanionStatus, DataDir, FeedLine, Glance, Shell,
    pipeline::{
        Beginning, Pipeline,
        tests::{at, frame, stream},
    },
};

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
    let first = queue.page(QueueFilter::Waiting, None).unwrap();
    let mut rows = first.rows;
    let mut next = first.next;
    while let Some(beyond) = next {
        let mut page = queue.page(QueueFilter::Waiting, Some(beyond)).unwrap();
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
    let mut rows = queue.page(QueueFilter::All, None).unwrap().rows;
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
    let row = queue.page(QueueFilter::Waiting, None).unwrap().rows.pop().unwrap();
    let gone = [id(&row.event_id), EventId(Uuid::from_u128(7))];
    let removal = queue.delete(&gone, at(9)).unwrap();
    assert_eq!(removal, Removal { deleted: 1, being_sent: 0, absent: 1 });
    assert_eq!(queue.body(gone[0]).unwrap(), None);
}

#[test]
fn a_queue_that_is_not_there_yet_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let queue = Queue::of(&DataDir::open(Some(folder.path().to_owned())).unwrap());
    let page = queue.page(QueueFilter::All, None).unwrap();
    assert_eq!((page.rows.len(), page.next, page.total), (0, None, 0));
}

fn id(text: &str) -> EventId {
    text.parse().unwrap()
}
