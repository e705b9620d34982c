//! What is to be done with the overlay's window: make it, show it, close it.
//!
//! # Invariants
//!
//! - A window is shown only while its page answers: before its first word it
//!   would be a white or an empty one.
//! - A window that is asked to close is made again only once it is gone.
//! - A hidden window is given up after [`KEPT_HIDDEN_MS`], and with it the memory
//!   of its page.

use crate::visibility::{self, Seen, Situation};
use crate::watchdog::{ANSWER_WITHIN_MS, Due, Nonce, Watchdog};

/// A hidden window is kept so long, ready to be shown at once: a match that
/// loads and the break between two are shorter, and its page costs some 65 MB.
pub const KEPT_HIDDEN_MS: u64 = 60_000;

/// What the shell has to do with the window, in the order given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Make it, hidden, and load its page.
    Open,
    /// Show it.
    Show,
    /// Hide it.
    Hide,
    /// Close it; [`Stage::gone`] is to be told when that is done.
    Close,
    /// Ask its page for an answer with this.
    Ask(Nonce),
}

/// What to do now, and when to ask again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Next {
    /// To be done now.
    pub orders: Vec<Order>,
    /// In so many milliseconds, or sooner where something changes; with `None`
    /// only then.
    pub in_ms: Option<u64>,
}

/// The overlay's window from its making to its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stage {
    window: Window,
    /// Of the page in the window; outlives a window that it had closed.
    watchdog: Option<Watchdog>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Window {
    #[default]
    Absent,
    Hidden {
        since_ms: u64,
    },
    Shown,
    Closing(Then),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Forget,
    LoadAnew,
}

impl Stage {
    /// What is to be done in this situation.
    pub fn poll(&mut self, now_ms: u64, situation: &Situation) -> Next {
        match (self.window, visibility::wanted(situation)) {
            (Window::Closing(_), _) => Next::default(),
            (Window::Absent, Seen::Hidden(_)) => {
                self.watchdog = None;
                Next::default()
            }
            (Window::Absent, Seen::Shown) => self.open(now_ms),
            (Window::Hidden { .. } | Window::Shown, wanted) => {
                self.watch(now_ms, situation, wanted)
            }
        }
    }

    /// Whether the overlay is seen, and if not, why.
    #[must_use]
    pub fn seen(&self, situation: &Situation) -> Seen {
        match &self.watchdog {
            Some(watchdog) => visibility::seen(situation, watchdog.health()),
            None => visibility::wanted(situation),
        }
    }

    /// The page says its first word.
    pub fn loaded(&mut self, now_ms: u64) {
        if let Some(watchdog) = &mut self.watchdog {
            watchdog.loaded(now_ms);
        }
    }

    /// The page answers.
    pub fn answered(&mut self, now_ms: u64, nonce: Nonce) {
        if let Some(watchdog) = &mut self.watchdog {
            watchdog.answered(now_ms, nonce);
        }
    }

    /// The window is no more, on our account or not.
    pub fn gone(&mut self) {
        if self.window != Window::Closing(Then::LoadAnew) {
            self.watchdog = None;
        }
        self.window = Window::Absent;
    }

    fn open(&mut self, now_ms: u64) -> Next {
        self.window = Window::Hidden { since_ms: now_ms };
        self.watchdog.get_or_insert_with(|| Watchdog::new(now_ms));
        Next { orders: vec![Order::Open], in_ms: Some(0) }
    }

    fn watch(&mut self, now_ms: u64, situation: &Situation, wanted: Seen) -> Next {
        let watchdog = self.watchdog.get_or_insert_with(|| Watchdog::new(now_ms));
        let (mut orders, mut in_ms) = (Vec::new(), None);
        match watchdog.poll(now_ms, wanted) {
            Due::Reload => return self.close(Then::LoadAnew),
            Due::Ask(nonce) => {
                orders.push(Order::Ask(nonce));
                in_ms = Some(ANSWER_WITHIN_MS);
            }
            Due::InMs(ms) => in_ms = Some(ms),
            Due::Nothing => {}
        }
        let seen = visibility::seen(situation, watchdog.health());
        match (self.window, seen) {
            (Window::Shown, Seen::Hidden(_)) => {
                self.window = Window::Hidden { since_ms: now_ms };
                orders.push(Order::Hide);
                in_ms = Some(in_ms.unwrap_or(KEPT_HIDDEN_MS));
            }
            (Window::Hidden { .. }, Seen::Shown) => {
                self.window = Window::Shown;
                orders.push(Order::Show);
            }
            (Window::Hidden { since_ms }, Seen::Hidden(_)) if wanted != Seen::Shown => {
                let kept_ms = now_ms.saturating_sub(since_ms);
                if kept_ms >= KEPT_HIDDEN_MS {
                    return self.close(Then::Forget);
                }
                in_ms = Some(KEPT_HIDDEN_MS - kept_ms);
            }
            (Window::Shown, Seen::Shown)
            | (Window::Hidden { .. }, Seen::Hidden(_))
            | (Window::Absent | Window::Closing(_), _) => {}
        }
        Next { orders, in_ms }
    }

