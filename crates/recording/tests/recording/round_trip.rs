//! What is written is what is read.

use std::fs;

use event_model::{Reading, Source};
use proptest::prelude::*;
use recording::{Compression, Entry, Error, Item, Recording, RecordingWriter, import};
use sha2::{Digest as _, Sha256};

use crate::support::{Folder, any_entries, entries, frame, header, times, write};

const STATE: &[u8] = br#"{"session":null,"source":"league"}"#;

proptest! {
    #[test]
    fn entries_are_read_back_as_written(written in any_entries()) {
        let folder = Folder::new();
        let mut hashes = Vec::new();
        for (name, compression) in [("a.rsrec", Compression::Plain), ("b.rsrec", Compression::Zstd)] {
            let path = folder.path(name);
            write(&path, Some(STATE), &written, compression);
            let recording = Recording::open(&path).unwrap();
            prop_assert_eq!(recording.header(), &header(Source::League));
            prop_assert_eq!(recording.state(), Some(STATE));
            prop_assert_eq!(&entries(&recording), &written);
            prop_assert_eq!(&entries(&recording), &written, "as often as asked");
            hashes.push(recording.hash().unwrap());
        }
        prop_assert_eq!(hashes[0], hashes[1], "compression is not content");
        let plain = Sha256::digest(fs::read(folder.path("a.rsrec")).unwrap());
        prop_assert_eq!(hashes[0].to_string(), hex::encode(plain), "what sha256sum says");
        prop_assert_eq!(hashes[0].clock_epoch().0.get_version_num(), 8);
    }

    #[test]
    fn a_converted_recording_has_the_same_hash(written in any_entries()) {
        let folder = Folder::new();
        let path = folder.path("a.rsrec");
        write(&path, None, &written, Compression::Plain);
        let recording = Recording::open(&path).unwrap();
        let converted = recording.write_to(&folder.path("b.rsrec"), Compression::Zstd).unwrap();
        let converted = import(&converted, None).unwrap();
        prop_assert_eq!(converted.hash().unwrap(), recording.hash().unwrap());
    }
}

#[test]
fn white_space_and_line_ends_are_not_content() {
    let folder = Folder::new();
    let plain = folder.path("a.rsrec");
    write(&plain, Some(STATE), &[frame(5, "{}"), frame(9, "x")], Compression::Plain);
    let text = fs::read_to_string(&plain).unwrap();
    let loose = text.replace("\n", "\r\n\r\n").replace("\":", "\" : ");
    let loose = folder.file("b.rsrec", loose.trim_end());
    let hash = |path| Recording::open(path).unwrap().hash().unwrap();
    assert_eq!(hash(&loose), hash(&plain));
    let other = folder.file("c.rsrec", text.replace("\"t_ms\":9", "\"t_ms\":8"));
    assert_ne!(hash(&other), hash(&plain));
}

#[test]
fn a_finished_recording_leaves_no_part_behind() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    let mut writer =
        RecordingWriter::create(&path, &header(Source::Cs2), None, Compression::Zstd).unwrap();
    assert_eq!(folder.names(), ["a.rsrec.part"]);
    let Item::Frame(reading) = frame(0, "{}").item else { unreachable!("it is a frame") };
    writer.write(3, &Reading::Frame(reading)).unwrap();
    writer.mark(4, "round 3").unwrap();
    assert_eq!(writer.end(6, "stopped").unwrap(), path);
    assert_eq!(folder.names(), ["a.rsrec"]);
    let recording = Recording::open(&path).unwrap();
    let end = Entry { t_ms: 6, item: Item::End("stopped".to_owned()) };
    assert_eq!(entries(&recording).last(), Some(&end));
}

#[test]
fn a_recording_is_never_written_over_another() {
    let folder = Folder::new();
    for taken in ["a.rsrec", "a.rsrec.part"] {
        let file = folder.file(taken, "the only copy");
        let begun = RecordingWriter::create(
            &folder.path("a.rsrec"),
            &header(Source::Cs2),
            None,
            Compression::Plain,
        );
        assert!(matches!(begun, Err(Error::Unwritable { .. })), "{taken} is there");
        assert_eq!(fs::read(&file).unwrap(), b"the only copy");
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn time_never_falls_while_writing() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    write(&path, None, &[frame(9, "{}"), frame(4, "{}"), frame(10, "{}")], Compression::Plain);
    assert_eq!(times(&Recording::open(&path).unwrap()), [9, 9, 10]);
}

#[test]
fn a_state_is_put_on_one_line_in_one_way() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    write(&path, Some(b"{\n \"b\": 1,\n \"a\": 2\n}"), &[], Compression::Plain);
    assert_eq!(Recording::open(&path).unwrap().state(), Some(br#"{"a":2,"b":1}"#.as_slice()));
}
