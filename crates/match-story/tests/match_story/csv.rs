//! The spreadsheet.

use event_model::Kind;
use match_story::{ByteOrderMark, csv};

use crate::support::{Kept, id, league, story};

/// What a reader of CSV finds in the attacker's cell of the only row.
fn attacker(name: &str) -> String {
    let text = csv(&story(&[league(1, 1, Kind::Kill).by(name)]), ByteOrderMark::Without);
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
    assert!(csv(&story(&[kill]), ByteOrderMark::Without).contains(",-500,"));
}

#[test]
fn there_is_a_row_for_every_event_below_the_names() {
    let kept: Vec<Kept> =
        Kind::ALL.into_iter().zip(1..).map(|(kind, n)| league(n, n as i64, kind)).collect();
    let text = csv(&story(&kept), ByteOrderMark::Without);
    assert!(text.starts_with("event_id,match,game,kind,"));
    assert!(text.lines().nth(1).is_some_and(|row| row.starts_with(&id(1).to_string())));
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
    let (with, without) = (csv(&story, ByteOrderMark::With), csv(&story, ByteOrderMark::Without));
    assert_eq!(with.strip_prefix('\u{feff}'), Some(without.as_str()));
}
