//! The bytes of an outbox, when it is opened.

use std::{fs, path::Path, sync::OnceLock, time::Duration};

use delivery::BatchLimits;
use event_model::{
    ClockEpoch, ClockReading, DeviceId, Event, Moment, Origin, Reading, Source, WallTime,
};
use game_session::SourceState;
use outbox::{Append, Claimed, NewEvent, Outbox, StreamKey};
use system_tests::scratch;
use uuid::Uuid;

use crate::Looked;

/// A start may take so long (design, outbox rules), and this machine may be busy.
const OPEN_MAX: Duration = Duration::from_secs(2);
/// A record of a recipe: where, and which byte.
const RECORD: usize = 5;

const NAME: &str = "outbox.sqlite";
/// What stands beside a file whose owner was killed, after its own name.
const ENDINGS: [&str; 4] = ["", "-wal", ".id", ".unheard"];

struct Good {
    bytes: Vec<u8>,
    bodies: Vec<String>,
}

/// Law: the file opens, or says why not; quickly; what it hands out is what was
/// appended, and a second opening finds nothing to salvage.
///
/// The input is a recipe: records of four bytes of offset and one of content, and
/// where a rest of one to four bytes is left over, the file's end.
pub(crate) fn database(input: &[u8]) -> Looked {
    let good = good();
    let mut bytes = good.bytes.clone();
    let records = input.chunks_exact(RECORD);
    let rest = records.remainder();
    for record in records {
        let [a, b, c, d, byte] = *record else { continue };
        let at = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap() % bytes.len();
        bytes[at] = byte;
    }
    if let [high, .., low] = *rest {
        bytes.truncate(usize::from(u16::from_be_bytes([high, low])) * bytes.len() / 65_536);
    }
    let folder = scratch();
    let path = folder.path().join(NAME);
    fs::write(&path, &bytes).unwrap();
    opens(&path, &good.bodies)
}

/// Law: the same of a file whose owner was killed, with its log and what stands
/// beside it.
///
/// The input is a recipe: records of a file, four bytes of offset and one of
/// content, and where a rest of three bytes or more is left over, where a file
/// ends.
pub(crate) fn folder_of_files(input: &[u8]) -> Looked {
    let killed = killed();
    let mut files = killed.files.clone();
    let records = input.chunks_exact(1 + RECORD);
    let rest = records.remainder();
    for record in records {
        let [file, a, b, c, d, byte] = *record else { continue };
        let bytes = &mut files[usize::from(file) % ENDINGS.len()];
        let at = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap() % bytes.len();
        bytes[at] = byte;
    }
    if let [file, high, low, ..] = *rest {
        let bytes = &mut files[usize::from(file) % ENDINGS.len()];
        bytes.truncate(usize::from(u16::from_be_bytes([high, low])) * bytes.len() / 65_536);
    }
    let folder = scratch();
    for (ending, bytes) in ENDINGS.iter().zip(&files) {
        fs::write(folder.path().join(format!("{NAME}{ending}")), bytes).unwrap();
    }
    opens(&folder.path().join(NAME), &killed.bodies)
}

fn opens(path: &Path, bodies: &[String]) -> Looked {
    let Ok(mut outbox) = open(path) else { return Looked::Refused };
    let limits = BatchLimits::default();
    // Damage that is met only now is an error of this call, and no more.
    for claimed in outbox.claim(&limits, now()).unwrap_or_default() {
        let same =
            bodies.iter().any(|body| without_sequence(body) == without_sequence(&claimed.body));
        let gap = claimed.body.contains("sequence_gap");
        assert!(same || gap, "never appended: {}", claimed.body);
    }
    let salvaged = outbox.salvaged().is_some();
    drop(outbox);
    if salvaged {
        assert!(open(path).unwrap().salvaged().is_none(), "it salvages what it has salvaged");
    }
    Looked::Taken
}

fn open(path: &Path) -> Result<Outbox, outbox::Error> {
    #[expect(clippy::disallowed_methods, reason = "how long it really takes is the claim")]
    let began = std::time::Instant::now();
    let opened = Outbox::open(path, DeviceId(Uuid::from_u128(1)), now());
    assert!(began.elapsed() < OPEN_MAX, "opening took {:?}", began.elapsed());
    opened
}

