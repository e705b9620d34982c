//! How long a run takes: the published timetable, or a smaller one.

use std::time::Duration;

use crate::fault::Fault;

/// Events of a whole run.
const EVENTS: f64 = 1_000.0;
/// Between two events.
pub(crate) const INTERVAL: Duration = Duration::from_millis(10);
/// How long the client waits for an answer, in seconds of the timetable.
const TIMEOUT: f64 = 2.0;
/// A shorter wait would take a busy machine for a silent server.
const TIMEOUT_MIN: Duration = Duration::from_secs(1);
/// How much later than that a late answer is.
const LATER: Duration = Duration::from_millis(500);
/// How long a run may take after its last event.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long the black hole goes on after it: 40 s in all, in seconds of the
/// timetable.
const HOLE_GOES_ON: f64 = 30.0;
/// A client that met nothing but silence has grown patient: its next try may
/// be so far away when it is started again.
const PATIENCE_AFTER_SILENCE: Duration = Duration::from_secs(120);
/// The server asks for so many seconds of rest, which cannot be a fraction.
const REST_S: f64 = 2.0;

/// The timetable of a run. A second of the timetable is `scale` seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) scale: f64,
}

impl Plan {
    /// Whether this is the published timetable itself.
    pub(crate) fn is_whole(self) -> bool {
        self.scale >= 1.0
    }

    /// How many events are appended, a hundred a second.
    pub(crate) fn events(self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a thousand at the most"
        )]
        let events = (EVENTS * self.scale) as u64;
        events.max(10)
    }

    /// How long the client waits for an answer.
    pub(crate) fn timeout(self) -> Duration {
        self.real(TIMEOUT).max(TIMEOUT_MIN)
    }

    /// How long a late answer takes.
    pub(crate) fn late(self) -> Duration {
        self.timeout() + LATER
    }

    /// `Retry-After`, in seconds.
    pub(crate) fn rest_s(self) -> u64 {
        self.real(REST_S).as_secs().max(1)
    }

    /// How long a run may take after its last event.
    pub(crate) fn patience(self, fault: Fault) -> Duration {
        if fault == Fault::BlackHole { self.real(HOLE_GOES_ON) } else { PATIENCE }
    }

    /// How long the restarted client may take.
    pub(crate) fn patience_after_restart(fault: Fault) -> Duration {
        if fault == Fault::BlackHole { PATIENCE_AFTER_SILENCE } else { PATIENCE }
    }

    /// Seconds of the timetable as time that passes.
    pub(crate) fn real(self, seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds * self.scale)
    }

    /// Time that passed as seconds of the timetable.
    pub(crate) fn second(self, passed: Duration) -> f64 {
        passed.as_secs_f64() / self.scale
    }
}
