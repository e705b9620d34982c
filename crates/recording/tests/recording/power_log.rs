//! Power.log of Hearthstone, read as the recording it would become.

use event_model::{Channel, Source};
use recording::{Entry, Format, Item, Recording, import};

use crate::support::{Folder, bodies, entries, times};

const GAME: &str = "GameState.DebugPrintPower() - ";

fn places(recording: &Recording) -> Vec<(Option<String>, Option<u64>)> {
    let place = |entry: Entry| match entry.item {
        Item::Frame(frame) => {
            assert_eq!(frame.channel, Channel::File);
            Some((frame.file, frame.offset))
        }
        Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    };
    entries(recording).into_iter().filter_map(place).collect()
}

#[test]
fn each_line_is_a_frame_with_its_place_over_midnight() {
    let lines = [
        format!("D 23:59:59.5000000 {GAME}CREATE_GAME\r\n"),
        format!("D 23:59:59.7500000 {GAME}TAG_CHANGE Entity=1 tag=TURN value=1 \r\n"),
        "\r\n".to_owned(),
        format!("D 00:00:01.5000000 {GAME}BLOCK_END"),
    ];
    let folder = Folder::new();
    let recording = import(&folder.file("Power.log", lines.concat()), None).unwrap();
    assert_eq!(recording.format(), Format::PowerLog);
    assert_eq!(recording.header().source, Source::Hearthstone);
    assert_eq!(times(&recording), [0, 250, 2_000, 2_000], "and the end");
    let kept = lines.iter().map(|line| line.trim_end_matches(['\r', '\n']).to_owned());
    let kept: Vec<_> = kept.filter(|line| !line.is_empty()).collect();
    assert_eq!(bodies(&recording), kept);
    let at = |line: usize| lines[..line].concat().len() as u64;
    let file = || Some("Power.log".to_owned());
    let expected = [(file(), Some(at(0))), (file(), Some(at(1))), (file(), Some(at(3)))];
    assert_eq!(places(&recording), expected);
}

#[test]
fn a_log_is_recognised_by_whoever_speaks_first() {
    let begins = [
        "D 10:24:47.2 ================== Begin Spectating 1st player ==================",
        "D 15:28:43.9 PowerTaskList.DebugPrintPower() -     CREATE_GAME",
        "D 15:28:43.9 PowerProcessor.EndCurrentTaskList() - m_currentTaskList=1",
    ];
    for line in begins {
        let folder = Folder::new();
        let recording = import(&folder.file("any name", line), None).unwrap();
        assert_eq!(recording.format(), Format::PowerLog, "{line}");
    }
}

#[test]
fn a_log_that_is_given_away_names_nobody_and_is_read_as_before() {
    let lines = |ana: &str, account: &str| {
        [
            format!("{GAME}Player EntityID=2 PlayerID=1 GameAccountId=[hi=9 lo={account}]"),
            format!("GameState.DebugPrintGame() - PlayerID=1, PlayerName={ana}"),
            format!("{GAME}TAG_CHANGE Entity={ana} tag=TURN value=1 "),
            format!("{GAME}BLOCK_START BlockType=TRIGGER Entity={ana} EffectCardId= Target=0"),
            format!("{GAME}TAG_CHANGE Entity=[name=Some Card id=4 player=1] tag=ZONE value=HAND"),
        ]
        .map(|line| format!("D 1:00:00.0 {line}\n"))
    };
    let folder = Folder::new();
    let named = lines("D#1234", "1001").concat();
    let recording = import(&folder.file("Power.log", named), None).unwrap();
    let path = folder.path("given.rsrec");
    let redacted = recording.redact_to(&path, recording::Compression::Plain).unwrap();
    assert_eq!((redacted.names, redacted.emptied), (2, 0));
    let given = Recording::open(&path).unwrap();
    let expected =
        lines("Player 1", "76561190000000001").map(|line| line.trim_end_matches('\n').to_owned());
    assert_eq!(bodies(&given), expected, "a name that is a sign of the log's own harms none");
}
