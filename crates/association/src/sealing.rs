//! The seal: what it freezes, and what opens it again.

use crate::{Change, MatchState};

impl MatchState {
    /// Solves all that was placed so far and lets it move no more.
    ///
    /// Whoever follows the log places everything that the seal is to cover
    /// before, and nothing else; what stands then is a function of the set
    /// alone.
    pub fn seal(&mut self) {
        if self.is_sealed {
            return;
        }
        self.resolve();
        self.is_sealed = true;
        self.lives.freeze(true);
        self.ledger.push(Change::Sealed);
    }

    /// Takes what came late into the set, and lets everything move again.
    pub fn reopen(&mut self) {
        if !self.is_sealed {
            return;
        }
        self.is_sealed = false;
        self.lives.freeze(false);
        self.forget_late();
        self.ledger.push(Change::Reopened);
        self.resolve();
    }

    fn forget_late(&mut self) {
        let late = self.seats.iter().filter(|(_, seat)| seat.is_late);
        let late: Vec<_> = late.map(|(no, _)| self.log_no(no)).collect();
        late.into_iter().for_each(|no| self.touched.add(no));
        self.seats.forget_late();
    }
}
