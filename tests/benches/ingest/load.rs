//! Devices and their requests, made before anything is measured.

use event_model::{DeviceId, WallTime};
use ingest_store::{Store, StoreOptions};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// As the companion's uploader compresses.
const COMPRESSION_LEVEL: i32 = 3;

/// Of a match, each with a device.
const PLAYERS: u64 = 10;

/// How bodies travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Zstd,
}

/// One that sends.
pub(crate) struct Sender {
    id: DeviceId,
    outbox: Uuid,
    token: String,
    sequence: u64,
    /// Its match, and its player in it.
    played: u64,
    place: u64,
}

/// Enrols `count` devices in a data directory that no server has open.
pub(crate) fn enrol(data_dir: &std::path::Path, count: usize) -> anyhow::Result<Vec<Sender>> {
    let mut store = Store::open(data_dir, StoreOptions::default())?;
    let ids: Vec<_> = (0..count)
        .map(|number| DeviceId(uuid_of("device", u64::try_from(number).unwrap_or(0))))
        .collect();
    let tokens = store.add_devices(&ids, "bench", now())?;
    let senders = (0..).zip(ids.into_iter().zip(tokens)).map(|(number, (id, token))| Sender {
        id,
        played: number / PLAYERS,
        place: number % PLAYERS,
        outbox: Uuid::from_u128(id.0.as_u128() ^ 1),
        token: token.reveal().to_owned(),
        sequence: 0,
    });
    Ok(senders.collect())
}

/// How a request is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) encoding: Encoding,
    /// With an Idempotency-Key.
    pub(crate) keyed: bool,
}

/// A whole request and the events in it.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) events: usize,
    /// Where the body begins.
    head_bytes: usize,
}

impl Request {
    /// As it is sent.
    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head_bytes..]
    }

    /// The same request as one that only the gate can know.
    pub(crate) fn without_key(&self) -> anyhow::Result<Self> {
        let head = std::str::from_utf8(&self.bytes[..self.head_bytes])?;
        let others = head.split_inclusive("\r\n");
        let others: String = others.filter(|line| !line.starts_with("Idempotency-Key:")).collect();
        anyhow::ensure!(others.len() < head.len(), "requests have a key");
        let bytes = [others.as_bytes(), self.body()].concat();
        Ok(Self { bytes, events: self.events, head_bytes: others.len() })
    }
}

impl Sender {
    /// The next request of `events` events, the first of which has number
    /// `first` among all the events of a run.
    pub(crate) fn request(&mut self, first: u64, events: usize, shape: Shape) -> Request {
        let body = self.body(first, events);
        let sent = match shape.encoding {
            Encoding::Identity => body.clone(),
            Encoding::Zstd => {
                zstd::bulk::compress(&body, COMPRESSION_LEVEL).expect("memory is enough")
            }
        };
        let encoding = match shape.encoding {
            Encoding::Identity => "identity",
            Encoding::Zstd => "zstd",
        };
        let key = if shape.keyed {
            let digest = Sha256::digest(&body);
            let key = Uuid::from_slice(&digest[..16]).expect("16 bytes are a UUID");
            format!("Idempotency-Key: \"{key}\"\r\n")
        } else {
            String::new()
        };
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/cloudevents-batch+json\r\nContent-Encoding: {encoding}\r\n\
             Ringside-Outbox: {}\r\nRingside-Clock: {};90000000\r\n{key}\
             Content-Length: {}\r\n\r\n",
            self.token,
            self.outbox,
            Uuid::from_u128(5),
            sent.len()
        );
        let bytes = [head.as_bytes(), &sent].concat();
        Request { bytes, events, head_bytes: head.len() }
    }

    /// The decoded body.
    fn body(&mut self, first: u64, events: usize) -> Vec<u8> {
        let mut body = String::from("[");
        for number in (first..).take(events) {
            if body.len() > 1 {
                body.push(',');
            }
            self.sequence += 1;
            self.event(&mut body, number);
        }
        body.push(']');
        body.into_bytes()
    }

    /// The device's next event of its match: first who plays, then kills, which
    /// the others of the match tell of as well.
    fn event(&self, body: &mut String, number: u64) {
        use std::fmt::Write as _;
        let id = uuid_of("event", number);
        let subject = format!("valorant:{}", uuid_of("match", self.played));
        let (source, sequence, time) = (self.id.urn(), self.sequence, now());
        let kill = sequence - 1;
        let (round, mono) = (1 + kill / 7, 80_000_000 + kill * 8_000 + drawn(number, 3, 700));
        let player = |what| {
            let kill = self.played.wrapping_mul(10_007) + kill;
            format!("Player {} #EU{}", drawn(kill, what, PLAYERS), self.played)
        };
        let observer = format!("Player {} #EU{}", self.place, self.played);
        let (kind, actors, details) = if kill == 0 {
            let roster: Vec<_> =
                (0..PLAYERS).map(|no| format!("\"Player {no} #EU{}\"", self.played)).collect();
            let details = format!(r#"{{"map":"Ascent","roster":[{}]}}"#, roster.join(","));
            ("session_evidence", r#"{"assists":[]}"#.to_owned(), details)
        } else {
            let (attacker, victim, helper) = (player(0), player(1), player(2));
            let actors = format!(
                r#"{{"assists":["{helper}"],"attacker":"{attacker}","victim":"{victim}"}}"#
            );
            ("kill", actors, r#"{"headshot":true,"weapon":"Vandal"}"#.to_owned())
        };
        write!(
            body,
            r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"ringside.{kind}.v1","subject":"{subject}","partitionkey":"{subject}","time":"{time}","sequence":"{sequence}","sequencetype":"Integer","origin":"live","datacontenttype":"application/json","data":{{"actors":{actors},"details":{details},"game":"valorant","identity":"counted","match":{{"key":"{subject}","origin":"native"}},"match_clock_ms":null,"observed":{{"epoch":"{epoch}","mono_ms":{mono}}},"observer":"{observer}","ordinal":null,"round":{round}}}}}"#,
            epoch = Uuid::from_u128(5),
        )
        .expect("writing to memory cannot fail");
    }
}

/// Below `below`, random to look at, the same in each run.
fn drawn(number: u64, what: u64, below: u64) -> u64 {
    let mixed = (number ^ (what << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33) % below
}

/// Random to look at, the same in each run.
fn uuid_of(what: &str, number: u64) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(what.as_bytes());
    hash.update(number.to_be_bytes());
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn now() -> WallTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let ms = since.map_or(0, |since| since.as_millis());
    WallTime::from_unix_ms(i64::try_from(ms).unwrap_or(0))
}
