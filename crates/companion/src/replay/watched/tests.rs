//! A recording that is looked at is what was captured.

use std::path::PathBuf;

use boot_clock::BootClock;
use event_model::{ClockReading, Moment, Reading, Received, Source, WallTime};
use outbox::StreamKey;
use recording::Item;

use super::*;
use crate::{CompanionStatus, FeedLine, Glance, Saved, pipeline::Beginning, recorder::Recorder};

/// Remembers the events that it was shown as saved, and the scores.
#[derive(Default)]
struct Shown {
    lines: Mutex<Vec<(String, String)>>,
    glances: Mutex<Vec<Option<Glance>>>,
}

impl Shell for Shown {
    fn feed(&self, line: FeedLine) {
        if line.saved == Saved::Saved {
            self.lines.lock().unwrap().push((line.event_id, line.kind));
        }
    }

    fn glance(&self, _source: Source, glance: Option<Glance>) {
        self.glances.lock().unwrap().push(glance);
    }

    fn status(&self, _status: CompanionStatus) {}
}

/// Captures and records this fixture's frames; the recording, and what was shown.
fn captured(folder: &Path, source: Source, fixture: &str) -> (PathBuf, Shown) {
    let shown = Arc::new(Shown::default());
    let clock = BootClock::new();
    let dir = DataDir::open(Some(folder.join("data"))).unwrap();
    let device = Identity::load_or_create(&dir).unwrap().device();
    let outbox = Arc::new(Mutex::new(open_owned(&dir, device, clock.now()).unwrap()));
    let shell: Arc<dyn Shell> = Arc::clone(&shown) as _;
    let mut pipeline = Pipeline::new(outbox, shell, Origin::Live);
    pipeline.begin(StreamKey { source, stream: "live".to_owned() }, Beginning::Saved).unwrap();
    let mut recorder = Recorder::new(dir.recordings()).unwrap();

    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../game-session/tests/fixtures");
    let frames = recording::import(&fixtures.join(fixture), None).unwrap();
    let epoch = frames.clock_epoch().unwrap();
    for entry in frames.entries().unwrap().map(Result::unwrap) {
        let Item::Frame(frame) = entry.item else { continue };
        let at = Moment {
            clock: ClockReading { epoch, mono_ms: entry.t_ms },
            wall: WallTime::from_unix_ms(1_790_000_000_000).plus_ms(entry.t_ms.cast_signed()),
        };
        let received = Received { source, at, reading: Reading::Frame(frame) };
        recorder.write(&received, pipeline.encoded_state(source));
        pipeline.take(&received);
        pipeline.commit(at).unwrap();
    }
    recorder.end_all(clock.now());
    let file = std::fs::read_dir(dir.recordings()).unwrap().next().unwrap().unwrap().path();
    drop(pipeline);
    (file, Arc::into_inner(shown).unwrap())
}

async fn watched(file: &Path) -> Shown {
    let shown = Arc::new(Shown::default());
    let shell: Arc<dyn Shell> = Arc::clone(&shown) as _;
    let clock: Arc<dyn Clock> = Arc::new(BootClock::new());
    watch_recording(file, Speed::Max, clock, shell, |_| {}).await.unwrap();
    Arc::into_inner(shown).unwrap()
}

#[tokio::test]
async fn a_watched_recording_shows_what_capture_showed_in_its_order() {
    for (source, fixture) in
        [(Source::Cs2, "cs2/two_matches.jsonl"), (Source::League, "league/simulated_match.jsonl")]
    {
        let folder = tempfile::tempdir().unwrap();
        let (file, live) = captured(folder.path(), source, fixture);
        let replayed = watched(&file).await;
        let lines = live.lines.into_inner().unwrap();
        assert!(lines.len() > 1, "something happened in {fixture}");
        assert_eq!(replayed.lines.into_inner().unwrap(), lines, "{fixture}");
        let glances = live.glances.into_inner().unwrap();
        assert_eq!(replayed.glances.into_inner().unwrap(), glances, "{fixture}");
    }
}

#[tokio::test]
async fn watching_keeps_nothing_beside_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = captured(folder.path(), Source::Cs2, "cs2/two_matches.jsonl");
    let before = std::fs::read(folder.path().join("data/outbox.sqlite")).unwrap();
    watched(&file).await;
    assert_eq!(std::fs::read(folder.path().join("data/outbox.sqlite")).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_is_no_recording_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "no recording").unwrap();
    let shown = Arc::new(Shown::default());
    let shell: Arc<dyn Shell> = Arc::clone(&shown) as _;
    let clock: Arc<dyn Clock> = Arc::new(BootClock::new());
    let ended = watch_recording(&file, Speed::Max, clock, shell, |_| {}).await;
    assert!(matches!(ended, Err(Error::BadInput(_))));
    assert!(shown.lines.lock().unwrap().is_empty());
}
