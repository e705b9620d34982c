//! How long to wait after a failure.

/// The first delay's upper end.
const BACKOFF_FIRST_MS: u64 = 1_000;
/// Longest delay of our own: a player who comes home to a server that is back
/// sees the upload go on within five minutes.
pub const BACKOFF_MAX_MS: u64 = 5 * 60 * 1_000;
/// First gap while the server does not know the token.
const PAUSE_FIRST_MS: u64 = 5_000;
/// Longest gap while it does not: a token that an operator restores works
/// within a minute.
pub const PAUSE_MAX_MS: u64 = 60_000;
/// The share of a gap that is drawn at random, so that the devices of one
/// operator do not ask in step.
const PAUSE_JITTER_SHARE: u64 = 6;

/// The delay after `failures` failures in a row (from 1):
/// d/2 + random(0, d/2), d = 1 s · 2ⁿ, capped.
///
/// What the server asked for is waited for in full, and the random part comes
/// on top of it; it then grows with the request, so that a thousand devices
/// told "60 s" do not come back in the same second.
#[must_use]
pub fn backoff_ms(failures: u32, retry_after_ms: Option<u64>, random: u64) -> u64 {
    let own = doubled(BACKOFF_FIRST_MS, failures).min(BACKOFF_MAX_MS);
    let asked = retry_after_ms.unwrap_or(0);
    (own / 2).max(asked) + up_to(own.max(asked) / 2, random)
}

/// The gap after `failures` answers in a row (from 1) that our token is not
/// taken: 5 s growing to 1 min.
#[must_use]
pub fn pause_ms(failures: u32, random: u64) -> u64 {
    let longest = PAUSE_MAX_MS - PAUSE_MAX_MS / PAUSE_JITTER_SHARE;
    let gap = doubled(PAUSE_FIRST_MS, failures).min(longest);
    gap + up_to(gap / (PAUSE_JITTER_SHARE - 1), random)
}

fn doubled(first_ms: u64, failures: u32) -> u64 {
    let factor = 1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX);
    first_ms.saturating_mul(factor)
}

fn up_to(most: u64, random: u64) -> u64 {
    random % (most + 1)
}
