//! A few matches as several devices tell of them, each with a wrong clock.

use association::{Sighting, TimeQuality};
use event_model::{DeviceId, Fingerprint, GapReason, OutboxId, SequenceGap, WallTime};
use ingest_api::Lifetimes;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Batch, Body, IngestTerms, Item, SoundEvent, Store, Verdict};

pub(super) const BEGIN_MS: i64 = 1_795_201_200_000;

const OUTBOX: OutboxId = OutboxId(Uuid::from_u128(99));

/// Players of a match; the first few have a device each.
const NAMES: [&str; 6] = ["Ana", "Bo", "Cyd", "Dee", "Eli", "Fay"];

#[derive(Debug, Clone)]
pub(super) struct Crowd {
    pub(super) matches: usize,
    pub(super) devices: usize,
    pub(super) kills: usize,
    pub(super) batch_events: usize,
    /// Each device has a key of its own for each match.
    pub(super) is_split: bool,
    /// Decides who misses what, and how late it is.
    pub(super) seed: u64,
}

pub(super) fn any_crowd() -> impl Strategy<Value = Crowd> {
    (1_usize..4, 1_usize..5, 5_usize..60, 3_usize..40, any::<bool>(), any::<u64>()).prop_map(
        |(matches, devices, kills, batch_events, is_split, seed)| Crowd {
            matches,
            devices,
            kills,
            batch_events,
            is_split,
            seed,
        },
    )
}

pub(super) fn terms() -> IngestTerms {
    IngestTerms {
        server_version: "0.1.0".to_owned(),
        lifetimes: Lifetimes::default(),
        separates_replays: false,
    }
}

pub(super) fn device(number: usize) -> DeviceId {
    DeviceId(Uuid::from_u128(u128::try_from(number).unwrap() + 1))
}

