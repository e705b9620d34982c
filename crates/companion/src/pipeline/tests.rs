//! What the disk refuses, and what a restart finds.

mod waited;

use std::sync::{Arc, Mutex};

use event_model::{
    Channel, ClockEpoch, ClockReading, DeviceId, Frame, Moment, Origin, Reading, Received, Source,
    WallTime,
};
use outbox::{Filter, Outbox, StreamKey};
use uuid::Uuid;

use super::{Beginning, Pipeline, Rules};
use crate::{CompanionStatus, FeedLine, Glance, Saved, Shell};

/// Remembers what it was told.
#[derive(Default)]
struct Told {
    lines: Mutex<Vec<(String, Saved)>>,
    /// The kills of each glance; `None` where no match was shown any more.
    glances: Mutex<Vec<Option<i64>>>,
    /// How many lines there were at each glance.
    lines_before: Mutex<Vec<usize>>,
}

impl Shell for Told {
    fn feed(&self, entry: FeedLine) {
        self.lines.lock().unwrap().push((entry.kind, entry.saved));
    }

    fn glance(&self, _: Source, glance: Option<Glance>) {
        let kills = glance.map(|glance| glance.you.map_or(0, |you| you.kills));
        self.glances.lock().unwrap().push(kills);
        self.lines_before.lock().unwrap().push(self.lines.lock().unwrap().len());
    }

    fn status(&self, _status: CompanionStatus) {}
}

impl Told {
    fn kills(&self) -> Vec<Saved> {
        let told = self.lines.lock().unwrap();
        told.iter().filter(|(kind, _)| kind == "kill").map(|(_, saved)| *saved).collect()
    }
}

/// Everything that was appended, byte for byte, and the state it came from.
#[derive(Debug, PartialEq)]
struct OnDisk {
    events: Vec<(u64, String)>,
    state: Option<Vec<u8>>,
}

pub(crate) struct Stage {
    folder: tempfile::TempDir,
    told: Arc<Told>,
}

impl Stage {
    pub(crate) fn set() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), told: Arc::default() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("outbox.sqlite")
    }

    pub(crate) fn pipeline(&self) -> Pipeline {
        let outbox = Outbox::open(&self.path(), DeviceId(Uuid::from_u128(1)), at(0)).unwrap();
        let shell: Arc<dyn Shell> = Arc::clone(&self.told) as _;
        let mut pipeline = Pipeline::new(Arc::new(Mutex::new(outbox)), shell, Origin::Live);
        assert_eq!(pipeline.begin(stream(), Beginning::Saved).unwrap(), Rules::Known);
        pipeline
    }

    /// Takes a table away: any statement on it fails from now on, as every write
    /// does on a disk that is full.
    pub(crate) fn fill_disk(&self) {
        self.change("ALTER TABLE event RENAME TO event_away");
    }

    /// Puts it back.
    pub(crate) fn free_disk(&self) {
        self.change("ALTER TABLE event_away RENAME TO event");
    }

    fn change(&self, change: &str) {
        let other = rusqlite::Connection::open(self.path()).unwrap();
        other.execute_batch(change).unwrap();
    }

    /// Lets every append fail when its events are in and its state is next, or
    /// lets them pass again.
    fn fail_midway(&self, fails: bool) {
        self.change(if fails {
            "CREATE TRIGGER full BEFORE INSERT ON stream BEGIN SELECT RAISE(ABORT, 'full'); END"
        } else {
            "DROP TRIGGER IF EXISTS full"
        });
    }

    fn saved(&self, pipeline: &Pipeline) -> OnDisk {
        let outbox = crate::owned_outbox::lock(&pipeline.outbox);
        let events = outbox.view().export(Filter::All).map(Result::unwrap);
        let events = events.map(|shown| (shown.entry.sequence, shown.body)).collect();
        OnDisk { events, state: outbox.state(&stream()).unwrap() }
    }

    fn sequences(&self, pipeline: &Pipeline) -> Vec<(u64, String)> {
        let outbox = crate::owned_outbox::lock(&pipeline.outbox);
        let entries = outbox.view().list(Filter::All, 100).unwrap();
        let mut all: Vec<_> = entries
            .into_iter()
            .map(|entry| (entry.sequence, entry.event_type.unwrap_or_default()))
            .collect();
        all.sort();
        all
    }
}

/// A match that has begun: its first frame is saved.
fn begun() -> (Stage, Pipeline) {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    pipeline.take(&frame(0));
    pipeline.commit(at(1)).unwrap();
    (stage, pipeline)
}

pub(crate) fn stream() -> StreamKey {
    StreamKey { source: Source::Cs2, stream: "live".to_owned() }
}

