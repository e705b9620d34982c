//! When the next request may go out: one circuit per server.
//!
//! Serializable, so that a restart does not forget how often the server failed.

use std::fmt;

use event_model::{ClockReading, Moment, WallTime};
use serde::{Deserialize, Serialize};

use crate::{OtherRequests, Silence, backoff_ms, pause_ms, refusal::REFUSED_IN_A_ROW_MAX};

/// Failures in a row, and the wait that they led to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circuit {
    failures: u32,
    refused_in_a_row: u32,
    successes: u64,
    wait: Option<Wait>,
    /// Refusals in a row of what stands aside, and the wait of that alone.
    #[serde(default)]
    aside_refused: u32,
    #[serde(default)]
    aside_wait: Option<Wait>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wait {
    since_clock: ClockReading,
    since_wall: WallTime,
    ms: u64,
    reason: WaitReason,
}

impl Wait {
    fn begun(ms: u64, reason: WaitReason, now: Moment) -> Self {
        Self { since_clock: now.clock, since_wall: now.wall, ms, reason }
    }

    fn left_ms(&self, now: Moment) -> u64 {
        let passed = if self.since_clock.epoch == now.clock.epoch {
            now.clock.mono_ms.saturating_sub(self.since_clock.mono_ms)
        } else {
            let passed = now.wall.unix_ms().saturating_sub(self.since_wall.unix_ms());
            u64::try_from(passed).unwrap_or(0)
        };
        self.ms.saturating_sub(passed)
    }
}

/// Why nothing is sent at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitReason {
    /// This device has no token for the server.
    NotEnrolled,
    /// The server does not know the token.
    Unauthenticated,
    /// The server knows the token and does not let it in.
    Forbidden,
    /// The server needs a newer client.
    UpgradeRequired,
    /// No answer.
    Silence(Silence),
    /// An answer without receipts.
    Status(u16),
    /// 200, but not from a Ringside server.
    NotOurServer,
    /// The server neither takes nor refuses some events: it wants them again.
    AskedAgain,
    /// The outbox itself could not be read or written.
    OutboxFailed,
}

impl fmt::Display for WaitReason {
    /// A sentence for the player.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEnrolled => f.write_str(
                "this device is not enrolled at the server (an enrolment key is needed)",
            ),
            Self::Unauthenticated => f.write_str("the server does not know this device's token"),
            Self::Forbidden => f.write_str("the server does not let this device in"),
            Self::UpgradeRequired => f.write_str("the server needs a newer version of Ringside"),
            Self::Silence(Silence::Unreachable) => f.write_str("the server cannot be reached"),
            Self::Silence(Silence::Untrusted) => {
                f.write_str("the server's certificate is not trusted")
            }
            Self::Silence(Silence::TimedOut) => f.write_str("the server did not answer in time"),
            Self::Silence(Silence::Broken) => f.write_str("the connection to the server broke"),
            Self::Silence(Silence::TooLong) | Self::NotOurServer => {
                f.write_str("what answers there is not a Ringside server")
            }
            Self::Status(status) => write!(f, "the server answered with status {status}"),
            Self::AskedAgain => f.write_str("the server asked for some events again later"),
            Self::OutboxFailed => f.write_str("the outbox cannot be read or written"),
        }
    }
}

impl Circuit {
    /// A request succeeded: the next may go out at once.
    pub fn succeed(&mut self) {
        *self = Self { successes: self.successes.saturating_add(1), ..Self::default() };
    }

    /// The server is another one from here on: no failure of before counts.
    pub fn begin_again(&mut self) {
        *self = Self { successes: self.successes, ..Self::default() };
    }

    /// The server answered, and took no event: it was asked a question without
    /// any, or wants all of them again. An outage is over by it. It is no success:
    /// somebody on the way may let nothing pass but questions; and what stands
    /// aside waits on.
    pub fn answered(&mut self) {
        self.failures = 0;
        self.refused_in_a_row = 0;
        self.wait = None;
    }

    /// A request failed in a way that time may heal.
    pub fn back_off(
        &mut self,
        reason: WaitReason,
        retry_after_ms: Option<u64>,
        now: Moment,
        random: u64,
    ) {
        self.failures = self.failures.saturating_add(1);
        self.wait_for(backoff_ms(self.failures, retry_after_ms, random), reason, now);
    }

    /// The server does not take us.
    pub fn pause(&mut self, reason: WaitReason, now: Moment, random: u64) {
        self.failures = self.failures.saturating_add(1);
        self.wait_for(pause_ms(self.failures, random), reason, now);
    }

