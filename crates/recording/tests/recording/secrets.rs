//! No secret reaches a file.

use std::fs;

use event_model::{Channel, Frame, Reading, Source};
use recording::{Compression, Entry, Item, Recording, RecordingWriter, import, verify};

use crate::support::{Folder, header};

const CANARY: &str = "c4nary-t0ken";

fn secret_frame() -> Frame {
    let body =
        format!("{{\n\t\"map\": {{}},\n\t\"auth\": {{\n\t\t\"token\": \"{CANARY}\"\n\t}}\n}}");
    let mut frame = Frame::new(Channel::Http, body);
    frame.headers.insert("authorization".to_owned(), format!("Bearer {CANARY}"));
    frame
}

fn assert_clean(path: &std::path::Path) {
    let recording = Recording::open(path).unwrap();
    for entry in recording.entries().unwrap() {
        assert!(!format!("{:?}", entry.unwrap()).contains(CANARY));
    }
    let bytes = fs::read(path).unwrap();
    assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()));
    assert_eq!(verify(path).unwrap().frames_with_secrets, 0);
}

#[test]
fn they_are_cut_before_the_first_write() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    let header = header(Source::Cs2);
    let mut writer = RecordingWriter::create(&path, &header, None, Compression::Plain).unwrap();
    writer.write(0, &Reading::Frame(secret_frame())).unwrap();
    writer.append(Entry { t_ms: 1, item: Item::Frame(secret_frame()) }).unwrap();
    let part = fs::read_to_string(writer.part_path()).unwrap();
    assert!(!part.contains(CANARY), "not even while it is written");
    assert_clean(&writer.end(2, "stopped").unwrap());
}

#[test]
fn they_are_cut_while_importing() {
    let folder = Folder::new();
    let payload =
        format!(r#"{{"provider":{{"appid":730,"timestamp":7}},"auth":{{"token":"{CANARY}"}}}}"#);
    let quoted = serde_json::to_string(&payload).unwrap();
    let log = format!(
        r#"{{"timestamp":"2026-01-01T00:00:00Z","method":"POST","url":"/","headers":{{"Authorization":"Bearer {CANARY}"}},"body":{quoted},"parsedBody":{payload}}}"#
    );
    for (name, text) in [("frames.jsonl", payload), ("log.jsonl", log)] {
        let imported = import(&folder.file(name, text), None).unwrap();
        let body = &crate::support::bodies(&imported)[0];
        assert!(body.contains(r#""auth":{"token":"[cut]"}"#), "{body}");
        let hash = imported.hash().unwrap();
        let path = imported.write_to(&folder.path("a.rsrec"), Compression::Plain).unwrap();
        assert_clean(&path);
        assert_eq!(Recording::open(&path).unwrap().hash().unwrap(), hash, "{name}");
    }
}

#[test]
fn those_put_in_by_others_are_found_and_cut_when_converting() {
    let folder = Folder::new();
    let line = |body: &str| {
        serde_json::json!({"t_ms": 0, "frame": {"channel": "http", "body": body}}).to_string()
    };
    let head = r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-01-01T00:00:00Z"}"#;
    let body = String::from_utf8(secret_frame().body).unwrap();
    let path = folder.file("a.rsrec", [head, &line(&body), &line("{}")].join("\n"));
    let found = verify(&path).unwrap();
    assert_eq!(found.frames_with_secrets, 1);
    assert_eq!(found.problems[0].line, 2);
    assert!(!found.is_sound());
    let recording = Recording::open(&path).unwrap();
    assert_clean(&recording.write_to(&folder.path("b.rsrec"), Compression::Plain).unwrap());
}
