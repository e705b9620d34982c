//! `Retry-After`: when the server wants to hear from us again.

use std::time::UNIX_EPOCH;

use event_model::WallTime;

/// Longest wait that a server can ask for: a slip of the pen (or a proxy's
/// date in another century) must not silence a device for longer.
pub const RETRY_AFTER_MAX_MS: u64 = 60 * 60 * 1_000;

/// The wait that a `Retry-After` header asks for, bounded; `None` where it is
/// neither seconds nor an HTTP date. A date is read against the server's own
/// `Date` header where it sent one, so that a wrong wall clock here does no
/// harm.
#[must_use]
pub fn parse_retry_after(header: &str, date: Option<&str>, now: WallTime) -> Option<u64> {
    let text = header.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number can have mean: very long.
        let seconds = text.parse::<u64>().unwrap_or(u64::MAX);
        return Some(seconds.saturating_mul(1_000).min(RETRY_AFTER_MAX_MS));
    }
    let until = http_date_ms(text)?;
    let from = date.and_then(http_date_ms).unwrap_or(now.unix_ms());
    let wait = u64::try_from(until.saturating_sub(from)).unwrap_or(0);
    Some(wait.min(RETRY_AFTER_MAX_MS))
}

fn http_date_ms(text: &str) -> Option<i64> {
    let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_millis()).ok()
}
