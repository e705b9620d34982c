//! Files that are not what they should be: exit code 3 and one sentence, and
//! nothing half-written.

use std::path::Path;

use system_tests::Device;

fn bad_files(folder: &Path) -> Vec<(std::path::PathBuf, &'static str)> {
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let header = r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-11-20T19:00:00.000Z","app":"t","session_logic":1,"redaction":"none"}"#;
    let oversized = format!("{{\"provider\":\"{}\"}}\n", "x".repeat(26 * 1024 * 1024));
    vec![
        (write("empty.jsonl", b""), "empty"),
        (write("binary.bin", &[0, 159, 146, 150, 0, 1]), "binary"),
        (write("prose.txt", b"dear diary"), "not a recording"),
        (write("foreign.json", br#"{"hello":"world"}"#), "not a recording"),
        (write("cut.json", br#"{"activePlayer":{"summonerName":"Ana"#), "cut off"),
        (write("torn.rsrec", format!("{header}\n{{\"t_ms\":5,\"fra").as_bytes()), "line 2"),
        (write("version.rsrec", header.replace(":1,", ":9,").as_bytes()), "version 9"),
        (folder.join("absent.jsonl"), "no such file"),
        (write("oversized.jsonl", oversized.as_bytes()), "longer than"),
    ]
}

#[test]
fn replay_and_import_refuse_it_in_one_sentence_and_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (file, word) in bad_files(folder.path()) {
        for verb in [&["replay"][..], &["recording", "import"][..]] {
            let device = Device::new(&folder.path().join("device"));
            let output = device.command(verb).arg(&file).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(3), "{verb:?} {}: {said}", file.display());
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            assert!(said.contains(&name) && said.contains(word), "{said}");
            assert_eq!(said.trim_end().lines().count(), 1, "{said}");
            assert!(!device.data_dir().join("outbox.sqlite").exists(), "nothing half-written");
            assert!(!file.with_extension("rsrec.converting").exists());
        }
    }
}

#[test]
fn a_server_in_the_clear_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(folder.path());
    let file = folder.path().join("match.jsonl");
    std::fs::write(&file, r#"{"provider":{"appid":730,"steamid":"1","timestamp":1}}"#).unwrap();
    let replayed = device.replay(&file, Some("http://ringside.example.org")).unwrap();
    assert_eq!(replayed.code, Some(2), "{}", replayed.stderr);
    assert!(replayed.stderr.contains("in the clear"), "{}", replayed.stderr);
}

#[test]
fn frames_that_cannot_be_read_are_counted_and_the_others_read_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.jsonl");
    let body = |kills: u32| {
        let player = format!(
            r#""player":{{"steamid":"76561190000000001","name":"Ana","match_stats":{{"kills":{kills},"deaths":0,"assists":0}}}}"#
        );
        format!(
            r#"{{"provider":{{"appid":730,"steamid":"76561190000000001","timestamp":{}}},"map":{{"name":"de_dust2","mode":"competitive","phase":"live","round":0}},"round":{{"phase":"live"}},{player}}}"#,
            1_700_000_000 + kills
        )
    };
    let lines = [body(0), r#"{"map":{"phase":"live"}}"#.to_owned(), body(1)];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let replayed = Device::new(&folder.path().join("device")).replay(&file, None).unwrap();
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert_eq!(replayed.report["unreadable"], 1);
    assert_eq!(replayed.report["frames"], 3);
    assert!(replayed.report["captured"].as_u64().unwrap() >= 2, "{}", replayed.report);
}
