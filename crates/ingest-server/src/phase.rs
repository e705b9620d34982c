//! Where a server is between its start and its end.

use std::sync::Arc;

use tokio::sync::watch;

/// From one to the next, never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Everything is taken.
    Serving,
    /// What was accepted is finished; what is new is refused, so that whoever
    /// asks hears that this server goes.
    Draining,
    /// Nobody is listened to any more.
    Closing,
}

/// The server's own hold on its phase.
#[derive(Debug, Clone)]
pub(crate) struct Phases(Arc<watch::Sender<Phase>>);

impl Phases {
    pub(crate) fn serving() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Serving)))
    }

    /// Goes on to `phase`; what is past already stays past.
    pub(crate) fn advance(&self, phase: Phase) {
        self.0.send_if_modified(|current| {
            let later = phase > *current;
            *current = (*current).max(phase);
            later
        });
    }

    pub(crate) fn current(&self) -> Phase {
        *self.0.borrow()
    }

    /// Waits until `phase` has begun.
    pub(crate) async fn reached(&self, phase: Phase) {
        let mut watching = self.0.subscribe();
        // The sender lives as long as `self`.
        drop(watching.wait_for(|current| *current >= phase).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_that_is_past_does_not_come_back() {
        let phases = Phases::serving();
        phases.advance(Phase::Closing);
        phases.advance(Phase::Draining);
        assert_eq!(phases.current(), Phase::Closing);
    }
}
