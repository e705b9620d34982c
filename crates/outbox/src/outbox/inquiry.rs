//! Does with the answer to a question without events what it says.

use delivery::Decision;
use event_model::{Moment, OutboxId};

use super::{
    Outbox,
    server::{meet, save_circuit},
};
use crate::{Error, conclude, connection::write};

/// What came of a question without events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inquired {
    /// The server said who it is.
    Answered,
    /// It takes no such questions.
    Refused,
    /// Nothing that this file can rely on.
    Unanswered,
}

impl Outbox {
    /// Does what was decided of the reply to a question without events, which
    /// was asked in the name of the outbox `asked`. Nobody refused an event by
    /// it, and where the file was replaced meanwhile nothing was said of this
    /// one.
    ///
    /// # Errors
    /// As [`Self::conclude`].
    pub fn conclude_inquiry(
        &mut self,
        asked: OutboxId,
        decision: &Decision,
        now: Moment,
        random: u64,
    ) -> Result<Inquired, Error> {
        conclude::advance_inquiry(&mut self.circuit, decision, now, random);
        self.healing(now, |outbox| {
            let of_this_file = outbox.id() == asked;
            let (circuit, server) = (&outbox.circuit, outbox.server.as_deref());
            let mut resends = outbox.resends.clone();
            write(&mut outbox.view.db, |db| {
                if of_this_file {
                    conclude::conclude(db, &[], decision, circuit, &mut resends, now)?;
                    meet(db, decision, server)?;
                }
                save_circuit(db, circuit, server)
            })?;
            outbox.resends = resends;
            Ok(match decision {
                Decision::Settle(_) if of_this_file => Inquired::Answered,
                Decision::Refused { .. } if of_this_file => Inquired::Refused,
                Decision::Settle(_)
                | Decision::Refused { .. }
                | Decision::Pause(_)
                | Decision::BackOff { .. } => Inquired::Unanswered,
            })
        })
    }
}
