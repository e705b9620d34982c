//! Goes on in a new file where the one that is open turns out to be damaged or
//! gone, and finishes an opening for which there was no room.

use std::{io, path::Path};

use event_model::{DeviceId, Moment};
use rusqlite::Connection;

use super::{OpenFile, Outbox};
use crate::{
    Claimed, Error, OutboxStatus, OutboxView, Salvaged,
    connection::{self, Log},
    lately::Turn,
    lock::Held,
    presence::Files,
    prune::Look,
    salvage::{self, Opened, Salvage},
};

/// What cannot be finished is tried again after this: a disk is full for minutes,
/// and to look through a file takes tenths of a second.
const RETRY_MS: u64 = 2_000;
/// Twice as long each time, up to this: while it is tried nothing else is done,
/// and when there is room again nobody is to wait much longer.
const RETRY_MAX_MS: u64 = 10_000;

/// What is left to do, of a healing or an opening. Meanwhile nothing is written:
/// an event that went into whatever file is there might stand under a wrong id.
#[derive(Debug)]
pub(super) struct Unfinished {
    next: Next,
    retry_ms: u64,
    /// The first instant that was seen after the last try: a busy disk may have
    /// taken seconds for it.
    since: Option<Moment>,
    why: Error,
}

/// Files that are removed again and again are put back once in this time, however
/// often that was: what is open is all that there is of them.
const AGAIN_MS: u64 = 5 * 60_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    PutBack,
    SetAside,
    Open,
}

impl Unfinished {
    pub(super) fn open(why: &Error) -> Self {
        Self { next: Next::Open, retry_ms: RETRY_MS, since: None, why: why.again() }
    }

    /// Once more in vain.
    fn again(before: Option<&Self>, next: Next, why: &Error) -> Self {
        let longer = |before: &Self| (before.retry_ms * 2).min(RETRY_MAX_MS);
        let retry_ms = before.map_or(RETRY_MS, longer);
        Self { next, retry_ms, since: None, why: why.again() }
    }

    fn is_due(&mut self, now: Moment) -> bool {
        let since = self.since.get_or_insert(now).clock;
        now.clock.epoch != since.epoch
            || now.clock.mono_ms.saturating_sub(since.mono_ms) >= self.retry_ms
    }
}

impl Opened {
    /// A file that cannot be written to yet.
    pub(super) fn for_reading(path: &Path, device: DeviceId) -> Result<Self, Error> {
        let (db, id) = salvage::look(path, device)?;
        let file = OpenFile { db, id, log: Log::Inherited };
        Ok(Self { file, salvage: Salvage::default() })
    }
}

impl Outbox {
    /// What became of files that were damaged, where this opening met one.
    #[must_use]
    pub fn salvaged(&self) -> Option<&Salvaged> {
        self.salvage.salvaged()
    }

    /// How often somebody deleted or replaced its files while it was open, so that
    /// they were put back.
    #[must_use]
    pub fn times_put_back(&self) -> u32 {
        self.times_put_back
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
        // One that cannot be written to yet may be read all the same.
        drop(self.finish(now));
        match self.is_finished().and_then(|()| self.stay(now)) {
            Ok(()) => self.healing(now, |outbox| outbox.view.status(now)),
            Err(locked @ Error::Locked(_)) => Err(locked),
            Err(_) => self.view.status(now),
        }
    }

    /// Does `work`; where it meets damage, the file is set aside and `work` is
    /// done on a new one, which has everything that could be read.
    pub(super) fn healing<T>(
        &mut self,
        now: Moment,
        mut work: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.seen = now;
        self.finish(now)?;
        self.stay(now)?;
        match work(self) {
            Err(error) if self.is_to_be_healed(&error)? => {
                self.heal(now)?;
                work(self)
            }
            done => done,
        }
    }

    /// The same for a caller that names no instant: the last one does for news of
    /// what was lost, and not for whether it is time for another try.
    pub(super) fn healing_lately<T>(
        &mut self,
        work: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.is_finished()?;
        self.healing(self.seen, work)
    }

