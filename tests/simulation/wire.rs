//! The client's end of the network: what an uploader sends is put here, and the
//! simulation says what comes back and when.

use std::sync::{Arc, Mutex};

use delivery::Silence;
use event_model::Moment;
use tokio::sync::oneshot;
use uploader::{Answer, Request, Transport};

use crate::clock::DeviceClock;

/// A request that has just left a process.
pub(crate) struct Sent {
    /// The simulation's time.
    pub(crate) at_ms: u64,
    /// The device's clocks, for the header.
    pub(crate) clock: Moment,
    pub(crate) request: Request,
    pub(crate) reply: oneshot::Sender<Answer>,
}

/// Requests that the network has not looked at yet.
pub(crate) type Outgoing = Arc<Mutex<Vec<Sent>>>;

/// Carries nothing itself.
pub(crate) struct Wire {
    pub(crate) clock: Arc<DeviceClock>,
    pub(crate) outgoing: Outgoing,
}

impl Transport for Wire {
    async fn send(&self, request: Request) -> Answer {
        let (reply, answer) = oneshot::channel();
        let (at_ms, clock) = (self.clock.simulated_ms(), event_model::Clock::now(&*self.clock));
        self.outgoing.lock().unwrap().push(Sent { at_ms, clock, request, reply });
        answer.await.unwrap_or(Answer::Silence(Silence::Broken))
    }
}
