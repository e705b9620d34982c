//! The seal: what it freezes, and what opens it again.

use std::collections::BTreeSet;

use crate::{Change, Description, MatchState, OccurrenceNo};

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
        // To the millisecond, so that it does not depend on what was told.
        self.resolve_to(0, BTreeSet::new());
        self.is_sealed = true;
        // What comes late is asked for anew, however often was asked before.
        self.asked = 0;
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
        let changed = self.forget_late();
        self.ledger.push(Change::Reopened);
        self.resolve_to(Description::SHIFT_MS, changed);
    }

    /// Nothing came too late any more; what has a report that did.
    fn forget_late(&mut self) -> BTreeSet<OccurrenceNo> {
        let late = self.seats.iter().filter(|(_, seat)| seat.is_late);
        let late: Vec<_> = late.map(|(no, seat)| (self.log_no(no), seat.live())).collect();
        late.iter().for_each(|(no, _)| self.touched.add(*no));
        self.seats.forget_late();
        late.into_iter().filter_map(|(_, live)| Some(self.lives.get(live?).name)).collect()
    }
}