pub(crate) fn at(mono_ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(2)), mono_ms };
    Moment { clock, wall: WallTime::from_unix_ms(1_700_000_000_000) }
}

#[test]
fn a_kill_is_told_before_the_numbers_that_came_with_it() {
    let (stage, mut pipeline) = begun();
    let before = stage.told.lines.lock().unwrap().len();
    pipeline.take(&frame(1));
    pipeline.commit(at(2)).unwrap();
    assert_eq!(*stage.told.glances.lock().unwrap(), [Some(0), Some(1)]);
    assert_eq!(stage.told.lines_before.lock().unwrap()[1], before + 1);
}

#[test]
fn a_disk_that_refuses_does_not_hide_how_the_match_stands() {
    let (stage, mut pipeline) = begun();
    stage.fill_disk();
    pipeline.take(&frame(1));
    assert!(pipeline.commit(at(2)).is_err());
    // Not asked again yet, while frames come.
    pipeline.take(&frame(2));
    pipeline.forget_silent_matches(at(3));
    assert_eq!(*stage.told.glances.lock().unwrap(), [Some(0), Some(1), Some(2)]);
}

/// What the game posts once its player has so many kills.
pub(crate) fn frame(kills: u64) -> Received {
    let body = format!(
        r#"{{"provider":{{"appid":730,"steamid":"765","timestamp":{}}},
            "map":{{"name":"de_dust2","mode":"competitive","phase":"live","round":0}},
            "round":{{"phase":"live"}},
            "player":{{"steamid":"765","name":"Ana",
                       "match_stats":{{"kills":{kills},"deaths":0,"assists":0}}}}}}"#,
        1_700_000_000 + kills
    );
    let reading = Reading::Frame(Frame::new(Channel::Http, body));
    Received { source: Source::Cs2, at: at(kills), reading }
}

#[test]
fn what_the_disk_refuses_is_kept_in_order_and_saved_later() {
    let (stage, mut pipeline) = begun();

    stage.fill_disk();
    for kills in 1..=3 {
        pipeline.take(&frame(kills));
        assert!(pipeline.commit(at(2)).is_err());
    }
    assert_eq!(pipeline.counts().not_saved, 3);
    assert_eq!(stage.told.kills(), [Saved::NotSaved; 3], "each is shown as not saved, once");

    stage.free_disk();
    pipeline.commit(at(3)).unwrap();
    assert_eq!(pipeline.counts().not_saved, 0);
    assert_eq!(pipeline.counts().lost, 0);
    assert_eq!(stage.told.kills()[3..], [Saved::Saved; 3]);
    let kills: Vec<_> = stage
        .sequences(&pipeline)
        .into_iter()
        .filter(|(_, kind)| kind == "ringside.kill.v1")
        .map(|(sequence, _)| sequence)
        .collect();
    assert!(kills.len() == 3 && kills.is_sorted(), "{kills:?}");
}

#[test]
fn a_crash_while_the_disk_refuses_forgets_events_and_state_alike() {
    let (stage, mut pipeline) = begun();
    stage.fill_disk();
    pipeline.take(&frame(2));
    assert!(pipeline.commit(at(2)).is_err());
    drop(pipeline);
    stage.free_disk();

    // The state on disk is that of the saved events: the kills come again.
    let mut pipeline = stage.pipeline();
    pipeline.take(&frame(2));
    pipeline.commit(at(3)).unwrap();
    let kills = stage.sequences(&pipeline);
    let kills = kills.iter().filter(|(_, kind)| kind == "ringside.kill.v1");
    assert_eq!(kills.count(), 2);
}

#[test]
fn a_restart_goes_on_where_the_saved_state_stands() {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    pipeline.take(&frame(0));
    pipeline.take(&frame(1));
    pipeline.commit(at(1)).unwrap();
    drop(pipeline);

    let mut pipeline = stage.pipeline();
    pipeline.take(&frame(1));
    pipeline.take(&frame(2));
    pipeline.commit(at(2)).unwrap();
    assert_eq!(pipeline.counts().captured, 1, "only the second kill is new");
}

#[test]
fn a_frame_that_cannot_be_read_is_counted_and_changes_nothing() {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    let mut nonsense = frame(0);
    nonsense.reading = Reading::Frame(Frame::new(Channel::Http, "nonsense"));
    pipeline.take(&nonsense);
    pipeline.commit(at(1)).unwrap();
    let counts = &pipeline.sources()[&Source::Cs2];
    assert_eq!((counts.frames, counts.unreadable, counts.events), (1, 1, 0));
    assert!(counts.last_unreadable.is_some());
}

