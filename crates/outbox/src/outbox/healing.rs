//! Goes on in a new file where the one that is open turns out to be damaged.

use event_model::Moment;
use rusqlite::Connection;

use super::Outbox;
use crate::{
    Claimed, Error, OutboxStatus, OutboxView, Salvaged,
    connection::{self, IfAbsent},
    salvage,
};

impl Outbox {
    /// What became of files that were damaged, where this opening met one.
    #[must_use]
    pub fn salvaged(&self) -> Option<&Salvaged> {
        self.salvage.salvaged()
    }

    /// Salvages some more of a large damaged file, which takes some hundredths
    /// of a second; whether there is more to do.
    ///
    /// # Errors
    /// Where the file cannot be written; the next call tries again.
    pub fn salvage_on(&mut self, now: Moment) -> Result<bool, Error> {
        if !self.salvage.is_under_way() {
            return Ok(false);
        }
        self.healing(now, |outbox| {
            let teller = outbox.view.teller(now);
            outbox.salvage.step(&mut outbox.view.db, teller)
        })?;
        // Ids came into the file.
        self.known.forget();
        Ok(self.salvage.is_under_way())
    }

    /// The outbox in counts, as [`Outbox::status`]; and where the file turns out
    /// to be damaged, of the one that takes its place.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn healed_status(&mut self, now: Moment) -> Result<OutboxStatus, Error> {
        self.healing(now, |outbox| outbox.view.status(now))
    }

    /// Does `work`; where it meets damage, the file is set aside and `work` is
    /// done on a new one, which has everything that could be read.
    pub(super) fn healing<T>(
        &mut self,
        now: Moment,
        mut work: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match work(self) {
            Err(error) if error.is_damage() && self.salvage.may_heal() => {
                self.heal(now)?;
                work(self)
            }
            done => done,
        }
    }

    fn heal(&mut self, now: Moment) -> Result<(), Error> {
        let (path, device) = (self.view.path().to_owned(), self.view.device);
        // Without tables nothing is taken for saved meanwhile.
        let nothing = Connection::open_in_memory()?;
        connection::abandon(std::mem::replace(&mut self.view.db, nothing));
        match self.salvage.replace(device, now) {
            Ok((db, id)) => {
                // Where SQLite cannot take it, the default holds.
                drop(connection::bound(&db, self.bounds.file_bytes_max));
                self.view = OutboxView::of(&path, db, id, device);
                self.known.forget();
                Ok(())
            }
            Err(error) => {
                if let Ok(db) = connection::open(&path, IfAbsent::Fail) {
                    self.view.db = db;
                }
                Err(error)
            }
        }
    }

    /// Whether a batch was claimed from the file that is open now.
    pub(super) fn is_of_this_file(&self, claimed: &[Claimed]) -> Result<bool, Error> {
        Ok(!self.salvage.has_healed() || salvage::are_in_flight(&self.view.db, claimed)?)
    }
}
