//! What is erased, whenever it is, leaves an index as one that is made anew.

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::crowd::{self, Crowd};
use crate::{Decision, PageRequest, SealReason, Store, StoreOptions, Viewer};

/// What a device has erased.
#[derive(Debug, Clone)]
struct Wish {
    /// Behind so many batches.
    at: usize,
    of: usize,
    /// Of this match alone.
    played: Option<usize>,
    /// So many events, nearly.
    limit: u32,
}

fn any_wish() -> impl Strategy<Value = Wish> {
    (0_usize..30, 0_usize..4, prop::option::of(0_usize..3), 1_u32..60)
        .prop_map(|(at, of, played, limit)| Wish { at, of, played, limit })
}

fn erase(store: &mut Store, crowd: &Crowd, wish: &Wish) {
    let of = wish.of % crowd.devices;
    let device = crowd::device(of);
    match wish.played {
        Some(played) => {
            store.catch_up().unwrap();
            store.erase_match(device, &crowd.key(played, of), wish.limit).unwrap();
        }
        None => drop(store.erase_device(device, wish.limit).unwrap()),
    }
}

/// A store that was followed while devices erased, with all that was sealed.
fn followed(crowd: &Crowd, wishes: &[Wish], sealed_at: usize) -> (TempDir, Store) {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
    let batches = crowd.batches(&mut store);
    for (number, batch) in batches.into_iter().enumerate() {
        store.ingest(&[batch], &crowd::terms()).unwrap();
        if number == sealed_at {
            store.catch_up().unwrap();
            let reason = SealReason::Operator;
            store.decide(&crowd.key(0, 0), Decision::Sealed, reason, super::now()).unwrap();
        }
        if number % 3 == 0 {
            store.catch_up().unwrap();
        }
        wishes.iter().filter(|wish| wish.at == number).for_each(|wish| {
            erase(&mut store, crowd, wish);
        });
    }
    wishes.iter().for_each(|wish| erase(&mut store, crowd, wish));
    store.catch_up().unwrap();
    (dir, store)
}

/// All that a reader is shown, but for what counts changes.
fn shown(store: &Store, crowd: &Crowd) -> Vec<Value> {
    let page = PageRequest { after: None, limit: 1_000 };
    let mut shown = Vec::new();
    for played in 0..crowd.matches {
        let key = crowd.key(played, 0);
        let of = store.match_view(Viewer::Reader, &key).unwrap().found();
        let list = store.occurrences(Viewer::Reader, &key, &page).unwrap().found();
        let streams = store.streams(Viewer::Reader, &key).unwrap().found();
        let counts = store.statistics(Viewer::Reader, &key).unwrap().found();
        let occurrences = list.map(|list| list.occurrences);
        shown.push(without_revisions(json!([of, occurrences, streams, counts])));
    }
    shown
}

fn without_revisions(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            members.remove("revision");
            members.values_mut().for_each(|one| *one = without_revisions(one.take()));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|one| *one = without_revisions(one.take()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::cases(), ..ProptestConfig::default() })]

    #[test]
    fn an_index_after_erasures_tells_what_one_made_anew_tells(
        crowd in crowd::any_crowd(),
        wishes in prop::collection::vec(any_wish(), 1..5),
        sealed_at in 0_usize..60,
    ) {
        let crowd = Crowd { is_split: false, ..crowd };
        let (dir, store) = followed(&crowd, &wishes, sealed_at);
        let as_it_is = shown(&store, &crowd);
        drop(store);
        for file in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
            drop(std::fs::remove_file(dir.path().join(file)));
        }
        let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
        store.catch_up().unwrap();
        for (live, anew) in as_it_is.iter().zip(shown(&store, &crowd)) {
            prop_assert_eq!(live, &anew);
        }
    }
}
