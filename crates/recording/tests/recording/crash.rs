//! What a crash leaves can be read.

use std::{fs, path::Path};

use event_model::Source;
use proptest::prelude::*;
use recording::{Compression, Entry, Error, Reason, Recording, RecordingWriter};

use crate::support::{Folder, any_entries, frame, header, write};

/// All that can be read of a prefix; `None` where not even its header can.
fn read(path: &Path) -> Option<(Vec<Entry>, bool)> {
    let recording = Recording::open(path).ok()?;
    let mut entries = recording.entries().unwrap();
    let read: Vec<_> = entries.by_ref().map(|entry| entry.expect("a crash is no error")).collect();
    Some((read, entries.truncation().is_some()))
}

proptest! {
    #[test]
    fn every_whole_line_of_a_prefix_is_served(
        written in any_entries(),
        place in any::<prop::sample::Index>(),
    ) {
        let folder = Folder::new();
        let path = folder.path("a.rsrec");
        write(&path, None, &written, Compression::Plain);
        let whole = fs::read(&path).unwrap();
        let prefix = &whole[..=place.index(whole.len())];
        let part = folder.file("b.rsrec.part", prefix);
        let lines = prefix.iter().filter(|byte| **byte == b'\n').count();
        match read(&part) {
            Some((served, torn)) => {
                // A last line may lack nothing but its newline.
                prop_assert!(served.len() + 1 == lines || served.len() == lines);
                prop_assert_eq!(&served[..], &written[..served.len()]);
                let ends_whole = prefix.ends_with(b"\n") || served.len() == lines;
                prop_assert!(torn || ends_whole, "a torn line is told of");
            }
            None => prop_assert_eq!(lines, 0, "the header was whole"),
        }
    }

    #[test]
    fn a_compressed_prefix_serves_what_was_flushed(
        written in any_entries(),
        place in any::<prop::sample::Index>(),
    ) {
        let folder = Folder::new();
        // After each entry: how far the file had come.
        let path = folder.path("a.rsrec");
        let header = header(Source::League);
        let mut writer = RecordingWriter::create(&path, &header, None, Compression::Zstd).unwrap();
        let mut flushed = Vec::new();
        for entry in &written {
            writer.append(entry.clone()).unwrap();
            flushed.push(fs::metadata(writer.part_path()).unwrap().len());
        }
        let whole = fs::read(writer.part_path()).unwrap();
        let length = place.index(whole.len() + 1);
        let part = folder.file("b.rsrec.part", &whole[..length]);
        let expected = flushed.iter().filter(|end| **end <= length as u64).count();
        match read(&part) {
            Some((served, torn)) => {
                prop_assert_eq!(&served[..], &written[..served.len()]);
                prop_assert!(served.len() >= expected);
                prop_assert!(torn, "the writer never said that it was done");
            }
            None => prop_assert_eq!(expected, 0),
        }
    }
}

#[test]
fn a_finished_file_that_is_cut_off_is_damaged() {
    let folder = Folder::new();
    for compression in [Compression::Plain, Compression::Zstd] {
        let path = folder.path("a.rsrec");
        write(&path, None, &[frame(1, "{}"), frame(2, "{}")], compression);
        let whole = fs::read(&path).unwrap();
        let cut = folder.file("b.rsrec", &whole[..whole.len() - 2]);
        let recording = Recording::open(&cut).unwrap();
        let last = recording.entries().unwrap().last().unwrap();
        assert!(
            matches!(last, Err(Error::BadInput { reason: Reason::Truncated, .. })),
            "its name says that it is whole: {last:?}"
        );
        assert!(recording.hash().is_err());
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_crashed_recording_is_finished_by_converting_it() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    let writer =
        RecordingWriter::create(&path, &header(Source::League), None, Compression::Plain).unwrap();
    let part = writer.part_path().to_owned();
    drop(writer);
    let mut bytes = fs::read(&part).unwrap();
    bytes.extend_from_slice(b"{\"t_ms\":1,\"mark\":\"a\"}\n{\"t_ms\":2,\"ma");
    fs::write(&part, bytes).unwrap();
    let crashed = Recording::open(&part).unwrap();
    let converted = crashed.write_to(&path, Compression::Plain).unwrap();
    assert_eq!(read(&converted).unwrap().0.len(), 1);
    assert_eq!(folder.names(), ["a.rsrec", "a.rsrec.part"], "the crashed file stays as it was");
}
