//! The truth table of answers: every status with every `Retry-After` and every
//! body, none sampled, against a table that was written from the design and not
//! from the code.

use std::ops::RangeInclusive;

use delivery::{Decision, RETRY_AFTER_MAX_MS, Reply, Silence, WaitReason, interpret};
use event_model::{EventId, WallTime};
use ingest_api::ProblemKind;

use crate::bodies::{Body, bodies, sent};

/// What must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Must {
    /// Settle by the receipts.
    Settle,
    /// Keep all and tell the player, who the server says is not known.
    Unknown,
    /// The same, for one who is known and not let in.
    ShutOut,
    /// The same, for one who is too old.
    TooOld,
    /// Keep all, and wait for as long as the server asked.
    Wait,
    /// Keep all; somebody else answered, and has no say in how long.
    NotOurs,
    /// The request was refused as a whole.
    Refused,
}

use Must::{NotOurs, Refused, Settle, ShutOut, TooOld, Unknown, Wait};

/// One line of the table: what follows from each kind of body.
struct Line {
    status: RangeInclusive<u16>,
    /// Our own receipts for what was sent.
    receipts: Must,
    /// Our problem: `unauthenticated`.
    unauthenticated: Must,
    /// Our problems `revoked` and `forbidden`.
    forbidden: Must,
    /// Our problem `upgrade_required`.
    upgrade: Must,
    /// Our problems that pass: `rate_limited`, `overloaded`, `internal`,
    /// `idempotency_key_in_flight`.
    passing: Must,
    /// Our other problems.
    refusing: Must,
    /// Everything else: nothing at all, HTML, somebody's JSON, half a page of
    /// receipts, or receipts for other events.
    else_: Must,
}

#[rustfmt::skip]
const TABLE: [Line; 15] = [
    //        status     receipts  unauth.   forbidden upgrade   passing   refusing  anything else
    line(100..=199,      Wait,     Wait,     Wait,     Wait,     Wait,     Wait,     Wait),
    line(200..=200,      Settle,   NotOurs,  NotOurs,  NotOurs,  NotOurs,  NotOurs,  NotOurs),
    line(201..=399,      Wait,     Wait,     Wait,     Wait,     Wait,     Wait,     Wait),
    line(400..=400,      Refused,  Unknown,  ShutOut,  TooOld,   Wait,     Refused,  Refused),
    line(401..=401,      Unknown,  Unknown,  ShutOut,  TooOld,   Unknown,  Unknown,  Unknown),
    line(402..=402,      Refused,  Unknown,  ShutOut,  TooOld,   Wait,     Refused,  Refused),
    line(403..=403,      ShutOut,  Unknown,  ShutOut,  TooOld,   ShutOut,  ShutOut,  ShutOut),
    line(404..=407,      Refused,  Unknown,  ShutOut,  TooOld,   Wait,     Refused,  Refused),
    line(408..=408,      Wait,     Wait,     Wait,     Wait,     Wait,     Wait,     Wait),
    line(409..=424,      Refused,  Unknown,  ShutOut,  TooOld,   Wait,     Refused,  Refused),
    line(425..=425,      Wait,     Wait,     Wait,     Wait,     Wait,     Wait,     Wait),
    line(426..=428,      Refused,  Unknown,  ShutOut,  TooOld,   Wait,     Refused,  Refused),
    line(429..=429,      Wait,     Wait,     Wait,     Wait,     Wait,     Wait,     Wait),
    line(430..=499,      Refused,  Unknown,  ShutOut,  TooOld,   Wait,     Refused,  Refused),
    line(500..=599,      Wait,     Wait,     Wait,     Wait,     Wait,     Wait,     Wait),
];

#[expect(clippy::too_many_arguments, reason = "one argument a column of the table")]
const fn line(
    status: RangeInclusive<u16>,
    receipts: Must,
    unauthenticated: Must,
    forbidden: Must,
    upgrade: Must,
    passing: Must,
    refusing: Must,
    else_: Must,
) -> Line {
    Line { status, receipts, unauthenticated, forbidden, upgrade, passing, refusing, else_ }
}

impl Line {
    fn of(status: u16) -> &'static Self {
        let mut lines = TABLE.iter().filter(|line| line.status.contains(&status));
        match (lines.next(), lines.next()) {
            (Some(line), None) => line,
            _ => panic!("the table has every status once, and not {status}"),
        }
    }

    fn says(&self, body: &Body) -> Must {
        match body {
            Body::Receipts => self.receipts,
            Body::Foreign => self.else_,
            Body::Problem(kind) => match kind {
                ProblemKind::Unauthenticated => self.unauthenticated,
                ProblemKind::Revoked | ProblemKind::Forbidden => self.forbidden,
                ProblemKind::UpgradeRequired => self.upgrade,
                ProblemKind::IdempotencyKeyInFlight
                | ProblemKind::RateLimited
                | ProblemKind::Overloaded
                | ProblemKind::Internal => self.passing,
                ProblemKind::UnsupportedMediaType
                | ProblemKind::TooLarge
                | ProblemKind::MalformedBatch
                | ProblemKind::IdempotencyKeyReused
                | ProblemKind::AlreadyEnrolled
                | ProblemKind::NotFound
                | ProblemKind::BadRequest => self.refusing,
            },
        }
    }
}

