//! `Retry-After` is read as seconds or a date, and never trusted too far.

use delivery::{RETRY_AFTER_MAX_MS, parse_retry_after};
use event_model::WallTime;
use proptest::prelude::*;

/// 2026-11-20T19:00:00Z.
const NOW_MS: i64 = 1_795_201_200_000;

fn read(header: &str, date: Option<&str>) -> Option<u64> {
    parse_retry_after(header, date, WallTime::from_unix_ms(NOW_MS))
}

#[test]
fn seconds_and_dates_are_read() {
    assert_eq!(read("0", None), Some(0));
    assert_eq!(read(" 17 ", None), Some(17_000));
    assert_eq!(read("Fri, 20 Nov 2026 19:00:30 GMT", None), Some(30_000));
    assert_eq!(read("Fri, 20 Nov 2026 18:00:00 GMT", None), Some(0), "it has passed");
}

#[test]
fn a_date_counts_from_the_servers_own_clock() {
    let read = read("Fri, 20 Nov 2026 09:00:30 GMT", Some("Fri, 20 Nov 2026 09:00:00 GMT"));
    assert_eq!(read, Some(30_000), "whatever the clock here says");
}

#[test]
fn absurd_values_are_bounded() {
    for header in ["99999999", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        assert_eq!(read(header, None), Some(RETRY_AFTER_MAX_MS), "{header}");
    }
}

#[test]
fn anything_else_asks_for_nothing() {
    for header in ["", "soon", "-5", "1.5", "1e3", "+5", "0x10"] {
        assert_eq!(read(header, None), None, "{header:?}");
    }
}

proptest! {
    #[test]
    fn no_header_panics_or_exceeds_the_bound(header: String, date: Option<String>, now: i64) {
        let now = WallTime::from_unix_ms(now);
        let wait = parse_retry_after(&header, date.as_deref(), now);
        prop_assert!(wait.is_none_or(|wait| wait <= RETRY_AFTER_MAX_MS));
    }
}
