//! What one page is still to be told, and when.

use crate::{LiveUpdate, LiveView};

/// A page is told no more often: ten times a second is as fast as anybody
/// reads, and a burst of events costs one drawing.
pub const TELL_INTERVAL_MS: u64 = 100;

/// Whether anybody can see the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// It is shown.
    Shown,
    /// It is hidden: telling it would wake it for nothing.
    Hidden,
}

/// What is to be done for the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// Tell it this, which then counts as told.
    Tell(Box<LiveUpdate>),
    /// Ask again in so many milliseconds, or at its being hidden.
    InMs(u64),
    /// Ask again when the view has changed or the page is shown.
    Nothing,
}

/// How far one page was told. Milliseconds are of any clock that only goes on.
#[derive(Debug, Default)]
pub struct Watcher {
    told: Option<Told>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    revision: u64,
    at_ms: u64,
}

impl Watcher {
    /// What is to be done now.
    pub fn poll(&mut self, now_ms: u64, attention: Attention, view: &LiveView) -> Due {
        if attention == Attention::Hidden {
            return Due::Nothing;
        }
        match self.told {
            Some(told) if told.revision == view.revision() => Due::Nothing,
            Some(told) if now_ms < told.at_ms.saturating_add(TELL_INTERVAL_MS) => {
                Due::InMs(told.at_ms + TELL_INTERVAL_MS - now_ms)
            }
            told => {
                self.told = Some(Told { revision: view.revision(), at_ms: now_ms });
                Due::Tell(Box::new(view.changes_since(told.map_or(0, |told| told.revision))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Capture;

    #[test]
    fn the_first_update_comes_at_once() {
        let view = LiveView::default();
        assert!(matches!(shown(&mut Watcher::default(), 5, &view), Due::Tell(_)));
    }

    #[test]
    fn changes_wait_for_their_turn_and_go_out_together() {
        let (mut watcher, mut view) = (Watcher::default(), LiveView::default());
        shown(&mut watcher, 0, &view);
        view.set_capture(Capture::Running);
        assert_eq!(shown(&mut watcher, 30, &view), Due::InMs(70));
        view.set_capture(Capture::Failed { problem: "the disk is gone".to_owned() });
        let Due::Tell(update) = shown(&mut watcher, 100, &view) else { panic!("its turn came") };
        assert_eq!(update.status.as_ref(), Some(view.status()));
        assert_eq!(shown(&mut watcher, 200, &view), Due::Nothing, "it knows all there is");
    }

    #[test]
    fn after_a_pause_a_change_goes_out_at_once() {
        let (mut watcher, mut view) = (Watcher::default(), LiveView::default());
        shown(&mut watcher, 0, &view);
        view.set_capture(Capture::Running);
        assert!(matches!(shown(&mut watcher, 100, &view), Due::Tell(_)));
    }

    #[test]
    fn a_hidden_page_is_told_nothing_and_catches_up_when_it_is_shown() {
        let (mut watcher, mut view) = (Watcher::default(), LiveView::default());
        shown(&mut watcher, 0, &view);
        view.set_capture(Capture::Running);
        assert_eq!(watcher.poll(10_000, Attention::Hidden, &view), Due::Nothing);
        let Due::Tell(update) = shown(&mut watcher, 10_001, &view) else { panic!("it is shown") };
        assert_eq!(update.status.as_ref(), Some(view.status()));
    }

    #[test]
    fn a_page_that_was_told_before_an_erasure_is_told_to_forget_once() {
        let (mut watcher, mut view) = (Watcher::default(), LiveView::default());
        view.set_capture(Capture::Running);
        shown(&mut watcher, 0, &view);
        view.forget();
        let Due::Tell(update) = shown(&mut watcher, 100, &view) else { panic!("it is to forget") };
        assert!(update.forget);
        assert_eq!(shown(&mut watcher, 200, &view), Due::Nothing);
    }

    fn shown(watcher: &mut Watcher, now_ms: u64, view: &LiveView) -> Due {
        watcher.poll(now_ms, Attention::Shown, view)
    }
}