/// `Retry-After`, `Date`, and the wait that they ask for. The clock here stands
/// at the first second of 1970.
const HEADERS: [(Option<&str>, Option<&str>, Option<u64>); 16] = [
    (None, None, None),
    (Some("0"), None, Some(0)),
    (Some("7"), None, Some(7_000)),
    (Some(" 7 "), None, Some(7_000)),
    (Some("Thu, 01 Jan 1970 00:00:09 GMT"), None, Some(9_000)),
    // Against the server's own clock, where it names one.
    (Some("Fri, 20 Nov 2026 09:00:30 GMT"), Some("Fri, 20 Nov 2026 09:00:00 GMT"), Some(30_000)),
    (Some("Fri, 20 Nov 2026 09:00:00 GMT"), Some("Fri, 20 Nov 2026 09:00:30 GMT"), Some(0)),
    (Some("Fri, 31 Dec 9999 23:59:59 GMT"), None, Some(RETRY_AFTER_MAX_MS)),
    (Some("Thursday, 01-Jan-70 00:00:09 GMT"), None, Some(9_000)),
    (Some("999999999999"), None, Some(RETRY_AFTER_MAX_MS)),
    (Some("99999999999999999999999999999999"), None, Some(RETRY_AFTER_MAX_MS)),
    (Some(""), None, None),
    (Some("soon"), None, None),
    (Some("-1"), None, None),
    (Some("1.5"), None, None),
    (Some("7, 9"), None, None),
];

/// What `decision` is, with the wait where one was asked for.
fn as_must(decision: &Decision, status: u16) -> (Must, Option<u64>) {
    match decision {
        Decision::Settle(_) => (Settle, None),
        Decision::Pause(WaitReason::Unauthenticated) => (Unknown, None),
        Decision::Pause(WaitReason::Forbidden) => (ShutOut, None),
        Decision::Pause(WaitReason::UpgradeRequired) => (TooOld, None),
        Decision::BackOff { reason: WaitReason::NotOurServer, retry_after_ms } => {
            (NotOurs, *retry_after_ms)
        }
        Decision::BackOff { reason: WaitReason::Status(said), retry_after_ms }
            if *said == status =>
        {
            (Wait, *retry_after_ms)
        }
        Decision::Refused { reason: WaitReason::Status(said), .. } if *said == status => {
            (Refused, None)
        }
        Decision::Pause(_) | Decision::BackOff { .. } | Decision::Refused { .. } => {
            panic!("{decision:?} to status {status}")
        }
    }
}

#[test]
fn the_decision_is_what_the_table_says_over_the_whole_product() {
    let (sent, now) = (sent(), WallTime::from_unix_ms(0));
    let bodies = bodies();
    let mut cases = 0_u32;
    for status in 100..=599 {
        let line = Line::of(status);
        for (name, class, body) in &bodies {
            let must = line.says(class);
            for (retry_after, date, wait) in HEADERS {
                let reply = Reply::Answer { status, retry_after, date, body };
                let decision = interpret(&sent, &reply, now);
                let wait = if must == Wait { wait } else { None };
                assert_eq!(
                    as_must(&decision, status),
                    (must, wait),
                    "status {status}, Retry-After {retry_after:?}, Date {date:?}, body: {name}"
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases as usize, 500 * HEADERS.len() * bodies.len());
}

#[test]
fn statuses_that_http_does_not_have_are_waited_out() {
    for status in (0..100).chain(600..=u16::MAX) {
        let reply = Reply::Answer { status, retry_after: None, date: None, body: b"" };
        let decision = interpret(&sent(), &reply, WallTime::from_unix_ms(0));
        assert_eq!(as_must(&decision, status), (Wait, None), "{status}");
    }
}

#[test]
fn silence_keeps_everything() {
    for silence in [
        Silence::Unreachable,
        Silence::Untrusted,
        Silence::TimedOut,
        Silence::Broken,
        Silence::TooLong,
    ] {
        let reason = WaitReason::Silence(silence);
        let expected = Decision::BackOff { reason, retry_after_ms: None };
        let now = WallTime::from_unix_ms(0);
        for sent in [sent(), Vec::<EventId>::new()] {
            assert_eq!(interpret(&sent, &Reply::Silence(silence), now), expected);
        }
    }
}
