//! What the server saw and what it recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{event, fault::Record};

/// The events of one request.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    /// Number and id of each, in order.
    pub(crate) events: Vec<Sent>,
}

/// One event on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) number: Option<u64>,
    pub(crate) id: String,
    pub(crate) sequence: Option<u64>,
}

impl Batch {
    /// Reads a body, already decoded.
    pub(crate) fn read(decoded: &[u8]) -> anyhow::Result<Self> {
        let events: Vec<Value> = serde_json::from_slice(decoded)?;
        let events = events.iter().map(|event| Sent {
            number: event::number_of(event),
            id: event["id"].as_str().unwrap_or_default().to_owned(),
            sequence: event["sequence"].as_str().and_then(|text| text.parse().ok()),
        });
        Ok(Self { events: events.collect() })
    }

    /// The numbers in it.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.events.iter().filter_map(|event| event.number).collect()
    }
}

/// Everything that came, and when.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Recorded copies of each event.
    copies: BTreeMap<u64, u64>,
    /// Ids under which each event was on the wire, recorded or not.
    ids: BTreeMap<u64, BTreeSet<String>>,
    /// Ids that were recorded.
    recorded: BTreeSet<String>,
    /// Places in the outbox that were recorded.
    sequences: BTreeSet<u64>,
    /// When each request came, in seconds of the timetable.
    requests: Vec<f64>,
}

impl Ledger {
    /// A request came, whatever is done with it.
    pub(crate) fn see(&mut self, at: f64, batch: &Batch) {
        self.requests.push(at);
        for sent in &batch.events {
            if let Some(number) = sent.number {
                self.ids.entry(number).or_default().insert(sent.id.clone());
            }
        }
    }

    /// Its events are durably accepted, or not; whether each was new.
    pub(crate) fn record(&mut self, batch: &Batch, record: Record) -> Vec<bool> {
        if record == Record::No {
            return Vec::new();
        }
        let new = batch.events.iter().map(|sent| {
            if let Some(number) = sent.number {
                *self.copies.entry(number).or_default() += 1;
            }
            self.sequences.extend(sent.sequence);
            self.recorded.insert(sent.id.clone())
        });
        new.collect()
    }

    /// Highest n such that 1 to n are known.
    pub(crate) fn contiguous(&self) -> u64 {
        let known = self.sequences.iter().zip(1_u64..);
        known.take_while(|(sequence, n)| *sequence == n).count() as u64
    }

    /// How many of 1 to `events` were never accepted, `but` one.
    pub(crate) fn missing(&self, events: u64, but: Option<u64>) -> u64 {
        let missing = (1..=events).filter(|number| !self.copies.contains_key(number));
        missing.filter(|number| Some(*number) != but).count() as u64
    }

    /// How many events were accepted more than once.
    pub(crate) fn doubled(&self) -> u64 {
        self.copies.values().filter(|copies| **copies > 1).count() as u64
    }

    /// How often the event was accepted that was accepted most often.
    pub(crate) fn copies_max(&self) -> u64 {
        self.copies.values().copied().max().unwrap_or(0)
    }

    /// How many events were on the wire under more than one id.
    pub(crate) fn renamed(&self) -> u64 {
        self.ids.values().filter(|ids| ids.len() > 1).count() as u64
    }

    /// How many ids name more than one event.
    pub(crate) fn shared_ids(&self) -> u64 {
        let mut named: BTreeMap<&String, u64> = BTreeMap::new();
        for id in self.ids.values().flatten() {
            *named.entry(id).or_default() += 1;
        }
        named.values().filter(|events| **events > 1).count() as u64
    }

    /// How many requests came.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.len() as u64
    }

    /// How many of them between two seconds.
    pub(crate) fn requests_during(&self, (from, to): (f64, f64)) -> u64 {
        self.requests.iter().filter(|at| (from..to).contains(at)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(events: &[(u64, &str)]) -> Batch {
        let sent = |(number, id): &(u64, &str)| Sent {
            number: Some(*number),
            id: (*id).to_owned(),
            sequence: Some(*number),
        };
        Batch { events: events.iter().map(sent).collect() }
    }

    #[test]
    fn what_was_seen_but_not_recorded_is_missing() {
        let mut ledger = Ledger::default();
        let sent = batch(&[(1, "a"), (2, "b")]);
        ledger.see(0.0, &sent);
        ledger.record(&sent, Record::No);
        assert_eq!((ledger.missing(2, None), ledger.missing(2, Some(2))), (2, 1));
    }

    #[test]
    fn a_copy_is_doubled_and_another_id_renamed() {
        let mut ledger = Ledger::default();
        for sent in [batch(&[(1, "a")]), batch(&[(1, "b"), (2, "b")])] {
            ledger.see(0.0, &sent);
            ledger.record(&sent, Record::Yes);
        }
        assert_eq!((ledger.doubled(), ledger.copies_max()), (1, 2));
        assert_eq!((ledger.renamed(), ledger.shared_ids()), (1, 1));
        assert_eq!(ledger.contiguous(), 2);
    }
}
