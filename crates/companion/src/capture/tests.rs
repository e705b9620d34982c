//! What the thread does while memory holds no more.

use boot_clock::BootClock;
use event_model::{Channel, Frame, Reading};
use game_session::SourceState;
use outbox::StreamKey;

use super::*;
use crate::{
    live::LIVE,
    owned_outbox::lock,
    pipeline::{
        Beginning,
        tests::{Stage, at, frame},
    },
};

fn journals() -> StreamKey {
    StreamKey { source: Source::Elite, stream: LIVE.to_owned() }
}

/// The line of a journal that begins there.
fn line(offset: u64) -> Received {
    let body = r#"{ "timestamp":"2025-11-01T15:55:52Z", "event":"Died" }"#;
    let mut frame = Frame::new(Channel::File, body);
    frame.file = Some("Journal.2025-11-01T155552.01.log".to_owned());
    frame.offset = Some(offset);
    Received { source: Source::Elite, at: at(1), reading: Reading::Frame(frame) }
}

/// Counter-Strike fills memory to the last event, since the disk takes none.
fn fill(pipeline: &mut Pipeline) {
    let mut kills = 0;
    for step in [200, 1] {
        let skipped = pipeline.sources()[&Source::Cs2].frames_skipped;
        while pipeline.sources()[&Source::Cs2].frames_skipped == skipped {
            kills += step;
            pipeline.take(&frame(kills));
        }
        kills -= step;
    }
}

#[tokio::test]
async fn a_line_that_memory_has_no_room_for_waits_and_those_behind_it() {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    pipeline.begin(journals(), Beginning::Saved).unwrap();
    pipeline.take(&frame(0));
    pipeline.commit(at(1)).unwrap();
    stage.fill_disk();
    fill(&mut pipeline);
    let outbox = Arc::clone(&pipeline.outbox);
    let (sender, readings) = mpsc::channel(1);
    let (_wanted, wanted) = watch::channel(None);
    let capture = Capture {
        readings,
        pipeline,
        recorder: None,
        switch: RecordingSwitch { wanted, followed: watch::Sender::default() },
        clock: Arc::new(BootClock::new()),
        view: Arc::default(),
        retry_at_ms: None,
        kept_back: None,
    };
    let view = Arc::clone(&capture.view);
    let runtime = Handle::current();
    let capturing = std::thread::spawn(move || capture.run(&runtime));

    // The first is taken and kept back, the second waits: there is no room for another.
    sender.send(line(0)).await.unwrap();
    sender.send(line(100)).await.unwrap();
    assert!(sender.try_send(line(200)).is_err());
    stage.free_disk();
    sender.send(line(200)).await.unwrap();
    drop(sender);
    tokio::task::spawn_blocking(|| capturing.join().unwrap()).await.unwrap();

    let view = view.lock().unwrap();
    let journals_read = &view.sources[&Source::Elite];
    assert_eq!((journals_read.frames, journals_read.frames_skipped), (3, 0));
    assert_eq!((view.counts.not_saved, view.counts.lost), (0, 0));
    let saved = lock(&outbox).state(&journals()).unwrap().unwrap();
    let saved = SourceState::decode(Source::Elite, &saved).unwrap();
    assert_eq!(saved.followed_to().map(|place| place.offset), Some(200));
}
