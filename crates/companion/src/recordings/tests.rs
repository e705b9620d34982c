//! What a player is told of files, and what becomes of them.

use std::fs;

use event_model::{Channel, Frame, Reading, Source, WallTime};
use recording::{Header, RecordingWriter};

use super::*;

struct Place {
    recordings: Recordings,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().join("data"))).unwrap();
        fs::create_dir(dir.recordings()).unwrap();
        Self { recordings: Recordings::of(&dir), folder }
    }

    fn begun(&self, name: &str) -> RecordingWriter {
        let header = Header::new(Source::Cs2, WallTime::from_unix_ms(5_000), "test");
        let path = self.recordings.folder().join(name);
        let mut writer = RecordingWriter::create(&path, &header, None, Compression::Zstd).unwrap();
        let body = r#"{"provider":{"appid":730},"player":{"name":"Ana"}}"#;
        writer.write(1_500, &Reading::Frame(Frame::new(Channel::Http, body))).unwrap();
        writer
    }

    fn with_recording(self, name: &str) -> Self {
        self.begun(name).end(1_500, "stopped").unwrap();
        self
    }

    fn row(&self, name: &str) -> RecordingRow {
        let rows = self.recordings.list(&[]).unwrap();
        rows.into_iter().find(|row| row.name == name).unwrap()
    }
}

#[test]
fn without_a_folder_there_is_no_recording() {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    assert_eq!(Recordings::of(&dir).list(&[]).unwrap(), []);
}

#[test]
fn a_recording_is_listed_with_its_game_its_length_and_its_size() {
    let row = Place::new().with_recording("a.rsrec").row("a.rsrec");
    assert_eq!(row.state, RecordingState::Whole);
    assert!(row.bytes > 0);
    let content = row.content.unwrap();
    assert_eq!((content.source.as_str(), content.duration_ms, content.frames), ("cs2", 1_500, 1));
    assert!(!content.without_names);
}

#[test]
fn what_is_being_written_is_told_from_what_a_crash_left() {
    let place = Place::new();
    let writer = place.begun("a.rsrec");
    let part = writer.part_path().to_owned();
    let running = place.recordings.list(std::slice::from_ref(&part)).unwrap();
    assert_eq!(running[0].state, RecordingState::Running);
    drop(writer);
    let row = place.row("a.rsrec.part");
    assert_eq!((row.state, row.content.unwrap().frames), (RecordingState::CutOff, 1));
}

#[test]
fn a_file_that_is_no_recording_says_why() {
    let place = Place::new();
    fs::write(place.recordings.folder().join("holiday.jpg"), [0xFF, 0xD8, 0]).unwrap();
    let RecordingState::Unreadable { detail } = place.row("holiday.jpg").state else {
        panic!("nothing in it can be played");
    };
    assert!(detail.contains("holiday.jpg"), "{detail}");
}

#[test]
fn a_file_is_read_again_when_it_has_changed() {
    let place = Place::new().with_recording("a.rsrec");
    assert_eq!(place.row("a.rsrec").state, RecordingState::Whole);
    fs::write(place.recordings.folder().join("a.rsrec"), "nothing of that").unwrap();
    assert!(matches!(place.row("a.rsrec").state, RecordingState::Unreadable { .. }));
}

#[test]
fn a_name_leads_out_of_the_folder_by_no_way() {
    let place = Place::new();
    fs::write(place.folder.path().join("data/settings.toml"), "").unwrap();
    for name in ["../settings.toml", "..", ".", "", "a/b", "/etc/passwd"] {
        let error = place.recordings.delete(name, &[]).unwrap_err();
        assert!(
            matches!(error, Error::Recording(RecordingError::Missing { .. })),
            "{name}: {error}"
        );
    }
    assert!(place.folder.path().join("data/settings.toml").exists());
}

#[test]
fn a_deleted_recording_is_gone_and_a_running_one_stays() {
    let place = Place::new().with_recording("a.rsrec");
    let writer = place.begun("b.rsrec");
    let running = [writer.part_path().to_owned()];
    place.recordings.delete("a.rsrec", &running).unwrap();
    let error = place.recordings.delete("b.rsrec.part", &running).unwrap_err();
    assert!(matches!(error, Error::Recording(RecordingError::Running { .. })), "{error}");
    let names: Vec<_> =
        place.recordings.list(&running).unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["b.rsrec.part"]);
}

#[test]
fn a_copy_is_the_same_byte_for_byte_and_takes_no_others_place() {
    let place = Place::new().with_recording("a.rsrec");
    let downloads = place.folder.path().join("downloads");
    let first = place.recordings.export("a.rsrec", &downloads).unwrap();
    let second = place.recordings.export("a.rsrec", &downloads).unwrap();
    assert_ne!(first, second);
    let original = fs::read(place.recordings.folder().join("a.rsrec")).unwrap();
    assert_eq!(fs::read(first).unwrap(), original);
    assert_eq!(fs::read(second).unwrap(), original);
}

#[test]
fn a_copy_without_names_is_listed_as_one() {
    let place = Place::new().with_recording("a.rsrec");
    let copy = place.recordings.without_names("a.rsrec").unwrap();
    assert_eq!(copy, WithoutNames { name: "a-no-names.rsrec".to_owned(), names: 1 });
    assert!(place.row(&copy.name).content.unwrap().without_names);
    assert_ne!(place.recordings.without_names("a.rsrec").unwrap().name, copy.name);
}