    fn close(&mut self, then: Then) -> Next {
        self.window = Window::Closing(then);
        Next { orders: vec![Order::Close], in_ms: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Mode;
    use crate::visibility::{Content, GameWindow, Lies, Moment, Switch, When, Where};
    use crate::watchdog::{ASK_EVERY_MS, LOAD_WITHIN_MS, RELOAD_GAP_MIN_MS};

    const IN_A_MATCH: Situation = Situation {
        choice: Where::OverGame,
        lies: Lies::OnGamesMonitor,
        when: When::Always,
        switch: Switch::On,
        content: Content::Something,
        game: GameWindow::Unknown,
        moment: Moment::Playing,
        mode: Mode::Play,
    };
    const NO_MATCH: Situation = Situation { content: Content::Nothing, ..IN_A_MATCH };

    #[test]
    fn a_window_is_shown_once_its_page_has_said_a_word() {
        let mut stage = Stage::default();
        assert_eq!(stage.poll(0, &IN_A_MATCH).orders, [Order::Open]);
        assert_eq!(stage.poll(1, &IN_A_MATCH).orders, [], "its page still loads");
        stage.loaded(800);
        assert_eq!(stage.poll(800, &IN_A_MATCH).orders, [Order::Show]);
        assert_eq!(stage.poll(801, &IN_A_MATCH).orders, []);
    }

    #[test]
    fn a_hidden_window_is_ready_for_the_next_match_and_then_given_up() {
        let mut stage = shown();
        assert_eq!(stage.poll(1_000, &NO_MATCH).orders, [Order::Hide]);
        let next = stage.poll(1_500, &NO_MATCH);
        assert_eq!((next.orders, next.in_ms), (vec![], Some(KEPT_HIDDEN_MS - 500)));
        assert_eq!(stage.poll(1_800, &IN_A_MATCH).orders, [Order::Show]);
        stage.poll(3_000, &NO_MATCH);
        assert_eq!(stage.poll(3_000 + KEPT_HIDDEN_MS, &NO_MATCH).orders, [Order::Close]);
        stage.gone();
        assert_eq!(stage, Stage::default());
    }

    #[test]
    fn a_page_that_hangs_is_hidden_and_made_anew() {
        let mut stage = shown();
        let asked_ms = ASK_EVERY_MS;
        let next = stage.poll(asked_ms, &IN_A_MATCH);
        assert!(matches!(next.orders[..], [Order::Ask(_)]), "{next:?}");
        let silent_ms = asked_ms + ANSWER_WITHIN_MS;
        assert_eq!(stage.poll(silent_ms, &IN_A_MATCH).orders, [Order::Hide]);
        let reload_ms = silent_ms + RELOAD_GAP_MIN_MS;
        assert_eq!(stage.poll(reload_ms, &IN_A_MATCH).orders, [Order::Close]);
        assert_eq!(stage.poll(reload_ms + 1, &IN_A_MATCH).orders, [], "not beside the old one");
        stage.gone();
        assert_eq!(stage.poll(reload_ms + 2, &IN_A_MATCH).orders, [Order::Open]);
        assert_eq!(stage.poll(reload_ms + 3, &IN_A_MATCH).orders, [], "it loads");
        stage.loaded(reload_ms + 900);
        assert_eq!(stage.poll(reload_ms + 900, &IN_A_MATCH).orders, [Order::Show]);
    }

    #[test]
    fn a_page_that_answers_stays() {
        let mut stage = shown();
        let next = stage.poll(ASK_EVERY_MS, &IN_A_MATCH);
        let [Order::Ask(nonce)] = next.orders[..] else { panic!("{next:?}") };
        stage.answered(ASK_EVERY_MS + 5, nonce);
        let next = stage.poll(ASK_EVERY_MS + ANSWER_WITHIN_MS, &IN_A_MATCH);
        assert!(matches!(next.orders[..], [Order::Ask(_)]), "asked again, not hidden: {next:?}");
    }

    #[test]
    fn a_window_that_somebody_closes_is_made_anew_and_shown_when_its_page_is_there() {
        let mut stage = shown();
        stage.gone();
        assert_eq!(stage.poll(10, &IN_A_MATCH).orders, [Order::Open]);
        assert_eq!(stage.poll(11, &IN_A_MATCH).orders, [], "its page still loads");
    }

    #[test]
    fn a_window_that_cannot_be_made_is_tried_again_after_a_while() {
        let mut stage = Stage::default();
        stage.poll(0, &IN_A_MATCH);
        let next = stage.poll(1, &IN_A_MATCH);
        assert_eq!((next.orders, next.in_ms), (vec![], Some(LOAD_WITHIN_MS - 1)));
        stage.poll(LOAD_WITHIN_MS, &IN_A_MATCH);
        let later_ms = LOAD_WITHIN_MS + RELOAD_GAP_MIN_MS;
        assert_eq!(stage.poll(later_ms, &IN_A_MATCH).orders, [Order::Close]);
        stage.gone();
        assert_eq!(stage.poll(later_ms, &IN_A_MATCH).orders, [Order::Open]);
    }

    fn shown() -> Stage {
        let mut stage = Stage::default();
        stage.poll(0, &IN_A_MATCH);
        stage.loaded(0);
        assert_eq!(stage.poll(0, &IN_A_MATCH).orders, [Order::Show]);
        stage
    }
}
