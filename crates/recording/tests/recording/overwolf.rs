//! Overwolf's messages, as the page sends them and as tools keep them.

use event_model::Source;
use recording::{Format, import};

use crate::support::{Folder, bodies, times};

const OF_PAGE: [&str; 2] = [
    r#"{"run":"r","seq":1,"at":"2026-01-01T00:00:00.000Z","channel":"getInfo","gameId":21640,"payload":{"success":true,"res":{}}}"#,
    r#"{"run":"r","seq":2,"at":"2026-01-01T00:00:01.250Z","channel":"onNewEvents","gameId":21640,"payload":{"events":[{"name":"match_start","data":""}]}}"#,
];

#[test]
fn each_line_is_a_frame_as_it_stands_at_its_time() {
    let folder = Folder::new();
    let path = folder.file("log", OF_PAGE.join("\n"));
    let recording = import(&path, None).unwrap();
    assert_eq!(recording.header().source, Source::Overwolf);
    assert_eq!(recording.header().recorded_at, "2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(bodies(&recording), OF_PAGE);
    assert_eq!(times(&recording)[..2], [0, 1_250]);
}

#[test]
fn every_form_of_a_message_is_known_for_what_it_is() {
    for line in [
        OF_PAGE[0],
        r#"{"kind":"onNewEvents","src":"a tool","raw":{"events":[{"name":"kill","data":6}]}}"#,
        r#"{"info":{"me":{}},"feature":"me"}"#,
        r#"{"feature":"match_info","event":"match_start","data":null}"#,
        r#"{"gameId":21640,"feature":"match_info","category":"match_info","key":"kill_feed","value":"{}"}"#,
        r#"{"success":true,"res":{"me":{"player_id":"a"}}}"#,
    ] {
        let folder = Folder::new();
        let path = folder.file("log", line);
        let recording = import(&path, None).unwrap();
        assert_eq!(recording.header().source, Source::Overwolf, "{line}");
        assert!(import(&path, Some(Format::OverwolfGep)).is_ok());
    }
}