    /// Nothing can be sent until something outside changes: says so, without a
    /// delay of its own.
    pub fn hold(&mut self, reason: WaitReason, now: Moment) {
        self.wait_for(0, reason, now);
    }

    /// A request was refused as a whole.
    ///
    /// A refusal is an answer, and what follows may be taken: halving a batch
    /// goes on at the shortest delay. Only where more is refused than that
    /// explains the delays grow, as in an outage.
    pub fn refuse(&mut self, reason: WaitReason, now: Moment, random: u64) {
        self.refused_in_a_row = self.refused_in_a_row.saturating_add(1);
        self.wait_for(backoff_ms(1 + self.unexplained(), None, random), reason, now);
    }

    /// Refusals in a row that one bad event does not explain.
    fn unexplained(&self) -> u32 {
        self.refused_in_a_row.saturating_sub(REFUSED_IN_A_ROW_MAX)
    }

    /// What stands aside was refused once more.
    ///
    /// That is no news, and says nothing of what was not tried: only what stands
    /// aside waits longer and longer, and anything else may go after the shortest
    /// delay.
    pub fn refuse_aside(&mut self, reason: WaitReason, now: Moment, random: u64) {
        self.aside_refused = self.aside_refused.saturating_add(1);
        // It was refused before it stood aside.
        let refused = self.aside_refused.saturating_add(1 + self.unexplained());
        let ms = backoff_ms(refused, None, random);
        self.aside_wait = Some(Wait::begun(ms, reason, now));
        self.wait_for(backoff_ms(1, None, random), reason, now);
    }

    /// The token is another one: a pause for the old one's sake is over.
    pub fn token_changed(&mut self) {
        let for_the_token = self.reason().is_some_and(|reason| match reason {
            WaitReason::NotEnrolled | WaitReason::Unauthenticated | WaitReason::Forbidden => true,
            WaitReason::UpgradeRequired
            | WaitReason::Silence(_)
            | WaitReason::Status(_)
            | WaitReason::NotOurServer
            | WaitReason::AskedAgain
            | WaitReason::OutboxFailed => false,
        });
        if for_the_token {
            self.failures = 0;
            self.wait = None;
        }
    }

    /// A person asks for a try now: what is left of a wait is forgotten, but not
    /// how often the server failed.
    pub fn retry_now(&mut self) {
        self.wait = None;
        self.aside_wait = None;
    }

    /// Goes on with what is left of a wait that began before a restart.
    ///
    /// After a reboot only the wall clock tells what is left, and it may have
    /// been set back: from here on the monotonic clock counts.
    pub fn resume(&mut self, now: Moment) {
        for wait in [&mut self.wait, &mut self.aside_wait].into_iter().flatten() {
            *wait = Wait::begun(wait.left_ms(now), wait.reason, now);
        }
    }

    fn wait_for(&mut self, ms: u64, reason: WaitReason, now: Moment) {
        self.wait = Some(Wait::begun(ms, reason, now));
    }

    /// How long until the next request may go out; 0 where it may now.
    ///
    /// Within one clock epoch the monotonic clock counts. After a reboot only
    /// the wall clock is left; see [`Self::resume`].
    #[must_use]
    pub fn wait_ms(&self, now: Moment) -> u64 {
        self.wait.as_ref().map_or(0, |wait| wait.left_ms(now))
    }

    /// How long until what stands aside may go out; never before anything may.
    #[must_use]
    pub fn aside_wait_ms(&self, now: Moment) -> u64 {
        self.aside_wait.as_ref().map_or(0, |wait| wait.left_ms(now)).max(self.wait_ms(now))
    }

    /// Why the last request did not succeed, where it did not.
    #[must_use]
    pub fn reason(&self) -> Option<WaitReason> {
        self.wait.as_ref().or(self.aside_wait.as_ref()).map(|wait| wait.reason)
    }

    /// Refusals of whole requests in a row, without a success between; those of
    /// what stands aside do not count.
    #[must_use]
    pub fn refused_in_a_row(&self) -> u32 {
        self.refused_in_a_row
    }

    /// Requests that succeeded, since the outbox was made.
    #[must_use]
    pub fn successes(&self) -> u64 {
        self.successes
    }

    /// Whether a request succeeded since `successes` of them had.
    #[must_use]
    pub fn others_since(&self, successes: u64) -> OtherRequests {
        if self.successes > successes {
            OtherRequests::Succeeded
        } else {
            OtherRequests::NoneSucceeded
        }
    }
}
