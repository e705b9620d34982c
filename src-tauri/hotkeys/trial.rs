//! "Press it now": whether a hotkey arrives.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use overlay::hotkey::Action;
use tokio::sync::oneshot;

/// Time to read what is asked, to find the keys and to press them.
pub(crate) const TRIAL: Duration = Duration::from_secs(10);

/// The trial under way: the latest one, of one action.
#[derive(Default)]
pub(super) struct Trial(Mutex<Option<(Action, oneshot::Sender<()>)>>);

impl Trial {
    /// Waits for a press; a later trial ends this one.
    pub(super) async fn of(&self, action: Action) -> bool {
        let pressed = self.begin(action);
        matches!(tokio::time::timeout(TRIAL, pressed).await, Ok(Ok(())))
    }

    /// Takes a press, where it is the one that is waited for.
    pub(super) fn takes(&self, action: Action) -> bool {
        let mut waiting = self.waiting();
        match waiting.take_if(|(wanted, _)| *wanted == action) {
            // Nobody waits for it any more: it does what it does.
            Some((_, waits)) => waits.send(()).is_ok(),
            None => false,
        }
    }

    fn begin(&self, action: Action) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        *self.waiting() = Some((action, sender));
        receiver
    }

    fn waiting(&self) -> MutexGuard<'_, Option<(Action, oneshot::Sender<()>)>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_on_trial_is_taken_once_and_another_action_is_not() {
        let trial = Trial::default();
        let mut pressed = trial.begin(Action::MarkChapter);
        assert!(!trial.takes(Action::EditOverlay), "it does what it does");
        assert!(trial.takes(Action::MarkChapter));
        assert_eq!(pressed.try_recv(), Ok(()));
        assert!(!trial.takes(Action::MarkChapter), "the next press does what it does");
    }

    #[test]
    fn a_press_that_nobody_waits_for_any_more_does_what_it_does() {
        let trial = Trial::default();
        drop(trial.begin(Action::MarkChapter));
        assert!(!trial.takes(Action::MarkChapter));
    }

    #[test]
    fn a_later_trial_ends_the_earlier_one() {
        let trial = Trial::default();
        let mut first = trial.begin(Action::MarkChapter);
        let _second = trial.begin(Action::EditOverlay);
        assert!(first.try_recv().is_err());
        assert!(!trial.takes(Action::MarkChapter));
    }
}
