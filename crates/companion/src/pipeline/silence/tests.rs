//! How long a match is shown that nothing is heard of any more.

use std::sync::{Arc, Mutex};

use event_model::{Channel, DeviceId, Frame, Origin, Reading, Received, Source};
use outbox::{Outbox, StreamKey};
use uuid::Uuid;

use super::silence_ms_max;
use crate::{
    CompanionStatus, FeedLine, Glance, Shell,
    pipeline::{
        Beginning, Pipeline,
        tests::{at, frame},
    },
};

/// Remembers whether a match was shown, at each word about it.
#[derive(Default)]
struct Shown(Mutex<Vec<bool>>);

impl Shell for Shown {
    fn feed(&self, _: FeedLine) {}

    fn glance(&self, _: Source, glance: Option<Glance>) {
        self.0.lock().unwrap().push(glance.is_some());
    }

    fn status(&self, _: CompanionStatus) {}
}

/// What was shown of these frames, all read at the first instant, when so many
/// milliseconds of silence had passed, again and again.
fn shown(source: Source, frames: &[Received], silences_ms: &[u64]) -> Vec<bool> {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(&folder.path().join("outbox"), DeviceId(Uuid::from_u128(1)), at(0));
    let shown = Arc::new(Shown::default());
    let shell: Arc<dyn Shell> = Arc::clone(&shown) as _;
    let mut pipeline = Pipeline::new(Arc::new(Mutex::new(outbox.unwrap())), shell, Origin::Live);
    let stream = StreamKey { source, stream: "live".to_owned() };
    pipeline.begin(stream, Beginning::Saved).unwrap();
    for frame in frames {
        pipeline.take(frame);
    }
    pipeline.commit(at(0)).unwrap();
    for silence_ms in silences_ms {
        pipeline.forget_silent_matches(at(*silence_ms));
    }
    shown.0.lock().unwrap().clone()
}

fn flight() -> Vec<Received> {
    let loads = r#"{"timestamp":"2026-11-01T10:00:00Z","event":"LoadGame","FID":"F1","Commander":"Ana","Ship":"Krait_MkII","GameMode":"Open"}"#;
    let jumps = r#"{"timestamp":"2026-11-01T10:00:01Z","event":"FSDJump","StarSystem":"Eranin"}"#;
    let lines = [(0, loads), (loads.len() as u64 + 1, jumps)];
    let frame = |(offset, line): (u64, &str)| {
        let mut frame = Frame::new(Channel::File, line);
        frame.file = Some("Journal.2026-11-01T100000.01.log".to_owned());
        frame.offset = Some(offset);
        Received { source: Source::Elite, at: at(0), reading: Reading::Frame(frame) }
    };
    lines.map(frame).to_vec()
}

#[test]
fn a_match_that_no_frame_shows_any_more_is_shown_no_longer() {
    let bound_ms = silence_ms_max(Source::Cs2);
    let shown = shown(Source::Cs2, &[frame(0)], &[bound_ms, bound_ms + 1, bound_ms + 2]);
    assert_eq!(shown, [true, false], "and that is said once");
}

#[test]
fn a_quiet_flight_is_shown_for_as_long_as_one_lasts() {
    let minutes = [2, 10, 29].map(|minutes| minutes * 60_000);
    let shown_all = shown(Source::Elite, &flight(), &minutes);
    assert!(!shown_all.is_empty() && shown_all.iter().all(|shown| *shown), "{shown_all:?}");
    let gone = shown(Source::Elite, &flight(), &[silence_ms_max(Source::Elite) + 1]);
    assert_eq!(gone.last(), Some(&false));
}

#[test]
fn a_turn_of_hearthstone_and_a_round_that_overwolf_tells_of_outlast_a_minute() {
    let turn_ms = 75_000 + 20_000;
    assert!(silence_ms_max(Source::Hearthstone) > turn_ms, "a turn and what it shows");
    let round_ms = 45_000 + 115_000 + 45_000;
    assert!(silence_ms_max(Source::Overwolf) > round_ms, "to buy, to play, and the bomb");
}
