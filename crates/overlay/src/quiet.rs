//! What may interrupt a player, and when.
//!
//! No dialog, sound, notification, look for updates or jump to the front while a
//! match runs. Whatever of it the shell does takes a [`Permit`], and only this
//! module makes one. A permit borrows the [`Quiet`] that gave it, so that none
//! outlives the moment it was given for: while one is held, no match can begin.
//!
//! # Invariants
//!
//! - In a match there is no permit.
//! - At most one thing of each kind waits, the latest one.

use std::marker::PhantomData;

/// Something that takes a player's eyes, ears, keyboard or bandwidth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interruption {
    /// A window that waits for an answer.
    Dialog,
    /// A sound.
    Sound,
    /// A notification of the system's.
    Notification,
    /// Asking whether there is a newer version.
    UpdateCheck,
    /// Bringing a window of ours to the front.
    FocusWindow,
}

/// Whether any source is in a match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Matches {
    /// None is.
    #[default]
    None,
    /// One at least.
    Running,
}

/// When something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// At once.
    Now,
    /// When no match runs any more.
    AfterMatch,
}

impl Interruption {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Dialog, Self::Sound, Self::Notification, Self::UpdateCheck, Self::FocusWindow];

    fn index(self) -> usize {
        self as usize
    }
}

/// When this may be done. Every kind is looked at on its own, so that a new one
/// has to be thought about.
#[must_use]
pub fn may(what: Interruption, matches: Matches) -> May {
    match (matches, what) {
        (Matches::None, _) => May::Now,
        (
            Matches::Running,
            Interruption::Dialog
            | Interruption::Sound
            | Interruption::Notification
            | Interruption::UpdateCheck
            | Interruption::FocusWindow,
        ) => May::AfterMatch,
    }
}

/// The right to interrupt once, in this way and at this moment.
///
/// It can be had of [`Quiet`] alone, and no match begins while it is held:
///
/// ```
/// use overlay::quiet::{Interruption, Matches, Quiet};
///
/// let mut quiet = Quiet::<()>::default();
/// let permit = quiet.ask(Interruption::Dialog);
/// drop(permit);
/// quiet.set_matches(Matches::Running);
/// ```
///
/// The other way round does not compile:
///
/// ```compile_fail,E0502
/// use overlay::quiet::{Interruption, Matches, Quiet};
///
/// let mut quiet = Quiet::<()>::default();
/// let permit = quiet.ask(Interruption::Dialog);
/// quiet.set_matches(Matches::Running);
/// drop(permit);
/// ```
///
/// Nobody else can make one:
///
/// ```compile_fail,E0451
/// use overlay::quiet::{Interruption, Permit};
///
/// let forged = Permit { what: Interruption::Dialog, moment: std::marker::PhantomData };
/// ```
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Permit<'moment> {
    what: Interruption,
    moment: PhantomData<&'moment ()>,
}

impl Permit<'_> {
    /// What it permits.
    #[must_use]
    pub fn what(&self) -> Interruption {
        self.what
    }
}

/// The answer to somebody who can wait.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Answer<'moment, T> {
    /// Do it at once, with this.
    Now(Permit<'moment>, T),
    /// It waits until the match is over.
    Waits {
        /// What waited of the same kind and is not needed any more.
        replaced: Option<T>,
    },
}

/// Whether a match runs, and what waits for its end. `T` is what is to be said
/// or done then.
#[derive(Debug)]
pub struct Quiet<T> {
    matches: Matches,
    waiting: [Option<Waiting<T>>; Interruption::ALL.len()],
    asked: u64,
}

#[derive(Debug)]
struct Waiting<T> {
    what: Interruption,
    since: u64,
    with: T,
}

impl<T> Default for Quiet<T> {
    fn default() -> Self {
        Self { matches: Matches::None, waiting: std::array::from_fn(|_| None), asked: 0 }
    }
}

impl<T> Quiet<T> {
    /// Takes whether a match runs.
    pub fn set_matches(&mut self, matches: Matches) {
        self.matches = matches;
    }

    /// A permit for something that makes sense at once or not at all, such as a
    /// sound.
    #[must_use]
    pub fn ask(&self, what: Interruption) -> Option<Permit<'_>> {
        match may(what, self.matches) {
            May::Now => Some(Permit { what, moment: PhantomData }),
            May::AfterMatch => None,
        }
    }

    /// A permit, or a place in the queue. What is new takes the place of what
    /// waits of its kind.
    pub fn ask_or_wait(&mut self, what: Interruption, with: T) -> Answer<'_, T> {
        match may(what, self.matches) {
            May::Now => Answer::Now(Permit { what, moment: PhantomData }, with),
            May::AfterMatch => {
                self.asked += 1;
                let waiting = Waiting { what, since: self.asked, with };
                let replaced = self.waiting[what.index()].replace(waiting);
                Answer::Waits { replaced: replaced.map(|waiting| waiting.with) }
            }
        }
    }

    /// The next that waited, in the order of asking. `None` where nothing waits,
    /// or may be done.
    #[must_use]
    pub fn next_waiting(&mut self) -> Option<(Permit<'_>, T)> {
        let matches = self.matches;
        let ready = self.waiting.iter_mut().filter(|slot| {
            let what = slot.as_ref().map(|waiting| waiting.what);
            what.is_some_and(|what| may(what, matches) == May::Now)
        });
        let first = ready.min_by_key(|slot| slot.as_ref().map(|waiting| waiting.since))?;
        let Waiting { what, with, .. } = first.take()?;
        Some((Permit { what, moment: PhantomData }, with))
    }
}
