//! The bytes of an outbox, when it is opened.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use delivery::BatchLimits;
use event_model::{
    ClockEpoch, ClockReading, DeviceId, Event, Moment, Origin, Reading, Source, WallTime,
};
use game_session::SourceState;
use outbox::{Append, NewEvent, Outbox, StreamKey};
use tempfile::TempDir;
use uuid::Uuid;

use crate::Looked;

/// A start may take so long (design, outbox rules), and this machine may be busy.
const OPEN_MAX: Duration = Duration::from_secs(2);
/// A record of a recipe: where, and which byte.
const RECORD: usize = 5;

struct Good {
    _folder: TempDir,
    path: PathBuf,
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
    let folder = folder();
    let path = folder.path().join(good.path.file_name().unwrap());
    fs::write(&path, &bytes).unwrap();
    let Ok(mut outbox) = open(&path) else { return Looked::Refused };
    let limits = BatchLimits::default();
    // Damage that is met only now is an error of this call, and no more.
    for claimed in outbox.claim(&limits, now()).unwrap_or_default() {
        let same = good
            .bodies
            .iter()
            .any(|body| without_sequence(body) == without_sequence(&claimed.body));
        let gap = claimed.body.contains("sequence_gap");
        assert!(same || gap, "never appended: {}", claimed.body);
    }
    let salvaged = outbox.salvaged().is_some();
    drop(outbox);
    if salvaged {
        assert!(open(&path).unwrap().salvaged().is_none(), "it salvages what it has salvaged");
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

fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// A real file with real events, made once.
fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let folder = folder();
        let path = folder.path().join("outbox.sqlite");
        let mut outbox = open(&path).unwrap();
        outbox.append(&[events()], now()).unwrap();
        let claimed = outbox.claim(&BatchLimits::default(), now()).unwrap();
        let bodies = claimed.into_iter().map(|event| event.body).collect();
        drop(outbox);
        let bytes = fs::read(&path).unwrap();
        Good { _folder: folder, path, bytes, bodies }
    })
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
