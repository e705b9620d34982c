//! What must hold when the faults have ceased and everything is quiet.

use std::collections::{BTreeMap, BTreeSet};

use event_model::{CloudEvent, Envelope, EventId, Origin};
use ingest_api::{ReceiptPage, WitnessView};
use outbox::EntryState;
use uuid::Uuid;

use crate::{
    ledger::{Key, Made},
    server::Headers,
    times::Times,
    world::World,
};

/// Events in a request of the oracle.
const ASKED_AT_ONCE: usize = 500;

/// Figures of a simulation that held.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) events: u64,
    pub(crate) requests: u64,
    /// Events that a damaged or deleted file took with it.
    pub(crate) excused: u64,
    /// Events that were refused, and put back by their players.
    pub(crate) refused: u64,
    /// Appends that a full disk refused, and starts on one.
    pub(crate) not_saved: u64,
    pub(crate) full_starts: u64,
    /// From the last fault until nothing waited any more.
    pub(crate) quiet_ms: u64,
}

impl Figures {
    /// Sums, and the longest quiet period.
    pub(crate) fn add(&mut self, other: Self) {
        self.events += other.events;
        self.requests += other.requests;
        self.excused += other.excused;
        self.refused += other.refused;
        self.not_saved += other.not_saved;
        self.full_starts += other.full_starts;
        self.quiet_ms = self.quiet_ms.max(other.quiet_ms);
    }
}

impl World {
    /// Checks everything.
    pub(crate) fn check(&mut self) -> Result<Figures, String> {
        let excused = self.everything_is_stored()?;
        if excused > 0 && !self.plan.may_lose() {
            return Err(format!("{excused} events are missing, and nothing was damaged"));
        }
        self.nothing_is_quarantined()?;
        self.damage_is_accounted_for()?;
        self.whole_matches_are_whole()?;
        self.the_server_has_each_once()?;
        self.the_server_has_the_same_content()?;
        self.the_log_has_each_once()?;
        self.sequences_are_known_to_the_end()?;
        Ok(Figures {
            events: self.ledger.made.len() as u64,
            requests: self.ledger.requests,
            excused,
            refused: self.refused,
            not_saved: self.devices.iter().map(|device| device.not_saved).sum(),
            full_starts: self.devices.iter().map(|device| device.full_starts).sum(),
            quiet_ms: self.now_ms.saturating_sub(self.plan.calm_ms),
        })
    }

    /// Every event whose append returned; how many a fault had taken before.
    fn everything_is_stored(&self) -> Result<u64, String> {
        let mut excused = 0;
        for key in self.ledger.made.keys() {
            if self.ledger.server.events.contains_key(key) || self.ledger.deleted.contains(key) {
                continue;
            }
            let damaged = self.ledger.accounted.iter().any(|(row, _, _)| row == key);
            if self.ledger.no_copy.contains(key) || damaged {
                excused += 1;
            } else {
                return Err(format!("lost: {key:?}"));
            }
        }
        Ok(excused)
    }

    fn nothing_is_quarantined(&self) -> Result<(), String> {
        for device in &self.devices {
            for entry in device.entries() {
                let key = (device.number, entry.event_id);
                let damaged = self.ledger.damaged.contains(&key);
                if entry.state != EntryState::Settled && !damaged {
                    return Err(format!("device {}: {entry:?}", device.number));
                }
            }
        }
        Ok(())
    }

    /// A damaged row is on the server all the same, or quarantined, or told.
    fn damage_is_accounted_for(&self) -> Result<(), String> {
        for (key, outbox, sequence) in &self.ledger.accounted {
            let entries = self.devices[key.0].entries();
            let kept = entries.iter().any(|entry| entry.event_id == key.1);
            let told = self
                .ledger
                .server
                .gaps
                .iter()
                .any(|(of, from, to)| of == outbox && (from..=to).contains(&sequence));
            let known =
                self.ledger.server.events.contains_key(key) || self.ledger.deleted.contains(key);
            if !kept && !told && !known {
                return Err(format!("damaged, and never heard of again: {key:?}"));
            }
        }
        Ok(())
    }

    /// Of a match that was seen whole, exactly the events that a companion
    /// without any faults makes.
    fn whole_matches_are_whole(&self) -> Result<(), String> {
        for device in &self.devices {
            for (number, events) in device.evening.events.iter().enumerate() {
                let made = |id: &&EventId| self.ledger.made.contains_key(&(device.number, **id));
                let (of, missing) = (events.len(), events.iter().filter(|id| !made(id)).count());
                if missing > 0 && device.saw_whole(number) {
                    return Err(format!(
                        "device {}: {missing} of {of} events of match {number} were never made",
                        device.number
                    ));
                }
            }
        }
        Ok(())
    }

