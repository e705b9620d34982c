//! Keeps what happened back until an audience may see it. Pure.

use std::collections::VecDeque;

use live_view::{FEED_LINES_MAX, LiveUpdate};

use crate::Delay;

/// Updates kept back: five minutes at the rate that a view tells, and as many
/// again for the first of a burst. Beyond it the two oldest become one.
const UPDATES_MAX: usize = 6_000;

/// Updates on their way. Milliseconds are of any clock that only goes on.
#[derive(Debug, Default)]
pub(crate) struct DelayLine {
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    told_at_ms: u64,
    update: LiveUpdate,
}

impl DelayLine {
    /// Keeps what was told at that moment. Whether it says to forget is not kept: that
    /// is done at once, with [`Self::forget`].
    pub(crate) fn push(&mut self, told_at_ms: u64, mut update: LiveUpdate) {
        if std::mem::take(&mut update.forget) {
            self.forget();
        }
        self.waiting.push_back(Waiting { told_at_ms, update });
        if self.waiting.len() > UPDATES_MAX {
            self.join_the_oldest();
        }
    }

    /// Drops what happened from what waits: nobody is to see it any more. The status is
    /// nothing that happened, and waits on.
    fn forget(&mut self) {
        for Waiting { update, .. } in &mut self.waiting {
            update.lines.clear();
            update.running = None;
        }
    }

    /// The next update that is old enough.
    pub(crate) fn pop(&mut self, now_ms: u64, delay: Delay) -> Option<LiveUpdate> {
        let due = self.waiting.front()?.told_at_ms.saturating_add(delay.as_ms()) <= now_ms;
        if due { self.waiting.pop_front().map(|waiting| waiting.update) } else { None }
    }

    /// In how many milliseconds the next one is old enough; nothing waits, nothing.
    pub(crate) fn next_in_ms(&self, now_ms: u64, delay: Delay) -> Option<u64> {
        let due_ms = self.waiting.front()?.told_at_ms.saturating_add(delay.as_ms());
        Some(due_ms.saturating_sub(now_ms))
    }

    /// The oldest waits as long as the one behind it: later, and no line is
    /// lost that a feed still holds.
    fn join_the_oldest(&mut self) {
        let (Some(oldest), Some(next)) = (self.waiting.pop_front(), self.waiting.front_mut())
        else {
            return;
        };
        let LiveUpdate { forget: _, mut lines, running, status } = oldest.update;
        lines.append(&mut next.update.lines);
        lines.drain(..lines.len().saturating_sub(FEED_LINES_MAX));
        next.update.lines = lines;
        next.update.running = next.update.running.take().or(running);
        next.update.status = next.update.status.take().or(status);
    }
}

#[cfg(test)]
mod tests {
    use live_view::{Capture, FeedLine, LiveView, Saved};

    use super::*;

    #[test]
    fn nothing_is_shown_before_its_time() {
        let mut line = DelayLine::default();
        line.push(1_000, told(Capture::Running));
        let delay = Delay::new(10).unwrap();
        assert_eq!(line.pop(10_999, delay), None);
        assert_eq!(line.next_in_ms(10_400, delay), Some(600));
        assert_eq!(line.pop(11_000, delay), Some(told(Capture::Running)));
        assert_eq!(line.next_in_ms(11_000, delay), None);
    }

    #[test]
    fn without_a_delay_everything_is_shown_at_once() {
        let mut line = DelayLine::default();
        line.push(7, told(Capture::Running));
        assert!(line.pop(7, Delay::default()).is_some());
    }

    #[test]
    fn a_longer_delay_holds_what_already_waits() {
        let mut line = DelayLine::default();
        line.push(0, told(Capture::Running));
        assert_eq!(line.pop(60_000, Delay::new(300).unwrap()), None);
        assert!(line.pop(60_000, Delay::new(60).unwrap()).is_some());
    }

    #[test]
    fn more_than_it_holds_comes_later_and_whole() {
        let (mut line, mut view) = (DelayLine::default(), LiveView::default());
        for n in 0..UPDATES_MAX + 50 {
            let (before, problem) = (view.revision(), n.to_string());
            view.set_capture(Capture::Failed { problem });
            line.push(n as u64, view.changes_since(before));
        }
        assert_eq!(line.waiting.len(), UPDATES_MAX);
        let mut shown = LiveView::default();
        while let Some(update) = line.pop(u64::MAX, Delay::default()) {
            shown.apply(update);
        }
        assert_eq!(shown.changes_since(0), view.changes_since(0));
    }

    #[test]
    fn what_was_erased_while_it_waited_is_never_shown() {
        let (mut line, mut view) = (DelayLine::default(), LiveView::default());
        view.set_capture(Capture::Running);
        view.remember(kill("before"));
        line.push(1_000, view.changes_since(0));
        let before = view.revision();
        view.forget();
        view.remember(kill("after"));
        line.push(2_000, view.changes_since(before));
        let delay = Delay::new(10).unwrap();
        let status = line.pop(11_000, delay).unwrap();
        assert_eq!((status.lines, status.running), (Vec::new(), None));
        assert_eq!(status.status.as_ref(), Some(view.status()), "what else waited is shown");
        assert_eq!(line.pop(11_999, delay), None, "what came after waits as ever");
        let after = line.pop(12_000, delay).unwrap();
        assert_eq!((after.forget, after.lines), (false, vec![kill("after")]));
    }

    fn kill(event_id: &str) -> FeedLine {
        FeedLine {
            event_id: event_id.to_owned(),
            source: "cs2".to_owned(),
            match_key: "cs2:session-0".to_owned(),
            kind: "kill".to_owned(),
            attacker: None,
            victim: None,
            observer: None,
            you: None,
            round: None,
            match_clock_ms: None,
            named: None,
            streak: None,
            weapon: None,
            headshot: None,
            time: "2026-11-21T20:00:00Z".to_owned(),
            saved: Saved::NotSaved,
        }
    }

    fn told(capture: Capture) -> LiveUpdate {
        let mut view = LiveView::default();
        view.set_capture(capture);
        view.changes_since(0)
    }
}
