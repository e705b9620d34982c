//! Append: durable, once per id, with the state, or not at all.

use event_model::{CloudEvent, Origin};
use outbox::{Append, StreamKey};

use crate::support::{Folder, append, at, claim, conclude, event, id, ids, stored, stream};

#[test]
fn events_get_gap_free_sequences_from_one() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let appended = append(&mut outbox, "a", 10..13);
    assert_eq!(appended.appended, [(id(10), 1), (id(11), 2), (id(12), 3)]);
    drop(outbox);
    let appended = append(&mut folder.open(), "a", 13..14);
    assert_eq!(appended.appended, [(id(13), 4)], "it goes on after a restart");
}

#[test]
fn an_id_is_appended_once_whatever_became_of_it() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    assert_eq!(append(&mut outbox, "a", 0..4).already_known, 3, "while pending");

    let claimed = claim(&mut outbox, 1);
    assert_eq!(append(&mut outbox, "a", 0..1).already_known, 1, "in flight");
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(append(&mut outbox, "a", 0..1).already_known, 1, "settled");

    outbox.view_mut().delete(&[id(1)], at(0)).unwrap();
    let after = append(&mut outbox, "a", 0..4);
    assert_eq!((after.already_known, after.appended.len()), (4, 0), "deleted");
}

#[test]
fn an_id_twice_in_one_group_is_appended_once() {
    let folder = Folder::new();
    let appended = append(&mut folder.open(), "a", [7, 7].into_iter());
    assert_eq!((appended.appended.len(), appended.already_known), (1, 1));
}

/// More matches in one group than whose ids are held.
#[test]
fn an_id_twice_in_one_group_of_many_matches_is_appended_once() {
    let folder = Folder::new();
    let matches = ["a", "b", "c", "d", "e", "f"];
    let news = (0_u32..).zip(matches.iter().chain(&matches));
    let events = news.map(|(n, name)| event(name, n % 6, Origin::Live)).collect();
    let group = Append { stream: stream(), state: Vec::new(), events };
    let appended = folder.open().append(&[group], at(0)).unwrap();
    assert_eq!((appended.appended.len(), appended.already_known), (6, 6));
}

#[test]
fn the_body_is_the_cloudevent_with_its_envelope() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 5..6);
    let claimed = claim(&mut outbox, 1);
    let event = CloudEvent::parse(&serde_json::from_str(&claimed[0].body).unwrap()).unwrap();
    assert_eq!(event.id, id(5).to_string());
    assert_eq!(event.sequence, Some(1));
    assert_eq!(event.device(), Some(crate::support::DEVICE));
    assert_eq!(event.observed(), Some(at(5).clock));
}

#[test]
fn the_state_is_saved_with_its_events() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    assert_eq!(outbox.state(&stream()).unwrap(), None);
    append(&mut outbox, "a", 0..1);
    drop(outbox);
    let outbox = folder.open();
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
    let other = StreamKey { stream: "replay:abc".to_owned(), ..stream() };
    assert_eq!(outbox.state(&other).unwrap(), None, "each stream has its own");
}

#[test]
fn a_failed_append_leaves_nothing_of_its_group() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..1);
    // Stands in for a disk that fails in the middle of a group.
    let saboteur = rusqlite::Connection::open(&folder.path).unwrap();
    saboteur
        .execute_batch(
            "CREATE TRIGGER sabotage BEFORE INSERT ON event WHEN new.sequence = 4
             BEGIN SELECT raise(ABORT, 'no room'); END",
        )
        .unwrap();
    let events = (1..9).map(|n| event("a", n, Origin::Live)).collect();
    let group = [Append { stream: stream(), state: b"advanced".to_vec(), events }];
    assert!(outbox.append(&group, at(0)).is_err());
    assert_eq!(outbox.state(&stream()).unwrap().as_deref(), Some(b"state".as_slice()));
    assert_eq!(outbox.status(at(0)).unwrap().pending, 1);

    saboteur.execute_batch("DROP TRIGGER sabotage").unwrap();
    let retried = outbox.append(&group, at(0)).unwrap();
    assert_eq!(retried.appended[0], (id(1), 2), "no sequence was used up");
    assert_eq!(ids(&claim(&mut outbox, 100)).len(), 9);
}
