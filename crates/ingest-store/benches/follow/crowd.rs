//! Matches as their devices tell of them, in the order in which it is stored.

use association::{Sighting, TimeQuality};
use event_model::{DeviceId, Fingerprint, OutboxId, WallTime};
use ingest_api::Lifetimes;
use ingest_store::{Batch, Body, IngestTerms, Item, SoundEvent, Store, Verdict};
use serde_json::{Value, json};
use uuid::Uuid;

const BEGIN_MS: i64 = 1_795_201_200_000;

/// Between the starts of two matches, so that they are at any point of their lives.
const START_EVERY_MS: i64 = 48_000;

/// Between two kills of a match.
const KILL_EVERY_MS: i64 = 16_000;

pub(crate) struct Crowd {
    pub(crate) matches: usize,
    /// Of each match, which has as many players.
    pub(crate) devices: usize,
    pub(crate) kills: usize,
    /// Events of a device's batches, in turn.
    pub(crate) batches: &'static [usize],
    /// Each device has a key of its own, as where the game names no match.
    pub(crate) is_split: bool,
    /// What a match tells comes between what all the others tell.
    pub(crate) is_mixed: bool,
}

pub(crate) fn terms() -> IngestTerms {
    IngestTerms {
        server_version: "0.1.0".to_owned(),
        lifetimes: Lifetimes::default(),
        separates_replays: false,
    }
}

/// What one device has told and not sent.
#[derive(Default)]
struct Sender {
    events: Vec<(SoundEvent, String, u64)>,
    sequence: u64,
    sent: usize,
}

fn number<T: TryFrom<U>, U>(number: U) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(number).unwrap()
}

/// Random to look at, the same in each run.
fn drawn(parts: [usize; 3]) -> u64 {
    let mixed = parts.iter().fold(0x2545_f491_4f6c_dd1d_u64, |mixed, part| {
        (mixed ^ number::<u64, _>(*part)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    });
    (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
}

impl Crowd {
    pub(crate) fn enrol(&self, store: &mut Store) {
        let devices = (0..self.matches)
            .flat_map(|played| (0..self.devices).map(move |of| self.device(played, of)));
        store
            .add_devices(&devices.collect::<Vec<_>>(), "PC", WallTime::from_unix_ms(BEGIN_MS))
            .unwrap();
    }

    /// All of them, made as they are asked for: of many matches they are more than
    /// fits into memory.
    pub(crate) fn batches(&self) -> impl Iterator<Item = Batch> {
        let mut senders: Vec<Sender> = Vec::new();
        senders.resize_with(self.matches * self.devices, Sender::default);
        // Evidence first, then kills, and the end.
        let turns = senders.len();
        let all = (0..self.kills + 2)
            .flat_map(move |happening| (0..turns).map(move |turn| (happening, turn)));
        all.filter_map(move |(happening, turn)| {
            let (played, of) = self.at(turn);
            let sender = &mut senders[played * self.devices + of];
            self.tell(sender, [played, of, happening]);
            let most = self.batches[sender.sent % self.batches.len()];
            let is_last = happening > self.kills;
            let is_due = sender.events.len() >= most || (is_last && !sender.events.is_empty());
            is_due.then(|| self.batch(played, of, sender))
        })
    }

    /// Whose turn it is: the devices of a match one after the other, or each of
    /// another match, as where very many are being played.
    fn at(&self, turn: usize) -> (usize, usize) {
        if self.is_mixed {
            (turn % self.matches, turn / self.matches)
        } else {
            (turn / self.devices, turn % self.devices)
        }
    }

    fn device(&self, played: usize, of: usize) -> DeviceId {
        DeviceId(Uuid::from_u128(number(1 + played * self.devices + of)))
    }

    fn tell(&self, sender: &mut Sender, [played, of, happening]: [usize; 3]) {
        let kind = match happening {
            0 => "session_evidence",
            _ if happening > self.kills => "match_ended",
            // A tenth is missed.
            _ if drawn([played * 100 + of, happening, 1]).is_multiple_of(10) => return,
            _ => "kill",
        };
        sender.sequence += 1;
        let event = self.event([played, of, happening], kind, sender.sequence);
        sender.events.push(event);
    }

    fn event(
        &self,
        [played, of, happening]: [usize; 3],
        kind: &str,
        sequence: u64,
    ) -> (SoundEvent, String, u64) {
        let session = if self.is_split { played * self.devices + of } else { played };
        let key = if self.is_split { "valorant:session-" } else { "valorant:" };
        let subject = format!("{key}{:032x}", 77_000_000 + session);
        let truth = |what| number::<usize, _>(drawn([played, happening, what])) % self.devices;
        let player = |no: usize| format!("Player {no} of {played} #EU1");
        let late: i64 = number(drawn([played * 100 + of, happening, 2]) % 700);
        let at = number::<i64, _>(happening) * KILL_EVERY_MS + late;
        let wrong = number::<i64, _>(of) * 900;
        let (low, high): (u64, u64) =
            (number(sequence), number((played * self.devices + of) * 1_000));
        let id = Uuid::from_u128(
            (u128::from(drawn([played, of, happening])) << 64) | u128::from(high + low),
        );
        let details = if kind == "session_evidence" {
            json!({"roster": (0..self.devices).map(player).collect::<Vec<_>>(), "map": "Ascent"})
        } else {
            json!({"headshot": true, "weapon": "Vandal"})
        };
        let actors = if kind == "kill" {
            json!({"attacker": player(truth(3)), "victim": player(truth(4)), "assists": [player(truth(5))]})
        } else {
            json!({"attacker": Value::Null, "victim": Value::Null, "assists": []})
        };
        let data = json!({
            "game": "valorant", "match": {"key": subject, "origin": "native"},
            "observer": player(of), "round": happening / 7 + 1, "actors": actors,
            "ordinal": Value::Null, "identity": "counted", "match_clock_ms": Value::Null,
            "observed": {"epoch": Uuid::from_u128(9), "mono_ms": at + 50_000_000},
            "details": details,
        });
        let start = BEGIN_MS + number::<i64, _>(played) * START_EVERY_MS;
        let time = WallTime::from_unix_ms(start + at + wrong);
        let event_type = format!("ringside.{kind}.v1");
        let json = json!({
            "specversion": "1.0", "id": id, "source": self.device(played, of).urn(),
            "type": event_type, "subject": subject, "partitionkey": subject,
            "time": time.to_string(), "sequence": sequence.to_string(),
            "sequencetype": "Integer", "origin": "live", "datacontenttype": "application/json",
            "data": data,
        });
        let event = SoundEvent {
            id: id.to_string(),
            fingerprint: Fingerprint::of(&event_type, Some(&subject), &data),
            span: 0..0,
            origin: None,
            corrected: Sighting { at: time, quality: TimeQuality::Good },
            gap: None,
        };
        (event, json.to_string(), sequence)
    }

    fn batch(&self, played: usize, of: usize, sender: &mut Sender) -> Batch {
        sender.sent += 1;
        let (mut json, mut items) = (String::from("["), Vec::new());
        for (mut event, text, sequence) in sender.events.drain(..) {
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
            device: self.device(played, of),
            outbox: Some(OutboxId(Uuid::from_u128(99))),
            received_at: WallTime::from_unix_ms(BEGIN_MS),
            idempotency: None,
            body: Body { json: json.into_bytes(), zstd: None },
            items,
        }
    }
}
