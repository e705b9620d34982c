//! Files as the game brings them, and as people leave them.

use proptest::prelude::*;

use super::*;

/// As the game brings it.
const BROUGHT: &str = "[TAGame.MatchStatsExporter_TA]\r\n\r\n; Port the client listens on\r\n\
    Port=49123\r\n\r\n; How many times per second (0 disables this feature)\r\nPacketSendRate=0\r\n";

fn set(text: &str) -> String {
    with_stats_api_text(text, 49_123)
}

#[test]
fn only_the_rate_changes_in_the_file_that_the_game_brings() {
    assert_eq!(set(BROUGHT), BROUGHT.replace("PacketSendRate=0", "PacketSendRate=10"));
}

#[test]
fn a_file_that_says_so_stays_as_it_is() {
    for rate in ["10", "60", "0.5", " 120 "] {
        let text = BROUGHT.replace("PacketSendRate=0", &format!("PacketSendRate={rate}"));
        assert_eq!(set(&text), text);
    }
}

#[test]
fn another_port_is_changed_and_nothing_else() {
    let text = BROUGHT.replace("SendRate=0", "SendRate=60");
    assert_eq!(with_stats_api_text(&text, 50_000), text.replace("Port=49123", "Port=50000"));
}

#[test]
fn a_key_of_another_section_or_in_a_remark_is_not_ours() {
    let text = "[Other]\nPacketSendRate=0\nPort=1\n[tagame.matchstatsexporter_ta]\n\
                ;PacketSendRate=0\nport = 49123 ; mine\n packetsendrate = 0 ; off\n[Next]\nPort=2\n";
    assert_eq!(set(text), text.replace("packetsendrate = 0", "packetsendrate = 10"));
}

#[test]
fn what_is_missing_is_added_with_the_files_own_line_ends() {
    let added = "PacketSendRate=10\nPort=49123\n";
    let sorted = |text: String| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    for text in ["[A]\nB=1\n", "[A]\nB=1", "[A]\nB=1\n[TAGame.MatchStatsExporter_TA]"] {
        let out = set(text);
        assert!(out.starts_with(text), "{out:?}");
        assert!(!out.contains('\r'), "{out:?}");
        let own = out.split_once(&format!("[{SECTION}]\n")).unwrap().1;
        assert_eq!(sorted(own.to_owned()), sorted(added.to_owned()));
        assert_eq!(set(&out), out, "and then it says so");
    }
    assert!(set("").starts_with("[TAGame.MatchStatsExporter_TA]\r\n"));
    let header_first = "[TAGame.MatchStatsExporter_TA]\r\nOther=1\r\n";
    let out = set(header_first);
    assert!(out.ends_with("\r\nOther=1\r\n") && out.contains("PacketSendRate=10\r\n"), "{out:?}");
}

#[test]
fn what_is_no_number_is_no_rate() {
    for rate in ["", "off", "-1", "inf", "NaN"] {
        let text = BROUGHT.replace("PacketSendRate=0", &format!("PacketSendRate={rate}"));
        assert!(set(&text).contains("PacketSendRate=10\r\n"), "{rate}");
    }
}

#[test]
fn every_encoding_goes_back_to_its_bytes() {
    let accented = BROUGHT.replace("Port the", "Port für 四月 the");
    let expected = set(&accented);
    let little = |text: &str| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<_>>()
    };
    let big = |text: &str| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_be_bytes).collect::<Vec<_>>()
    };
    assert_eq!(with_stats_api(&little(&accented), 49_123), Ok(little(&expected)));
    assert_eq!(with_stats_api(&big(&accented), 49_123), Ok(big(&expected)));
    assert_eq!(with_stats_api(accented.as_bytes(), 49_123), Ok(expected.clone().into_bytes()));
    let marked = format!("\u{feff}{accented}");
    assert_eq!(
        with_stats_api(marked.as_bytes(), 49_123),
        Ok(format!("\u{feff}{expected}").into_bytes()),
        "a mark before the section hides it not"
    );
    let western: Vec<u8> = BROUGHT.bytes().chain(*b"; f\xfcr mich\r\n").collect();
    let out = with_stats_api(&western, 49_123).unwrap();
    assert!(out.ends_with(b"; f\xfcr mich\r\n") && out.len() == western.len() + 1);
}

#[test]
fn what_is_no_text_is_refused_in_a_sentence() {
    let lone: Vec<u8> = [0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00].to_vec();
    for file in [b"[A]\0B=1".to_vec(), vec![0xff, 0xfe, 0x41], lone] {
        assert_eq!(with_stats_api(&file, 49_123), Err(Refused::NoText));
    }
    assert!(Refused::NoText.to_string().contains("by hand"));
}

proptest! {
    #[test]
    fn any_file_says_so_after_one_change_and_stays_then(
        lines in prop::collection::vec(
            prop_oneof![
                Just("[TAGame.MatchStatsExporter_TA]".to_owned()), Just("[Other]".to_owned()),
                Just("Port=1".to_owned()), Just("PacketSendRate=0".to_owned()),
                "[ -~]{0,20}", "[;=\\[\\] é]{0,6}",
            ],
            0..12,
        ),
        crlf in any::<bool>(),
    ) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        let once = set(&text);
        prop_assert_eq!(set(&once), once.clone());
        prop_assert!(!values(&once, PORT_KEY).is_empty());
        for span in values(&once, RATE_KEY) {
            prop_assert!(once[span].parse::<f32>().unwrap() > 0.0);
        }
        for line in text.lines().filter(|line| value_of(line, PORT_KEY).is_none() && value_of(line, RATE_KEY).is_none()) {
            prop_assert!(once.contains(line.trim_end_matches('\r')));
        }
    }

    #[test]
    fn any_bytes_are_changed_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(once) = with_stats_api(&bytes, 7) {
            prop_assert_eq!(with_stats_api(&once, 7), Ok(once));
        }
    }
}