/// The numbers of a sequence of its own for each thing that is decided.
fn drawn(seed: u64, parts: [usize; 4]) -> u64 {
    let start = parts.iter().fold(seed, |seed, part| {
        (seed ^ u64::try_from(*part).unwrap()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    (start ^ (start >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

impl Crowd {
    /// The key that a device has for a match.
    pub(super) fn key(&self, played: usize, of: usize) -> String {
        let (played, of) = (played % self.matches, of % self.devices);
        if self.is_split {
            format!("valorant:session-{played}x{of}")
        } else {
            format!("valorant:{played}")
        }
    }

    /// Everything in the order in which it is stored, each device in turn.
    pub(super) fn batches(&self, store: &mut Store) -> Vec<Batch> {
        let mut told: Vec<_> = (0..self.devices).map(|of| self.told_by(of)).collect();
        for of in 0..self.devices {
            store.add_device(device(of), "PC", WallTime::from_unix_ms(BEGIN_MS)).unwrap();
        }
        let mut batches = Vec::new();
        while told.iter().any(|events| !events.is_empty()) {
            for (of, events) in told.iter_mut().enumerate() {
                let count = events.len().min(self.batch_events);
                if count > 0 {
                    batches.push(batch(of, events.drain(..count).collect()));
                }
            }
        }
        batches
    }

    fn told_by(&self, of: usize) -> Vec<(SoundEvent, String, u64)> {
        let (mut events, mut lost) = (Vec::new(), Vec::new());
        let mut sequence = 0;
        let mut next = || {
            sequence += 1;
            sequence
        };
        for kill in 0..self.kills {
            for played in 0..self.matches {
                let draw = |what| drawn(self.seed, [of, kill, played, what]);
                if draw(0).is_multiple_of(8) {
                    // It never saw it, or it says later that it does not come.
                    if draw(2).is_multiple_of(2) {
                        lost.push(next());
                    }
                    continue;
                }
                if draw(3).is_multiple_of(5) {
                    let gaps = lost.drain(..);
                    events.extend(gaps.map(|lost| Self::gap(of, lost, next())));
                }
                let kind = match draw(1) % 12 {
                    0 => "com.example.lap",
                    1 => "ringside.session_evidence.v1",
                    2 => "ringside.round_ended.v1",
                    _ => "ringside.kill.v1",
                };
                events.push(self.event(of, kill, played, kind, next()));
            }
        }
        for played in 0..self.matches {
            let end = "ringside.match_ended.v1";
            events.push(self.event(of, self.kills, played, end, next()));
        }
        events.extend(lost.into_iter().map(|lost| Self::gap(of, lost, next())));
        events
    }

    /// A device says that one of its numbers does not come.
    fn gap(of: usize, lost: u64, sequence: u64) -> (SoundEvent, String, u64) {
        let gap = SequenceGap { outbox: OUTBOX, from: lost, to: lost, reason: GapReason::Deleted };
        let (kind, subject) = ("ringside.sequence_gap.v1", gap.subject());
        let id = Uuid::from_u128(1 << 120 | u128::try_from(of).unwrap() << 64 | u128::from(lost));
        let data = json!(gap);
        let json = json!({
            "specversion": "1.0", "id": id.to_string(), "source": device(of).urn(), "type": kind,
            "subject": subject, "sequence": sequence.to_string(), "data": data,
        });
        let at = WallTime::from_unix_ms(BEGIN_MS);
        let event = SoundEvent {
            id: id.to_string(),
            fingerprint: Fingerprint::of(kind, Some(&subject), &data),
            span: 0..0,
            origin: None,
            corrected: Sighting { at, quality: TimeQuality::Good },
            gap: Some(Box::new(gap)),
        };
        (event, json.to_string(), sequence)
    }

    fn event(
        &self,
        of: usize,
        kill: usize,
        played: usize,
        kind: &str,
        sequence: u64,
    ) -> (SoundEvent, String, u64) {
        let small = |number: usize| i64::try_from(number).unwrap();
        let late = i64::try_from(drawn(self.seed, [of, kill, played, 9]) % 700).unwrap();
        let at = small(kill) * 4_000 + late;
        let wrong = small(of) * 2_500;
        let truth = |what| usize::try_from(drawn(self.seed, [77, kill, played, what]) % 6).unwrap();
        let subject = self.key(played, of);
        let id = Uuid::from_u128(
            u128::from(drawn(self.seed, [of, kill, played, 5])) << 64
                | u128::try_from(of * 1_000_000 + kill * 1_000 + played).unwrap(),
        );
        let data = json!({
            "game": "valorant", "match": {"key": subject, "origin": "native"},
            "observer": NAMES[of], "round": kill / 10 + 1,
            "actors": {"attacker": NAMES[truth(1)], "victim": NAMES[truth(2)], "assists": []},
            "ordinal": Value::Null, "identity": "native", "match_clock_ms": Value::Null,
            "observed": {"epoch": Uuid::from_u128(9), "mono_ms": at + 50_000},
            "details": {"weapon": format!("w{of}"), "roster": NAMES},
        });
        let json = json!({
            "specversion": "1.0", "id": id.to_string(), "source": device(of).urn(), "type": kind,
            "subject": subject, "sequence": sequence.to_string(), "data": data,
        });
        let corrected = Sighting {
            at: WallTime::from_unix_ms(BEGIN_MS + at + wrong),
            quality: if of == 1 { TimeQuality::Low } else { TimeQuality::Good },
        };
        let event = SoundEvent {
            id: id.to_string(),
            fingerprint: Fingerprint::of(kind, Some(&subject), &data),
            span: 0..0,
            origin: None,
            corrected,
            gap: None,
        };
        (event, json.to_string(), sequence)
    }
}

fn batch(of: usize, events: Vec<(SoundEvent, String, u64)>) -> Batch {
    let (mut json, mut items) = (String::from("["), Vec::new());
    for (mut event, text, sequence) in events {
        if json.len() > 1 {
            json.push(',');
        }
        let first = json.len();
        json.push_str(&text);
        event.span = first..json.len();
        items.push(Item { sequence: Some(sequence), verdict: Verdict::Sound(event) });
    }
    json.push(']');
    Batch {
        device: device(of),
        outbox: Some(OUTBOX),
        received_at: WallTime::from_unix_ms(BEGIN_MS),
        idempotency: None,
        body: Body { json: json.into_bytes(), zstd: None },
        items,
    }
}