    /// The same for a caller that only reads: a file that cannot be written to yet
    /// may be read all the same.
    pub(super) fn reading<T>(
        &mut self,
        read: impl Fn(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.is_finished() {
            Ok(()) => self.healing_lately(|outbox| read(&outbox.view.db)),
            Err(_) => read(&self.view.db),
        }
    }

    /// Whether this still is the owner of the file that is found at its path. What
    /// is gone is put back: deleting a file under a program that runs deletes
    /// nothing of what it has to send.
    fn stay(&mut self, now: Moment) -> Result<(), Error> {
        // Another may have owned it until now.
        let held = self.lock.hold_on(self.view.path())?;
        let path = self.view.path();
        if held == Held::Ever && self.view.files.are_here(path) {
            return Ok(());
        }
        if self.view.files.are_here(path) {
            return self.go_on(Next::Open, now);
        }
        if self.put_back.turn(now, AGAIN_MS) == Turn::Later {
            return Err(Error::Folder(io::Error::other("its files are removed again and again")));
        }
        self.put_back.done(now);
        self.go_on(Next::PutBack, now)
    }

    /// Puts back what was deleted, whatever was tried before: what is only open is
    /// gone when this process ends.
    ///
    /// # Errors
    /// Where the folder cannot be written. Then nothing is left of what
    /// [`Self::status`] counts, unless another call succeeds.
    pub fn stay_at_last(&mut self, now: Moment) -> Result<(), Error> {
        let stayed = self.try_to_stay(now);
        let path = self.view.path();
        match stayed {
            // Another owns what stands there, which may be ours.
            Err(Error::Locked(_)) if self.view.files.are_here(path) => Ok(()),
            Err(_) if self.placed.is_some_and(|placed| placed.is_found(path)) => Ok(()),
            stayed => stayed,
        }
    }

    fn try_to_stay(&mut self, now: Moment) -> Result<(), Error> {
        self.lock.hold_on(self.view.path())?;
        let next = self.unfinished.as_ref().map_or(Next::PutBack, |left| left.next);
        if next != Next::PutBack {
            // What is left to do is all on disk: a later start does it.
            drop(self.go_on(next, now));
            return Ok(());
        }
        let is_done = self.unfinished.is_none() && self.view.files.are_here(self.view.path());
        if is_done { Ok(()) } else { self.go_on(Next::PutBack, now) }
    }

    fn is_to_be_healed(&mut self, error: &Error) -> Result<bool, Error> {
        if !self.salvage.may_heal() {
            return Ok(false);
        }
        if !error.is_contradiction() {
            return Ok(error.is_damage());
        }
        // Looking takes time, and finds no more the second time.
        Ok(!std::mem::replace(&mut self.was_doubted, true) && salvage::is_damaged(&self.view.db)?)
    }

    fn heal(&mut self, now: Moment) -> Result<(), Error> {
        let nothing = Connection::open_in_memory()?;
        connection::abandon(std::mem::replace(&mut self.view.db, nothing));
        self.salvage.count_healing();
        self.go_on(Next::SetAside, now)
    }

    /// Whether everything is done that has to be before a write.
    pub(super) fn is_finished(&self) -> Result<(), Error> {
        self.unfinished.as_ref().map_or(Ok(()), |left| Err(left.why.again()))
    }

    /// Does what is left to do, where it is time to try.
    fn finish(&mut self, now: Moment) -> Result<(), Error> {
        let Some(left) = &mut self.unfinished else { return Ok(()) };
        if !left.is_due(now) {
            return Err(left.why.again());
        }
        let next = left.next;
        self.go_on(next, now)
    }

    fn go_on(&mut self, next: Next, now: Moment) -> Result<(), Error> {
        let (path, device) = (self.view.path().to_owned(), self.view.device);
        let mut next = next;
        let done = self.reopen(&path, device, &mut next, now);
        self.unfinished = match &done {
            Ok(()) => None,
            Err(error) => Some(Unfinished::again(self.unfinished.as_ref(), next, error)),
        };
        if done.is_err()
            && next != Next::PutBack
            && let Ok((db, id)) = salvage::look(&path, device)
            && id == self.view.id()
        {
            self.view.db = db;
        }
        done
    }

    fn reopen(
        &mut self,
        path: &Path,
        device: DeviceId,
        next: &mut Next,
        now: Moment,
    ) -> Result<(), Error> {
        self.lock.hold_on(path)?;
        if *next == Next::PutBack {
            return self.put_back_and_open(path, device, now);
        }
        // Without tables nothing is taken for saved meanwhile.
        let nothing = Connection::open_in_memory()?;
        // Its last close would remove a log that is not its own.
        connection::abandon(std::mem::replace(&mut self.view.db, nothing));
        if *next == Next::SetAside {
            salvage::set_aside(path)?;
            *next = Next::Open;
        }
        let opened = salvage::open(path, device, now)?;
        self.take_over(path, device, opened);
        Ok(())
    }

    /// What was open stays open until the file that was put in its place is: whatever
    /// fails before, and whoever deletes that one as well, it is tried again from it.
    fn put_back_and_open(
        &mut self,
        path: &Path,
        device: DeviceId,
        now: Moment,
    ) -> Result<(), Error> {
        if !self.view.files.are_here(path) {
            let whose = (self.view.id(), device);
            self.view.files.put_back(&self.view.db, path, whose, &mut self.placed)?;
        }
        let opened = salvage::open(path, device, now)?;
        let files = Files::opened(&opened.file.db, path);
        let is_it = match self.placed {
            Some(placed) => files.is_of(placed) && files.are_here(path),
            // Somebody moved the folder, and moved it back.
            None => self.view.files.are_here(path),
        };
        if !is_it || opened.file.id != self.view.id() {
            connection::abandon(opened.file.db);
            return Err(Error::Folder(io::Error::other("its files were removed once more")));
        }
        self.times_put_back += u32::from(self.placed.take().is_some());
        let before = self.take_over(path, device, opened);
        connection::abandon(before);
        Ok(())
    }

    /// Goes on with a file; the connection of before.
    fn take_over(&mut self, path: &Path, device: DeviceId, opened: Opened) -> Connection {
        let Opened { file, salvage } = opened;
        // Where SQLite cannot take it, the default holds.
        drop(connection::bound(&file.db, self.bounds.file_bytes_max));
        self.was_replaced |= file.id != self.view.id();
        let view = OutboxView::owned(path, file.db, file.id, device);
        let before = std::mem::replace(&mut self.view, view);
        self.log = file.log;
        self.knows_clocks = false;
        self.look = Look::default();
        self.salvage.go_on_as(salvage);
        self.known.forget();
        before.db
    }

    /// Whether a batch was claimed from the file that is open now.
    pub(super) fn is_of_this_file(&self, claimed: &[Claimed]) -> Result<bool, Error> {
        Ok(!self.was_replaced || salvage::are_in_flight(&self.view.db, claimed)?)
    }
}

#[cfg(test)]
mod tests {
    use event_model::{ClockEpoch, ClockReading, WallTime};
    use uuid::Uuid;

    use super::*;

    fn at(mono_ms: u64) -> Moment {
        let clock = ClockReading { epoch: ClockEpoch(Uuid::nil()), mono_ms };
        Moment { clock, wall: WallTime::from_unix_ms(0) }
    }

    #[test]
    fn the_time_that_a_try_took_is_no_time_to_wait() {
        let why = Error::Locked("x.db".into());
        let mut left = Unfinished::open(&why);
        assert!(!left.is_due(at(60_000)), "so long may the try have taken");
        assert!(!left.is_due(at(61_999)));
        assert!(left.is_due(at(62_000)));
    }

    #[test]
    fn each_try_in_vain_is_followed_by_a_longer_time_up_to_a_bound() {
        let why = Error::Locked("x.db".into());
        let mut left = Unfinished::open(&why);
        let mut waits = Vec::new();
        for _ in 0..6 {
            waits.push(left.retry_ms);
            left = Unfinished::again(Some(&left), Next::Open, &why);
        }
        assert_eq!(waits, [2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
    }
}
