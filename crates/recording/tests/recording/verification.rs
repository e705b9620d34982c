//! Verifying goes on behind a bad line and tells of all.

use expect_test::expect;
use recording::{Compression, Counts, Entry, Item, verify};
use serde_json::json;

use crate::support::{Folder, frame, write};

fn entry(t_ms: u64, item: Item) -> Entry {
    Entry { t_ms, item }
}

#[test]
fn a_sound_recording_is_counted() {
    let folder = Folder::new();
    let path = folder.path("a.rsrec");
    let entries = [
        frame(0, "{}"),
        frame(5, "{}"),
        entry(6, Item::Mark("round 3".to_owned())),
        entry(6, Item::Event(json!({"id": 1}))),
        entry(9, Item::End("stopped".to_owned())),
    ];
    write(&path, Some(b"{}"), &entries, Compression::Zstd);
    let found = verify(&path).unwrap();
    assert_eq!(found.counts, Counts { frames: 2, faults: 0, marks: 1, events: 1 });
    assert_eq!((found.duration_ms, found.end.as_deref()), (9, Some("stopped")));
    assert!(found.is_sound());
}

#[test]
fn every_bad_line_is_listed() {
    let folder = Folder::new();
    let text = r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-01-01T00:00:00Z"}
{"t_ms":5,"mark":"a"}
nonsense
{"t_ms":4,"mark":"b"}
{"t_ms":6,"riddle":"b"}
{"t_ms":7,"frame":{"channel":"http","body":"{}"}}
{"t_ms":8,"ma"#;
    let found = verify(&folder.file("a.rsrec.part", text)).unwrap();
    expect![[r#"
        line 3: not valid JSON: expected ident at column 2
        line 4: time goes back from 5 ms to 4 ms
        line 5: not a line of a recording: expected "t_ms" with one of frame, fault, mark, event and end"#]]
    .assert_eq(
        &found
            .problems
            .iter()
            .map(|problem| format!("line {}: {}", problem.line, problem.what))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    assert_eq!(found.counts.frames, 1, "the lines behind are read");
    assert_eq!(found.truncated_at_line, Some(7));
    assert_eq!(found.end, None);
    assert!(!found.is_sound());
}

#[test]
fn only_the_first_problems_are_kept() {
    let folder = Folder::new();
    let head = r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-01-01T00:00:00Z"}"#;
    let found =
        verify(&folder.file("a.rsrec", format!("{head}\n{}", "x\n".repeat(1_000)))).unwrap();
    assert_eq!((found.problems.len(), found.problems_total), (100, 1_000));
}