    /// What a reader sees: no event twice, none that nobody made, each at its
    /// time.
    fn the_server_has_each_once(&mut self) -> Result<(), String> {
        let mut witnesses: BTreeMap<Key, u32> = BTreeMap::new();
        let numbers: BTreeMap<Uuid, usize> =
            self.devices.iter().map(|device| (device.id.0, device.number)).collect();
        let occurrences = self.server.occurrences();
        let times = Times::of(&self.ledger, &self.devices);
        for occurrence in occurrences {
            for witness in &occurrence.witnesses {
                let key = key(&numbers, witness);
                *witnesses.entry(key).or_default() += 1;
            }
            if let ([witness], Some(at)) = (&occurrence.witnesses[..], occurrence.at) {
                let key = key(&numbers, witness);
                times.check(&key, at)?;
            }
        }
        if let Some((key, times)) = witnesses.iter().find(|(_, times)| **times != 1) {
            return Err(format!("{key:?} is on the server {times} times"));
        }
        let shown =
            |key: &&Key| self.ledger.event(key).is_some_and(|event| event.kind.is_occurrence());
        let expected: BTreeSet<Key> =
            self.ledger.server.events.keys().filter(shown).copied().collect();
        let found: BTreeSet<Key> = witnesses.into_keys().collect();
        if let Some(key) = expected.symmetric_difference(&found).next() {
            return Err(format!("made and stored differ from what a reader sees: {key:?}"));
        }
        Ok(())
    }

    /// Sent once more, each event is recognised: by its id, and as the same.
    fn the_server_has_the_same_content(&mut self) -> Result<(), String> {
        for device in 0..self.devices.len() {
            let (id, token) = (self.devices[device].id, self.devices[device].token());
            let stored = |(key, _): &(&Key, &Made)| {
                key.0 == device && self.ledger.server.events.contains_key(key)
            };
            let bodies: Vec<String> =
                self.ledger.made.iter().filter(stored).map(|(_, made)| body(id, made)).collect();
            for bodies in bodies.chunks(ASKED_AT_ONCE) {
                let batch = format!("[{}]", bodies.join(","));
                let about = Headers::default();
                let response = self.server.post(self.now_ms, &token, &about, batch.as_bytes());
                let page: ReceiptPage = serde_json::from_slice(&response.body)
                    .map_err(|error| format!("the oracle is refused: {error}"))?;
                let other = page
                    .receipts
                    .iter()
                    .find(|receipt| receipt.status != ingest_api::ReceiptStatus::Duplicate);
                if let Some(receipt) = other {
                    return Err(format!(
                        "device {device}: not the same on the server: {receipt:?}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The rows themselves: what a reader sees has a witness once, however often
    /// its event is in the log.
    fn the_log_has_each_once(&self) -> Result<(), String> {
        let (rows, stored) = (self.server.log_position(), self.ledger.server.events.len() as u64);
        if rows == stored {
            return Ok(());
        }
        Err(format!("the server has said `stored` of {stored} events, and its log has {rows}"))
    }

    /// The server knows what became of every number of the present outboxes.
    fn sequences_are_known_to_the_end(&mut self) -> Result<(), String> {
        for device in 0..self.devices.len() {
            let Some(view) = self.devices[device].view() else { continue };
            let held = self.devices[device].entries();
            let last = held.iter().map(|entry| entry.sequence).max();
            let Some(last) = last.max(self.ledger.last_sequence.get(&view.id()).copied()) else {
                continue;
            };
            if held.iter().any(|entry| entry.state == EntryState::Quarantined) {
                continue;
            }
            let about = Headers { outbox: Some(view.id()), ..Headers::default() };
            let token = self.devices[device].token();
            let response = self.server.post(self.now_ms, &token, &about, b"[]");
            let page: ReceiptPage = serde_json::from_slice(&response.body)
                .map_err(|error| format!("the oracle is refused: {error}"))?;
            if page.contiguous_sequence != Some(last) {
                return Err(format!(
                    "device {device}: the last sequence is {last}, the server knows {:?}",
                    page.contiguous_sequence
                ));
            }
        }
        Ok(())
    }
}

fn key(numbers: &BTreeMap<Uuid, usize>, witness: &WitnessView) -> Key {
    (numbers[&witness.device], witness.event_id.parse().unwrap())
}

fn body(device: event_model::DeviceId, made: &Made) -> String {
    let new = &made.new;
    let envelope = Envelope {
        device,
        sequence: 1,
        origin: Origin::Live,
        time: new.time,
        observed: new.observed,
    };
    CloudEvent::from_event(&new.event, &envelope).to_json()
}
