//! Moving and scaling the overlay, and going back to the game.
//!
//! In play the overlay takes no click and no key: they go to what lies below. In
//! edit mode it takes all of them. Its page is as large as what it shows, so
//! resizing it is scaling it.
//!
//! # Invariants
//!
//! - Nothing is saved but by locking or by a reset, and locking saves only what
//!   was changed: where a gone monitor drove the overlay is never saved.
//! - Cancelling leaves everything as it was when edit mode was entered.
//! - Outside edit mode a page moves nothing.

mod act;
mod grip;
mod work;

pub use act::{Act, Adjustment, Direction, Effect, Mode, Restyle, Step, Surroundings, Work};
use grip::Grip;
pub use grip::{Corner, Handle};
pub use work::{NUDGE_FAR_LOGICAL_PX, NUDGE_LOGICAL_PX, OPACITY_STEP_PERCENT, SCALE_STEP_PERCENT};

use crate::placement::Place;

/// The overlay's place, and whether it is being worked on.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayEdit {
    place: Place,
    state: State,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Playing,
    Editing(Session),
}

/// One stay in edit mode.
#[derive(Debug, Clone, PartialEq)]
struct Session {
    before: Place,
    grip: Option<Grip>,
}

impl OverlayEdit {
    /// In play, with a saved place.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self { place, state: State::Playing }
    }

    /// Where it is to stand and how it looks.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether it is being worked on.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.state {
            State::Playing => Mode::Play,
            State::Editing(_) => Mode::Edit,
        }
    }

    /// Takes an act, and says what is to be done for it.
    pub fn handle(&mut self, act: Act, around: Surroundings<'_>) -> Vec<Effect> {
        match (act, self.mode()) {
            (Act::Toggle | Act::Enter, Mode::Play) => self.enter(),
            (Act::Toggle | Act::Lock, Mode::Edit) => self.lock(),
            (Act::Cancel, Mode::Edit) => self.cancel(),
            (Act::Enter, Mode::Edit) | (Act::Lock | Act::Cancel, Mode::Play) => Vec::new(),
            (Act::Reset, _) => self.reset(),
            (Act::Load(place), _) => self.load(place),
            (Act::Work(work), _) => self.work(work, around),
        }
    }

    fn enter(&mut self) -> Vec<Effect> {
        self.state = State::Editing(Session { before: self.place.clone(), grip: None });
        vec![Effect::TakeClicks]
    }

    fn lock(&mut self) -> Vec<Effect> {
        let Some(session) = self.leave() else { return Vec::new() };
        let mut effects = vec![Effect::PassClicks];
        if self.place != session.before {
            effects.push(Effect::Save(self.place.clone()));
        }
        effects
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let Some(session) = self.leave() else { return Vec::new() };
        self.place = session.before;
        vec![Effect::PassClicks, Effect::Stand]
    }

    fn reset(&mut self) -> Vec<Effect> {
        self.place = Place::default();
        match &mut self.state {
            State::Playing => vec![Effect::Stand, Effect::Save(self.place.clone())],
            State::Editing(session) => {
                session.grip = None;
                vec![Effect::Stand]
            }
        }
    }

    fn load(&mut self, place: Place) -> Vec<Effect> {
        let was_editing = self.leave().is_some();
        self.place = place;
        if was_editing { vec![Effect::PassClicks, Effect::Stand] } else { vec![Effect::Stand] }
    }

    fn leave(&mut self) -> Option<Session> {
        match std::mem::replace(&mut self.state, State::Playing) {
            State::Playing => None,
            State::Editing(session) => Some(session),
        }
    }

    fn work(&mut self, work: Work, around: Surroundings<'_>) -> Vec<Effect> {
        let State::Editing(session) = &mut self.state else { return Vec::new() };
        let next = work::worked(work, &self.place, &mut session.grip, around);
        match next {
            Some(next) if next != self.place => {
                self.place = next;
                vec![Effect::Stand]
            }
            Some(_) | None => Vec::new(),
        }
    }
}