/// Salvage gives a row another number.
fn without_sequence(body: &str) -> String {
    let mut event: serde_json::Value = serde_json::from_str(body).unwrap();
    event["sequence"] = serde_json::Value::Null;
    event.to_string()
}

fn now() -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms: 1_000 };
    Moment { clock, wall: WallTime::from_unix_ms(1_795_201_200_000) }
}

/// A real file with real events, made once.
fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let folder = scratch();
        let path = folder.path().join(NAME);
        let mut outbox = open(&path).unwrap();
        outbox.append(&[events()], now()).unwrap();
        let claimed = outbox.claim(&BatchLimits::default(), now()).unwrap();
        let bodies = claimed.into_iter().map(|event| event.body).collect();
        drop(outbox);
        Good { bytes: fs::read(&path).unwrap(), bodies }
    })
}

/// The files of an outbox whose owner was killed while it made a spoilt append
/// again, in the order of [`ENDINGS`].
struct Killed {
    files: [Vec<u8>; 4],
    bodies: Vec<String>,
}

fn killed() -> &'static Killed {
    static KILLED: OnceLock<Killed> = OnceLock::new();
    KILLED.get_or_init(|| {
        let folder = scratch();
        let path = folder.path().join(NAME);
        let mut all = events();
        let unheard = Append { events: all.events.split_off(all.events.len() - 1), ..all.clone() };
        let in_log = Append { events: all.events.split_off(all.events.len() / 2), ..all.clone() };
        assert!(!all.events.is_empty() && !in_log.events.is_empty());
        open(&path).unwrap().append(&[all], now()).unwrap();
        let mut outbox = open(&path).unwrap();
        outbox.append(&[in_log], now()).unwrap();
        let [database, log, id] = ["", "-wal", ".id"]
            .map(|ending| fs::read(folder.path().join(format!("{NAME}{ending}"))).unwrap());
        outbox.append(&[unheard], now()).unwrap();
        let claimed = outbox.claim(&BatchLimits::default(), now()).unwrap();
        let kept = unheard_file(claimed.last().unwrap());
        let bodies = claimed.into_iter().map(|event| event.body).collect();
        Killed { files: [database, log, id, kept], bodies }
    })
}

#[test]
fn an_untouched_folder_gives_every_event() {
    let killed = killed();
    let folder = scratch();
    for (ending, bytes) in ENDINGS.iter().zip(&killed.files) {
        fs::write(folder.path().join(format!("{NAME}{ending}")), bytes).unwrap();
    }
    let mut outbox = open(&folder.path().join(NAME)).unwrap();
    let claimed = outbox.claim(&BatchLimits::default(), now()).unwrap();
    let bodies: Vec<String> = claimed.into_iter().map(|event| event.body).collect();
    assert_eq!(bodies, killed.bodies);
}

/// What is written down of an event before the append that holds it is made again.
fn unheard_file(event: &Claimed) -> Vec<u8> {
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap();
    let row = serde_json::json!({"id": event.event_id, "match_key": body["subject"],
        "origin": "live", "appended_ms": 0, "body": event.body});
    let events = serde_json::json!([row]).to_string();
    serde_json::json!({"checksum": crc32(events.as_bytes()), "events": events})
        .to_string()
        .into_bytes()
}

/// As zip has it, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let bit = |sum: u32, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1));
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), bit))
}

fn events() -> Append {
    let mut state = SourceState::new(Source::Cs2).unwrap();
    let mut events: Vec<Event> = Vec::new();
    for body in crate::seeds::frames(Source::Cs2) {
        let frame = event_model::Frame::new(event_model::Channel::Http, body);
        events.extend(state.observe(&Reading::Frame(frame)).events);
    }
    let new =
        |event| NewEvent { event, origin: Origin::Live, time: now().wall, observed: now().clock };
    let stream = StreamKey { source: Source::Cs2, stream: "live".to_owned() };
    Append { stream, state: state.encode(), events: events.into_iter().map(new).collect() }
}
