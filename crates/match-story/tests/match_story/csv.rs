//! The spreadsheet.

use std::collections::BTreeMap;

use event_model::Kind;
use match_story::{ByteOrderMark, Separator, Sheet, csv};

use crate::support::{Kept, cs2, id, league, plain, story};

/// What a reader of CSV finds in the attacker's cell of the only row.
fn attacker(name: &str) -> String {
    let text = csv(&story(&[league(1, 1, Kind::Kill).by(name)]), &plain());
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().expect("the first row has the names").clone();
    let column = names.iter().position(|name| name == "attacker").expect("there is such a column");
    let rows: Vec<_> = reader.records().map(|row| row.expect("it is CSV")).collect();
    assert_eq!(rows.len(), 1, "a name makes no row");
    rows[0][column].to_owned()
}

#[test]
fn names_come_back_whatever_they_hold() {
    for name in ["Ana", "a,b", "say \"hi\"", "two\r\nlines", "a;b\tc", " 四月 ", "x=1", ""] {
        assert_eq!(attacker(name), name);
    }
}

#[test]
fn no_name_is_a_formula() {
    let formulas = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "＠a", "－1",
        "=\"a\",b",
    ];
    for name in formulas {
        assert_eq!(attacker(name), format!("'{name}"), "a spreadsheet shows it as text");
    }
    assert_eq!(attacker("'=1"), "''=1", "so that every name can be told from a guarded one");
}

#[test]
fn our_own_numbers_stay_numbers() {
    let mut kill = league(1, 0, Kind::Kill);
    kill.event.data.match_clock_ms = Some(-500);
    assert!(csv(&story(&[kill]), &plain()).contains(",-500,"));
}

#[test]
fn there_is_a_row_for_every_event_below_the_names() {
    let kept: Vec<Kept> =
        Kind::ALL.into_iter().zip(1..).map(|(kind, n)| league(n, n as i64, kind)).collect();
    let text = csv(&story(&kept), &plain());
    assert!(text.starts_with("local_time,what,event_id,match,game,kind,"));
    let first = format!("2026-11-20 19:00:02,,{}", id(1));
    assert!(text.lines().nth(1).is_some_and(|row| row.starts_with(&first)), "{text}");
    // A gap is no event of a match.
    assert_eq!(
        text.matches("\r\n").count(),
        Kind::ALL.len() - 1 + 1,
        "each line ends as RFC 4180 says"
    );
}

#[test]
fn a_byte_order_mark_is_written_where_it_is_wanted() {
    let story = story(&[league(1, 1, Kind::Kill)]);
    let marked = Sheet { mark: ByteOrderMark::With, ..plain() };
    let (with, without) = (csv(&story, &marked), csv(&story, &plain()));
    assert_eq!(with.strip_prefix('\u{feff}'), Some(without.as_str()));
}

/// The cells of the columns named, row by row.
fn cells(text: &str, separator: u8, names: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let header = reader.headers().expect("the first row has the names").clone();
    let at = |name: &&str| header.iter().position(|known| known == *name).expect("a column");
    let columns: Vec<_> = names.iter().map(at).collect();
    let rows = reader.records().map(|row| row.expect("it is CSV"));
    rows.map(|row| columns.iter().map(|column| row[*column].to_owned()).collect()).collect()
}

#[test]
fn where_a_comma_is_in_numbers_a_semicolon_parts_the_cells() {
    let labels = BTreeMap::from([(id(1), "Du hast Bo; Cy, Dee getötet".to_owned())]);
    let german =
        Sheet { separator: Separator::Semicolon, utc_offset_min: 60, labels: &labels, ..plain() };
    let text = csv(&story(&[league(1, 1, Kind::Kill).by("a;b,c")]), &german);
    let told = cells(&text, b';', &["local_time", "what", "attacker"]);
    assert_eq!(told, [["2026-11-20 20:00:02", "Du hast Bo; Cy, Dee getötet", "a;b,c"]]);
}

#[test]
fn weapon_streak_and_objective_have_columns() {
    let kept = [
        cs2(1, 1, Kind::Kill).own_kill().with("weapon", "weapon_ak47").with("headshot", true),
        cs2(2, 2, Kind::MultiKill).with("kill_streak", 3),
        cs2(3, 3, Kind::ObjectiveTaken).with("objective", "dragon"),
    ];
    let told =
        cells(&csv(&story(&kept), &plain()), b',', &["weapon", "headshot", "streak", "named"]);
    assert_eq!(told, [["weapon_ak47", "yes", "", ""], ["", "", "3", ""], ["", "", "", "dragon"]]);
}

#[test]
fn the_row_of_a_rounds_end_has_its_score() {
    let kept = [
        cs2(1, 1, Kind::Kill).own_kill().with("team", "CT").round(1),
        cs2(2, 2, Kind::RoundEnded).won(1, "CT", 1, 0),
        cs2(3, 9, Kind::Kill).own_kill().with("team", "CT").round(2),
        cs2(4, 10, Kind::RoundEnded).won(2, "T", 1, 1),
    ];
    let told = cells(&csv(&story(&kept), &plain()), b',', &["own_score", "other_score", "winner"]);
    assert_eq!(told, [["", "", ""], ["1", "0", "CT"], ["", "", ""], ["1", "1", "T"]]);
}
