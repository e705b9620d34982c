//! What a consumer of the feed has, over the store's own following of the log.

use std::collections::{BTreeMap, BTreeSet};

use ingest_api::FeedEvent;
use ingest_store::{FeedStart, Generation, Looked, OccurrenceLooked, PageRequest, Store, Viewer};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::matches::{KEYS, Match, Shown};

/// Who keeps what the feed tells by its three rules.
#[derive(Debug)]
struct Consumer {
    key: String,
    known: BTreeMap<String, Value>,
    at: Option<(Generation, u64)>,
}

impl Consumer {
    fn of(key: &str) -> Self {
        Self { key: key.to_owned(), known: BTreeMap::new(), at: None }
    }

    /// Reads a page, of which only what is not above `cut` arrives; whether there
    /// is more.
    fn read(&mut self, store: &Store, limit: u32, cut: Option<u64>) -> bool {
        let start = match self.at {
            None => FeedStart::Beginning,
            Some((generation, revision)) => {
                FeedStart::After { generation: Some(generation), revision }
            }
        };
        let page = match store.feed(Viewer::Reader, &self.key, start, limit).unwrap() {
            Looked::Found(page) => page,
            Looked::Moved(to) => {
                *self = Self::of(&to);
                return true;
            }
            Looked::Unknown => {
                self.known.clear();
                return false;
            }
        };
        let cut = cut.map_or(page.through, |cut| cut.min(page.through));
        let mut through = self.at.map_or(0, |(_, revision)| revision);
        for event in page.events.iter().filter(|event| event.revision() <= cut) {
            self.hear(store, event);
            through = event.revision();
        }
        if through > 0 || cut == page.through {
            let whole = cut == page.through;
            self.at = Some((page.generation, if whole { page.through } else { through }));
        }
        page.more
    }

    fn hear(&mut self, store: &Store, event: &FeedEvent) {
        if event.name() == "reset" {
            self.known = listed(store, &self.key);
        }
        let told = json!(event);
        if matches!(event.name(), "merged" | "retracted") {
            self.known.remove(told["id"].as_str().unwrap());
        }
        if let Some(occurrence) = told.get("occurrence") {
            let id = occurrence["id"].as_str().unwrap().to_owned();
            self.known.insert(id, occurrence.clone());
        }
    }
}

fn listed(store: &Store, key: &str) -> BTreeMap<String, Value> {
    let (mut listed, mut page) = (BTreeMap::new(), PageRequest { after: None, limit: 100 });
    loop {
        let Some(found) = store.occurrences(Viewer::Reader, key, &page).unwrap().found() else {
            return listed;
        };
        listed.extend(found.occurrences.iter().map(|one| (one.id.to_string(), json!(one))));
        let Some(next) = found.next else { return listed };
        page.after = Some(next);
    }
}

/// What differs, for a message that can be read.
fn differences(known: &BTreeMap<String, Value>, listed: &BTreeMap<String, Value>) -> Vec<String> {
    let ids: BTreeSet<_> = known.keys().chain(listed.keys()).collect();
    let differ = ids.into_iter().filter(|id| known.get(*id) != listed.get(*id));
    let members = |id: &String| {
        let (Some(Value::Object(known)), Some(Value::Object(listed))) =
            (known.get(id), listed.get(id))
        else {
            return format!("{id}: in one of them only");
        };
        let differ = listed.iter().filter(|(name, value)| known.get(*name) != Some(value));
        let told = differ.map(|(name, value)| format!("{name}: {:?} / {value}", known.get(name)));
        format!("{id}: {}", told.collect::<Vec<_>>().join(", "))
    };
    differ.map(members).collect()
}

/// Each begins to read somewhat later than the one before.
const CONSUMERS_MAX: usize = 12;

fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(if std::env::var_os("RINGSIDE_LONG").is_some() { 300 } else { 3 })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn who_resumes_anywhere_has_what_the_list_says(seed: u64, limit in 1u32..80) {
        all_have_what_is_listed(Match::new(seed, Shown::Whole, 40), limit);
    }

    #[test]
    fn who_resumes_anywhere_has_the_halves_and_what_they_may_belong_to(
        seed: u64,
        limit in 1u32..80,
    ) {
        all_have_what_is_listed(Match::new(seed, Shown::Halves, 120), limit);
    }
}

#[test]
fn which_halves_may_belong_together_is_among_it() {
    let all = all_have_what_is_listed(Match::new(1, Shown::Halves, 120), 40);
    assert!(all.iter().any(|one| one["linked"] != json!([])), "none is open");
}

/// Has a match go on to its end while several read its feeds, each cut off now and
/// then; gives what is listed then under the first key.
fn all_have_what_is_listed(mut of: Match, limit: u32) -> Vec<Value> {
    let mut consumers: Vec<Consumer> = Vec::new();
    let mut given: BTreeSet<(&str, String)> = BTreeSet::new();
    while of.goes_on() {
        of.step();
        let store = &of.fixture.store;
        for key in KEYS {
            given.extend(listed(store, key).into_keys().map(|id| (key, id)));
            if store.match_view(Viewer::Reader, key).unwrap() == Looked::Unknown {
                // All of it was erased, and its ids with it.
                given.retain(|(of, _)| *of != key);
            }
            if consumers.len() < CONSUMERS_MAX {
                consumers.push(Consumer::of(key));
            }
        }
        for consumer in &mut consumers {
            let cut = of.random.below(400);
            if of.random.below(3) == 0 {
                consumer.read(store, limit, Some(cut));
            }
        }
    }
    let store = &of.fixture.store;
    for consumer in &mut consumers {
        while consumer.read(store, limit, None) {}
        let differ = differences(&consumer.known, &listed(store, &consumer.key));
        assert!(differ.is_empty(), "{}: {differ:#?}", consumer.key);
    }
    for (key, id) in given {
        leads_somewhere(store, key, id.parse().unwrap());
    }
    the_sums_are_those_of_all_matches(store);
    let listed = listed(store, KEYS[0]);
    assert!(!listed.is_empty());
    listed.into_values().collect()
}

fn the_sums_are_those_of_all_matches(store: &Store) {
    let all = store.matches(Viewer::Reader, &PageRequest { after: None, limit: 100 }).unwrap();
    let sealed = all.matches.iter().filter(|of| of.sealed).count();
    let sums = (
        all.matches.len() - sealed,
        sealed,
        all.matches.iter().map(|of| of.reports).sum(),
        all.matches.iter().map(|of| of.occurrences).sum(),
    );
    let figures = store.association_figures().unwrap();
    let count = |figure: u64| usize::try_from(figure).unwrap();
    let (open, closed) = (count(figures.matches_open), count(figures.matches_sealed));
    assert_eq!((open, closed, figures.reports, figures.occurrences), sums);
}

/// An id that was given leads to an occurrence that is listed, or to nothing more.
fn leads_somewhere(store: &Store, key: &str, id: Uuid) {
    match store.occurrence(Viewer::Reader, key, id).unwrap() {
        OccurrenceLooked::Found(found) => assert_eq!(found.id, id),
        OccurrenceLooked::Moved { key, id } => {
            let there = store.occurrence(Viewer::Reader, &key, id).unwrap();
            assert!(matches!(there, OccurrenceLooked::Found(_)), "{key} {id}: {there:?}");
        }
        OccurrenceLooked::Retracted => {}
        OccurrenceLooked::Unknown => panic!("{key} {id} leads nowhere"),
    }
}