#[test]
fn a_full_memory_does_not_advance_the_state_past_what_it_keeps() {
    /// Kills between two frames: fewer than a leap that is not believed, and no
    /// number of them fills memory to the last event.
    const LEAP: u64 = 230;
    let (stage, mut pipeline) = begun();
    stage.fill_disk();
    let mut kills = 0;
    while pipeline.sources()[&Source::Cs2].frames_skipped == 0 {
        kills += LEAP;
        pipeline.take(&frame(kills));
    }
    assert!(pipeline.commit(at(2)).is_err());
    let held = pipeline.counts().not_saved;
    assert!((10_000 - LEAP..=10_000).contains(&held), "{held}: no frame goes over the bound");
    stage.free_disk();
    pipeline.commit(at(3)).unwrap();

    pipeline.take(&frame(kills));
    pipeline.commit(at(4)).unwrap();
    let told = stage.told.kills().into_iter().filter(|saved| *saved == Saved::Saved).count();
    assert_eq!(told as u64, kills, "what was skipped is found in the next frame");
    assert_eq!(pipeline.counts().lost, 0);
}

#[test]
fn a_replay_skips_no_frame_for_want_of_memory() {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    let mut kills = 0;
    for _ in 0..50 {
        kills += 230;
        pipeline.take_or_commit(&frame(kills - 230), at(1)).unwrap();
    }
    pipeline.commit(at(2)).unwrap();
    assert_eq!(pipeline.sources()[&Source::Cs2].frames_skipped, 0);
    assert_eq!(stage.told.kills().len() as u64, 49 * 230);
}

#[test]
fn what_the_disk_never_took_is_counted_lost_at_the_end() {
    let (stage, mut pipeline) = begun();
    stage.fill_disk();
    pipeline.take(&frame(2));
    assert!(pipeline.commit(at(2)).is_err());
    pipeline.give_up();
    assert_eq!(pipeline.counts().lost, 2);
    stage.free_disk();
    let lost = crate::owned_outbox::lock(&pipeline.outbox).status(at(3)).unwrap().lost;
    assert_eq!(lost, 2, "and told by the outbox from then on");
}

/// Frames of the runs below: each shows a kill more than the one before.
const FRAMES: u64 = 33;

/// Captures a match while the appends fail that `fails` says.
fn captured(fails: impl Fn(u64) -> bool) -> OnDisk {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    for kills in 0..FRAMES {
        let before = stage.saved(&pipeline);
        pipeline.take(&frame(kills));
        if fails(kills) {
            stage.fail_midway(true);
            assert!(pipeline.commit(at(kills)).is_err());
            stage.fail_midway(false);
            let after = stage.saved(&pipeline);
            assert_eq!(after, before, "neither an event nor the state went ahead");
        } else {
            pipeline.commit(at(kills)).unwrap();
            assert_eq!(pipeline.counts().not_saved, 0);
        }
    }
    pipeline.commit(at(FRAMES)).unwrap();
    let counts = pipeline.counts();
    assert_eq!((counts.appended, counts.lost), (counts.captured, 0));
    stage.saved(&pipeline)
}

#[test]
fn appends_that_fail_change_no_byte_of_what_is_saved_in_the_end() {
    let calm = captured(|_| false);
    assert!(calm.events.len() as u64 >= FRAMES, "{} events", calm.events.len());
    let patterns: [fn(u64) -> bool; 3] =
        [|frame| frame % 2 == 1, |frame| frame % 7 != 3, |frame| (10..30).contains(&frame)];
    for fails in patterns {
        assert_eq!(captured(fails), calm);
    }
}

/// Ids of the events of a match; after an append that fails the program dies.
fn ids_with_deaths(dies: impl Fn(u64) -> bool) -> Vec<String> {
    let stage = Stage::set();
    let mut pipeline = stage.pipeline();
    for kills in 0..FRAMES {
        pipeline.take(&frame(kills));
        if dies(kills) {
            stage.fail_midway(true);
            assert!(pipeline.commit(at(kills)).is_err());
            stage.fail_midway(false);
            drop(pipeline);
            pipeline = stage.pipeline();
        } else {
            pipeline.commit(at(kills)).unwrap();
        }
    }
    let outbox = crate::owned_outbox::lock(&pipeline.outbox);
    let entries = outbox.view().list(Filter::All, 1_000).unwrap();
    entries.into_iter().map(|entry| entry.event_id.0.to_string()).collect()
}

#[test]
fn what_died_with_a_failed_append_comes_again_under_its_ids() {
    // The last frame is saved: what only it shows is read by nobody later.
    let calm = ids_with_deaths(|_| false);
    assert_eq!(ids_with_deaths(|frame| frame % 3 == 1), calm);
}
