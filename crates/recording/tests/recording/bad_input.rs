//! A bad file is refused in one sentence with its reason, and never panics.

use std::{fs, path::Path};

use event_model::Source;
use proptest::prelude::*;
use recording::{
    Compression, Entry, Error, Format, Item, RECORDING_BYTES_MAX, Recording, import, info, verify,
};

use crate::support::{Folder, frame, header, write};

/// The sentence about a file, without its path.
fn refusal(path: &Path) -> String {
    let error =
        import(path, None).and_then(|recording| recording.hash()).expect_err("the file is bad");
    assert!(error.is_bad_input(), "{error}");
    let text = error.to_string();
    text.strip_prefix(&path.display().to_string()).expect("it names the file").to_owned()
}

fn refusal_of(bytes: impl AsRef<[u8]>) -> String {
    refusal(&Folder::new().file("input", bytes))
}

const HEAD: &str =
    r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-01-01T00:00:00Z"}"#;

fn recording_of(lines: &[&str]) -> String {
    [&[HEAD], lines].concat().join("\n")
}

#[test]
fn files_that_hold_nothing_are_told_apart() {
    let folder = Folder::new();
    assert_eq!(refusal(&folder.path("none")), ": there is no such file");
    fs::create_dir(folder.path("folder")).unwrap();
    assert_eq!(refusal(&folder.path("folder")), ": not a regular file");
    assert_eq!(refusal_of(""), ": the file is empty");
    assert_eq!(refusal_of(" \r\n\n"), ": the file is empty");
    assert_eq!(refusal_of([0x1f, 0x8b, 8, 0, 0]), ": binary data, not text");
    assert_eq!(refusal_of(b"\xff\xfe{\0"), ": UTF-16 text; only UTF-8 can be read");
}

#[test]
fn a_bad_line_is_named() {
    let good = r#"{"provider":{"appid":730}}"#;
    assert_eq!(
        refusal_of(format!("{good}\n{good}\n{{\"a\" 1}}\n{good}\n")),
        ", line 3: not valid JSON: expected `:` at column 6"
    );
    assert_eq!(refusal_of(format!("{good}\n\n17\n")), ", line 3: not a JSON object");
    assert_eq!(
        refusal_of(format!("{good}\n{{\"provider\":")),
        ", line 2: the file is cut off: it ends in the middle of a line or document"
    );
    assert_eq!(
        refusal_of("{\n  \"provider\": {\n    \"appid\": 730,\n  }\n}"),
        ", line 4: not valid JSON: key must be a string at column 3"
    );
    assert_eq!(
        refusal_of("[{\"provider\":{}},\n"),
        ", line 2: the file is cut off: it ends in the middle of a line or document"
    );
    assert_eq!(
        refusal_of("[{\"provider\":{}}]\nx"),
        ", line 2: not valid JSON: 'x' where an object was expected"
    );
    assert_eq!(
        refusal_of("{\"timestamp\":\"yesterday\",\"body\":\"{}\"}\n"),
        ", line 1: \"yesterday\" is not an RFC 3339 time such as 2026-11-20T19:00:00.123Z"
    );
}

