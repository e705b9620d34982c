//! Other formats are read as the recordings they would become.

use event_model::{Channel, Frame, Source};
use recording::{Compression, Entry, Format, IMPORT_APP, Item, Recording, import, info};

use crate::support::{Folder, bodies, entries, times};

/// The lines of a GSI payload at a second of the wall clock.
fn payload(appid: u32, timestamp: u64) -> String {
    format!(r#"{{"provider":{{"appid":{appid},"timestamp":{timestamp}}},"map":{{}}}}"#)
}

fn league(game_time: &str) -> String {
    format!(
        "{{\n\t\"allPlayers\": [],\n\t\"events\": {{\"Events\": []}},\n\t\"gameData\": {{\"gameTime\": {game_time}}}\n}}"
    )
}

fn frames(recording: &Recording) -> Vec<Frame> {
    let frame = |entry: Entry| match entry.item {
        Item::Frame(frame) => Some(frame),
        Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    };
    entries(recording).into_iter().filter_map(frame).collect()
}

#[test]
fn a_gsi_log_gives_the_posted_texts_at_their_times() {
    let folder = Folder::new();
    let body = "{\n  \"map\":  {},\"provider\":{\"appid\":730}}";
    let record = |time: &str, body: &str| {
        format!(
            r#"{{"timestamp":"{time}","method":"POST","url":"/gsi","headers":{{"User-Agent":"Invented","X-List":["a","b"]}},"body":{body},"parsedBody":{{}}}}"#
        )
    };
    let text = [
        record("2026-01-01T00:00:01.250Z", &serde_json::to_string(body).unwrap()),
        String::new(),
        record("2026-01-01T00:00:03Z", r#"{ "map" : 1.0 }"#),
        record("2026-01-01T00:00:02Z", "null"),
    ];
    let recording = import(&folder.file("log", text.join("\r\n")), None).unwrap();
    assert_eq!(recording.format(), Format::GsiLog);
    assert_eq!(recording.header().source, Source::Cs2);
    assert_eq!(recording.header().app, IMPORT_APP);
    assert_eq!(recording.header().recorded_at.to_string(), "2026-01-01T00:00:01.250Z");
    assert_eq!(bodies(&recording), [body, r#"{ "map" : 1.0 }"#, ""]);
    assert_eq!(times(&recording), [0, 1_750, 1_750, 1_750], "clamped, and the end");
    let first = &frames(&recording)[0];
    assert_eq!((first.channel, first.path.as_deref()), (Channel::Http, Some("/gsi")));
    assert_eq!(first.headers["user-agent"], "Invented");
    assert_eq!(first.headers["x-list"], "a, b");
}

#[test]
fn a_gsi_log_may_count_its_time_and_lack_what_it_does_not_need() {
    let folder = Folder::new();
    let lines = [
        r#"{"timestamp":1767225600,"body":"{}","headers":null}"#,
        r#"{"timestamp":1767225601500,"method":"GET"}"#,
        r#"{"url":"/","body":""}"#,
    ];
    let recording = import(&folder.file("log", lines.join("\n")), None).unwrap();
    assert_eq!(recording.header().recorded_at.to_string(), "2026-01-01T00:00:00.000Z");
    assert_eq!(times(&recording), [0, 1_500, 1_500, 1_500]);
    let foreign = folder.file("log", "{\"hello\":1}\n");
    assert!(import(&foreign, Some(Format::GsiLog)).is_err(), "no request at all");
}

#[test]
fn gsi_frames_keep_their_bytes_and_the_time_of_their_provider() {
    let folder = Folder::new();
    let foreign = r#"{"player":{"name":"Ana  "}  }"#.to_owned();
    let lines = [foreign, payload(730, 100), payload(730, 103), r#"{"round":1}"#.to_owned()];
    let recording = import(&folder.file("frames", lines.join("\n")), None).unwrap();
    assert_eq!(recording.format(), Format::GsiFrames);
    assert_eq!(bodies(&recording), lines, "a frame without provider is a frame");
    assert_eq!(times(&recording), [0, 0, 3_000, 3_000, 3_000]);
    assert_eq!(recording.header().recorded_at.unix_ms(), 100_000);
}

#[test]
fn dota_2_is_told_by_its_app_or_by_its_blocks() {
    let folder = Folder::new();
    for text in [
        payload(570, 1),
        r#"{"hero":{"id":1}}"#.to_owned(),
        r#"{"map":{"matchid":"1"}}"#.to_owned(),
        r#"{"events":[{"event_type":"aegis"}]}"#.to_owned(),
    ] {
        let recording = import(&folder.file("frame", &text), None).unwrap();
        assert_eq!(recording.header().source, Source::Dota2, "{text}");
    }
}

#[test]
fn rocket_leagues_messages_keep_their_bytes_and_the_time_they_came_at() {
    let folder = Folder::new();
    let (tick, goal) =
        (r#"{"Event":"BallHit","Data":"{}"}"#, r#"{"Event": "GoalScored",  "Data":"{}"}"#);
    let lines = [
        format!(r#"{{"recv_ts":1.5,"msg":{tick}}}"#),
        format!(r#"{{"recv_ts":2.016,"msg":{goal}}}"#),
    ];
    let recording = import(&folder.file("stream", lines.join("\n")), None).unwrap();
    assert_eq!(recording.format(), Format::RocketLeagueStream);
    assert_eq!(recording.header().source, Source::RocketLeague);
    assert_eq!(recording.header().recorded_at.unix_ms(), 1_500);
    assert_eq!(bodies(&recording), [tick, goal]);
    assert_eq!(times(&recording), [0, 516, 516]);
    let bare = import(&folder.file("stream", format!("[{tick},{goal}]")), None).unwrap();
    assert_eq!(bodies(&bare), [tick, goal], "without the times");
}

#[test]
fn league_documents_count_from_the_first_and_know_no_wall_time() {
    let folder = Folder::new();
    let documents = [league("100.5"), league("101.75"), league("2.0"), league("3.0")];
    let in_a_list = format!("[\n{}\n]\n", documents.join(",\n"));
    let in_a_line = format!("[{}]", documents.join(",").replace("\n\t", ""));
    for (text, what) in [
        (documents.join("\n"), "one after another"),
        (documents.concat(), "without a gap"),
        (in_a_list, "in a list"),
        (in_a_line, "in a list on one line"),
    ] {
        let recording = import(&folder.file("documents", &text), None).unwrap();
        assert_eq!(recording.format(), Format::LeagueAllgamedata, "{what}");
        assert_eq!(times(&recording), [0, 1_250, 1_250, 2_250, 2_250], "{what}");
        assert_eq!(recording.header().recorded_at.unix_ms(), 0, "{what}");
        assert_eq!(frames(&recording)[0].path.as_deref(), Some("/liveclientdata/allgamedata"));
    }
    let recording = import(&folder.file("documents", documents.join("\n")), None).unwrap();
    assert_eq!(bodies(&recording), documents, "byte for byte");
}

#[test]
fn league_documents_may_stand_one_a_line() {
    let folder = Folder::new();
    let error = r#"{"errorCode":"RESOURCE_NOT_FOUND","httpStatus":404}"#.to_owned();
    let lines = [league("1").replace("\n\t", " "), error, league("2").replace("\n\t", " ")];
    let lines = lines.map(|line| line.replace('\n', ""));
    let recording = import(&folder.file("lines", lines.join("\n")), None).unwrap();
    assert_eq!(bodies(&recording), lines);
    assert_eq!(times(&recording), [0, 0, 1_000, 1_000]);
}

#[test]
fn a_single_frame_is_a_recording_of_one() {
    let folder = Folder::new();
    let pretty = "\u{feff}{\n  \"provider\": {\n    \"appid\": 730\n  }\n}\n";
    let recording = import(&folder.file("frame.json", pretty), None).unwrap();
    assert_eq!(bodies(&recording), [pretty.trim_start_matches('\u{feff}').trim_end()]);
}

#[test]
fn an_import_has_the_hash_of_the_recording_it_becomes() {
    let folder = Folder::new();
    let lines = [payload(730, 5), payload(730, 6)].join("\n");
    let imported = import(&folder.file("frames", &lines), None).unwrap();
    let path = imported.write_to(&folder.path("a.rsrec"), Compression::Zstd).unwrap();
    let recording = import(&path, None).unwrap();
    assert_eq!(recording.format(), Format::Rsrec);
    assert_eq!(recording.hash().unwrap(), imported.hash().unwrap());
    assert_eq!(entries(&recording), entries(&imported));
    let zipped = zstd::encode_all(lines.as_bytes(), 0).unwrap();
    let zipped = import(&folder.file("frames.zst", zipped), None).unwrap();
    assert_eq!(zipped.hash().unwrap(), imported.hash().unwrap(), "compressed as well");
}

#[test]
fn a_named_format_is_taken_at_its_word() {
    let folder = Folder::new();
    let path = folder.file("frames", "{\"hello\":1}\n{}\n");
    assert!(import(&path, None).is_err(), "nothing tells it");
    let recording = import(&path, Some(Format::GsiFrames)).unwrap();
    assert_eq!(bodies(&recording), [r#"{"hello":1}"#, "{}"]);
}

#[test]
fn info_tells_of_importable_files_too() {
    let folder = Folder::new();
    let lines = [payload(730, 5), payload(730, 7)].join("\n");
    let info = info(&folder.file("frames", lines)).unwrap();
    let json = serde_json::to_value(&info).unwrap();
    assert_eq!(json["format"], "gsi-frames");
    assert_eq!(json["source"], "cs2");
    assert_eq!(json["frames"], 2);
    assert_eq!(json["duration_ms"], 2_000);
    assert_eq!(json["ended_at"], "1970-01-01T00:00:07.000Z");
    assert_eq!(json["end"], "imported");
}

#[test]
fn a_journal_of_elite_gives_its_lines_with_their_file_and_places() {
    let folder = Folder::new();
    let line = |second: u32, event: &str| {
        format!(r#"{{ "timestamp":"2026-01-01T00:00:{second:02}Z", "event":"{event}" }}"#)
    };
    let text = [line(1, "Fileheader"), line(3, "Music"), line(3, "Music"), "{\"tim".to_owned()];
    let name = "Journal.2026-01-01T010001.01.log";
    let recording = import(&folder.file(name, text.join("\r\n")), None).unwrap();
    assert_eq!(recording.format(), Format::EliteJournal);
    assert_eq!(recording.header().source, Source::Elite);
    assert_eq!(recording.header().recorded_at.to_string(), "2026-01-01T00:00:01.000Z");
    assert_eq!(times(&recording), [0, 2_000, 2_000, 2_000, 2_000]);
    let frames = frames(&recording);
    let places: Vec<_> = frames.iter().map(|frame| frame.offset.unwrap()).collect();
    let length = line(3, "Music").len() as u64 + 2;
    let header = line(1, "Fileheader").len() as u64 + 2;
    assert_eq!(places, [0, header, header + length, header + 2 * length]);
    assert!(frames.iter().all(|frame| frame.channel == Channel::File));
    assert!(frames.iter().all(|frame| frame.file.as_deref() == Some(name)), "without its folder");
    assert_eq!(frames[3].body, b"{\"tim", "what is cut off is for the session to count");
}
