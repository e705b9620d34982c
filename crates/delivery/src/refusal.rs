//! What to do with a batch that was refused as a whole.
//!
//! A refusal says nothing about a single event: it may be one bad event among
//! a thousand, a limit that was lowered, or somebody else's server. So the
//! same events are sent once more, then halved until the bad one is alone.

/// An event refused alone so often, while other requests succeeded, is
/// quarantined: once may be chance, twice a restart of the server.
const REFUSED_ALONE_MAX: u32 = 3;

/// So many refusals in a row without one success, and the server is not ours:
/// enough to find one bad event among a thousand (2 + log₂ 1,000).
pub(crate) const REFUSED_IN_A_ROW_MAX: u32 = 12;

/// A batch is halved at its second refusal: what has two behind it is a part.
const HALVED: u32 = 2;

/// A batch that was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedBatch {
    /// How many events it had.
    pub events: usize,
    /// How often these same events had been refused together before.
    pub refused_before: u32,
    /// How often its only event had been refused alone before, counted only
    /// where other requests succeeded in between.
    pub alone_before: u32,
    /// Refusals in a row, this one included, without one success; those of what
    /// stands aside are no news and do not count.
    pub in_a_row: u32,
    /// How other requests fared since its events were last refused.
    pub others: OtherRequests,
}

/// How other requests fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherRequests {
    /// At least one succeeded.
    Succeeded,
    /// None did.
    NoneSucceeded,
}

/// What happens to the events of a refused batch. All of them stay queued but
/// in the last case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterRefusal {
    /// Everything is refused: change nothing, wait.
    Wait,
    /// The same events once more.
    SameAgain,
    /// The first half and the second half, each as a batch of its own.
    Halve,
    /// The events let others of their match pass, and come up again after them;
    /// the refusal does not count, since nothing else succeeded either.
    StepAside,
    /// The same, and the refusal counts.
    CountAlone,
    /// The event alone is what is refused.
    Quarantine,
}

/// Decides it.
#[must_use]
pub fn after_refusal(batch: RefusedBatch) -> AfterRefusal {
    match (batch.events, batch.others) {
        (0 | 1, OtherRequests::Succeeded) if batch.alone_before + 1 >= REFUSED_ALONE_MAX => {
            AfterRefusal::Quarantine
        }
        (0 | 1, OtherRequests::Succeeded) => AfterRefusal::CountAlone,
        (0 | 1, OtherRequests::NoneSucceeded) => AfterRefusal::StepAside,
        // What was halved already must not hide what is good behind it.
        _ if batch.in_a_row > REFUSED_IN_A_ROW_MAX && batch.refused_before >= HALVED => {
            AfterRefusal::StepAside
        }
        _ if batch.in_a_row > REFUSED_IN_A_ROW_MAX => AfterRefusal::Wait,
        _ if batch.refused_before == 0 => AfterRefusal::SameAgain,
        _ => AfterRefusal::Halve,
    }
}