#[test]
fn a_foreign_file_says_what_it_seems_to_be() {
    assert_eq!(
        refusal_of("name,kills\nAna,3\n"),
        ": not a recording and no format that can be imported: it does not begin with a JSON object"
    );
    assert_eq!(
        refusal_of(r#"{"name":"Ana","kills":3}"#),
        ": not a recording and no format that can be imported: its first JSON object has kills, name"
    );
}

#[test]
fn a_recording_with_a_wrong_line_is_refused_at_that_line() {
    let mark = r#"{"t_ms":5,"mark":"a"}"#;
    assert_eq!(
        refusal_of(recording_of(&[mark, r#"{"t_ms":4,"mark":"b"}"#])),
        ", line 3: time goes back from 5 ms to 4 ms"
    );
    assert_eq!(
        refusal_of(recording_of(&[r#"{"t_ms":5,"end":"stopped"}"#, mark])),
        ", line 3: a line after the end of the recording"
    );
    let shapeless = ", line 3: not a line of a recording: expected \"t_ms\" with one of frame, fault, mark, event and end";
    assert_eq!(refusal_of(recording_of(&[mark, r#"{"t_ms":9}"#])), shapeless);
    assert_eq!(refusal_of(recording_of(&[mark, r#"{"t_ms":9,"mark":"","end":""}"#])), shapeless);
    assert_eq!(
        refusal_of(recording_of(&[mark, r#"{"state":{}}"#])),
        ", line 3: not a line of a recording: a state can only be the second line"
    );
    assert_eq!(
        refusal_of(recording_of(&[r#"{"t_ms":1,"frame":{"channel":"http"}}"#])),
        ", line 2: not a line of a recording: a frame has one of body and body_b64"
    );
    assert_eq!(
        refusal_of(r#"{"ringside_recording":2,"source":"chess"}"#),
        ", line 1: a recording of format version 2; this version reads version 1"
    );
    assert_eq!(
        refusal_of(r#"{"ringside_recording":1,"recorded_at":"2026-01-01T00:00:00Z"}"#),
        ", line 1: not the header of a recording: missing field `source` at column 61"
    );
}

#[test]
fn a_recording_of_only_a_head_is_empty_and_whole() {
    let folder = Folder::new();
    let recording = Recording::open(&folder.file("a.rsrec", recording_of(&[]))).unwrap();
    assert_eq!(recording.entries().unwrap().count(), 0);
    assert_eq!(recording.header().source, Source::Cs2);
}

#[test]
fn damaged_compression_is_an_error_and_not_an_end() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    let entries: Vec<_> = (0..500).map(|n| frame(n, &format!("{{\"n\":{n}}}"))).collect();
    write(&path, None, &entries, Compression::Zstd);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    let path = folder.file("b.rsrec", bytes);
    let error = Recording::open(&path).and_then(|recording| recording.hash()).unwrap_err();
    assert!(error.is_bad_input(), "{error}");
}

#[test]
fn a_file_larger_than_a_recording_may_be_is_refused_unread() {
    let folder = Folder::new();
    let path = folder.file("a.rsrec", recording_of(&[]));
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(RECORDING_BYTES_MAX + 1).unwrap();
    assert_eq!(refusal(&path), ": larger than the 2147483648 bytes that a recording may have");
}

#[test]
fn a_failed_conversion_leaves_nothing_and_touches_nothing() {
    let folder = Folder::new();
    let input = folder.file("frames", "{\"provider\":{\"appid\":730,\"timestamp\":1}}\n{\n");
    let output = folder.file("a.rsrec", "as it was");
    let recording = import(&input, None).unwrap();
    assert!(recording.write_to(&output, Compression::Plain).is_err());
    assert_eq!(folder.names(), ["a.rsrec", "frames"]);
    assert_eq!(fs::read(&output).unwrap(), b"as it was");
}

/// Text that comes near a recording, so that the deeper places are reached.
fn near_recording() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        HEAD,
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "\"",
        "\\",
        "{\"t_ms\":1,",
        "\"mark\":\"a\"}",
        "{\"provider\":{\"timestamp\":1e300}}",
        "\"frame\":{\"channel\":\"http\",\"body_b64\":\"?\"}}",
        "{\"timestamp\":-1e999,\"body\":1}",
        "{\"gameData\":{\"gameTime\":1e308},\"events\":1}",
        "{\"body\":\"\\ud800\",\"url\":\"\"}",
        "\u{feff}",
        "{\"state\":null}",
        "0",
        " ",
    ]);
    prop::collection::vec(pieces, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic(
        start in prop::sample::select(vec![
            Vec::new(),
            HEAD.as_bytes().to_vec(),
            vec![0x28, 0xb5, 0x2f, 0xfd],
            b"{\"provider\":{}}\n".to_vec(),
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        near in near_recording(),
    ) {
        let folder = Folder::new();
        for content in [[start, bytes].concat(), near.into_bytes()] {
            for name in ["a", "a.part"] {
                let path = folder.file(name, &content);
                for format in [None, Some(Format::GsiLog), Some(Format::GsiFrames), Some(Format::LeagueAllgamedata)] {
                    if let Ok(recording) = import(&path, format) {
                        recording.entries().unwrap().for_each(drop);
                    }
                }
                let sound = verify(&path).is_ok_and(|verification| verification.is_sound());
                prop_assert!(!sound || info(&path).is_ok(), "what is sound can be read");
            }
        }
    }
}

#[test]
fn what_the_writer_takes_the_reader_takes() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    let long = Entry { t_ms: 0, item: Item::Mark("\u{1}".repeat(4 * 1024 * 1024)) };
    let mut writer =
        recording::RecordingWriter::create(&path, &header(Source::League), None, Compression::Zstd)
            .unwrap();
    writer.append(long.clone()).unwrap();
    let longer = Entry { t_ms: 0, item: Item::Mark("\u{1}".repeat(5 * 1024 * 1024)) };
    assert!(matches!(writer.append(longer), Err(Error::Oversized { .. })), "left out");
    let path = writer.end(1, "stopped").unwrap();
    let recording = Recording::open(&path).unwrap();
    assert_eq!(recording.entries().unwrap().next().unwrap().unwrap(), long);
}

#[test]
fn an_input_that_fits_no_recording_is_at_fault_itself() {
    let folder = Folder::new();
    // JSON writes each of these two bytes as two.
    let raw = folder.file("frames", format!("{{\"a\":\"{}\"}}", "\\\"".repeat(7 * 1024 * 1024)));
    let recording = import(&raw, Some(Format::GsiFrames)).unwrap();
    let error = recording.write_to(&folder.path("b.rsrec"), Compression::Plain).unwrap_err();
    assert!(error.is_bad_input(), "{error}");
    assert!(!folder.names().contains(&"b.rsrec".to_owned()));
}
