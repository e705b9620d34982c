//! Events of other programs: kept as they were told, once, in their place.

use event_model::{CloudEvent, WallTime};
use outbox::{OwnType, ToldEvent};
use serde_json::{Value, json};

use crate::{
    damaging::{drain, overwrite, sorted_ids},
    support::{Folder, append, at, claim, conclude, id, stored},
};

fn told(n: u32, data: &Value) -> ToldEvent {
    told_under("track:7", n, data)
}

fn told_under(subject: &str, n: u32, data: &Value) -> ToldEvent {
    let time = WallTime::from_unix_ms(1_763_000_000_000);
    let (kind, subject) = ("com.example.lap".to_owned(), subject.to_owned());
    ToldEvent::new(id(n), kind, subject, time, data.clone()).unwrap()
}

#[test]
fn what_was_told_leaves_as_it_is_under_the_next_sequence() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    let data = json!({"lap": 3, "observed": "mine", "details": {"b": 1, "a": [null, 2.5]}});
    let appended = outbox.append_told(&[told(10, &data)], at(5)).unwrap();
    assert_eq!(appended.appended, [(id(10), 3)]);

    let claimed = claim(&mut outbox, 10);
    let body = &claimed.iter().find(|event| event.event_id == id(10)).unwrap().body;
    let event = CloudEvent::parse(&serde_json::from_str(body).unwrap()).unwrap();
    assert_eq!(
        (event.event_type.as_str(), event.subject.as_deref()),
        ("com.example.lap", Some("track:7"))
    );
    assert_eq!((event.data, event.sequence), (data, Some(3)));
    conclude(&mut outbox, &claimed, &stored(&claimed));
    assert_eq!(outbox.status(at(6)).unwrap().settled, 3);
}

#[test]
fn what_is_told_again_is_known_also_after_a_restart() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    outbox.append_told(&[told(1, &json!(1)), told(2, &json!(2))], at(0)).unwrap();
    let again = outbox.append_told(&[told(2, &json!(2)), told(2, &json!(3))], at(1)).unwrap();
    assert_eq!((again.appended.len(), again.already_known), (0, 2));
    drop(outbox);
    let again = folder.open().append_told(&[told(1, &json!(1))], at(2)).unwrap();
    assert_eq!(again.already_known, 1);
}

#[test]
fn what_was_told_is_no_event_of_a_match() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..2);
    outbox.append_told(&[told(10, &json!({"type": "ringside.kill.v1"}))], at(5)).unwrap();
    append(&mut outbox, "b", 3..4);
    let page = outbox.view().captured_beyond(0, 10).unwrap();
    let captured: Vec<_> = page.events.iter().map(|event| event.event_id).collect();
    assert_eq!((captured, page.through), (vec![id(0), id(1), id(3)], Some(4)));
}

#[test]
fn what_is_told_again_under_another_subject_is_known() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    let again = [told_under("lap:1", 1, &json!(1)), told_under("lap:2", 1, &json!(1))];
    let appended = outbox.append_told(&again, at(0)).unwrap();
    assert_eq!((appended.appended.len(), appended.already_known), (1, 1));
    drop(outbox);
    let mut outbox = folder.open();
    let after = outbox.append_told(&[told_under("lap:3", 1, &json!(1))], at(1)).unwrap();
    assert_eq!(after.already_known, 1, "after a restart");
    outbox.view_mut().delete(&[id(1)], at(2)).unwrap();
    let after = outbox.append_told(&[told_under("lap:4", 1, &json!(1))], at(3)).unwrap();
    assert_eq!(after.already_known, 1, "what a player deleted does not come back");
}

#[test]
fn a_salvage_keeps_what_was_told_and_knows_it_under_any_subject() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    outbox.append_told(&[told(1, &json!(1)), told(2, &json!(2))], at(0)).unwrap();
    drop(outbox);
    overwrite(&folder.path, 0, &[0xA5; 100]);
    let mut outbox = folder.open();
    assert!(outbox.salvaged().is_some());
    let again = outbox.append_told(&[told_under("lap:1", 1, &json!(1))], at(1)).unwrap();
    assert_eq!(again.already_known, 1);
    assert_eq!(sorted_ids(&drain(&mut outbox).0), [id(1), id(2)]);
}

#[test]
fn our_own_types_are_told_by_nobody_else() {
    for own in ["ringside.kill.v1", "ringside.", "ringside.anything"] {
        let time = WallTime::from_unix_ms(0);
        let told = ToldEvent::new(id(1), own.to_owned(), "s".to_owned(), time, Value::Null);
        assert_eq!(told, Err(OwnType), "{own}");
    }
}
