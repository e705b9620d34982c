//! What a consumer of the feed has, over the store's own following of the log.

use std::collections::BTreeMap;

use ingest_api::FeedEvent;
use ingest_store::{FeedStart, Generation, OccurrenceLooked, PageRequest, Store, Viewer};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::matches::{KEY, Match};

/// Who keeps what the feed tells by its three rules.
#[derive(Debug, Default)]
struct Consumer {
    known: BTreeMap<String, Value>,
    at: Option<(Generation, u64)>,
}

impl Consumer {
    /// Reads a page, of which only what is not above `cut` arrives; whether there
    /// is more.
    fn read(&mut self, store: &Store, limit: u32, cut: Option<u64>) -> bool {
        let start = match self.at {
            None => FeedStart::Beginning,
            Some((generation, revision)) => {
                FeedStart::After { generation: Some(generation), revision }
            }
        };
        let page = store.feed(Viewer::Reader, KEY, start, limit).unwrap().found();
        let Some(page) = page else { return false };
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
            self.known = listed(store);
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

fn listed(store: &Store) -> BTreeMap<String, Value> {
    let (mut listed, mut page) = (BTreeMap::new(), PageRequest { after: None, limit: 100 });
    loop {
        let Some(found) = store.occurrences(Viewer::Reader, KEY, &page).unwrap().found() else {
            return listed;
        };
        listed.extend(found.occurrences.iter().map(|one| (one.id.to_string(), json!(one))));
        let Some(next) = found.next else { return listed };
        page.after = Some(next);
    }
}

/// What differs, for a message that can be read.
fn differences(known: &BTreeMap<String, Value>, listed: &BTreeMap<String, Value>) -> Vec<String> {
    let ids: std::collections::BTreeSet<_> = known.keys().chain(listed.keys()).collect();
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
        let mut of = Match::new(seed, 40);
        let mut consumers: Vec<Consumer> = Vec::new();
        let mut ids: Vec<Uuid> = Vec::new();
        while of.goes_on() {
            of.step();
            if consumers.len() < CONSUMERS_MAX {
                consumers.push(Consumer::default());
            }
            for consumer in &mut consumers {
                let cut = of.random.below(400);
                if of.random.below(3) == 0 {
                    consumer.read(&of.fixture.store, limit, Some(cut));
                }
            }
            let known = listed(&of.fixture.store);
            ids.extend(known.keys().map(|id| id.parse::<Uuid>().unwrap()));
        }
        let store = &of.fixture.store;
        let listed = listed(store);
        prop_assert!(!listed.is_empty());
        for consumer in &mut consumers {
            while consumer.read(store, limit, None) {}
            let differ = differences(&consumer.known, &listed);
            prop_assert!(differ.is_empty(), "{differ:#?}");
        }
        for id in ids {
            let there = match store.occurrence(Viewer::Reader, KEY, id).unwrap() {
                OccurrenceLooked::Found(found) => found.id,
                OccurrenceLooked::Moved { key, id: to } => {
                    prop_assert_eq!(key, KEY);
                    to
                }
                OccurrenceLooked::Retracted => continue,
                OccurrenceLooked::Unknown => {
                    prop_assert!(false, "{id} was given and leads nowhere");
                    continue;
                }
            };
            prop_assert!(listed.contains_key(&there.to_string()));
        }
    }
}
