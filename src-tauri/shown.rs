//! What the page shows, kept for a page that loads late or again. Pure.

use std::collections::VecDeque;

use companion::CompanionStatus;

use crate::view::{Capture, FeedLine, Status};

/// Two long matches' worth; the page keeps as many. Older events are in the outbox.
const FEED_LINES_MAX: usize = 300;

/// The feed, newest first, and the status.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    feed: VecDeque<FeedLine>,
    status: Status,
}

impl Shown {
    /// The lines, newest first.
    pub(crate) fn feed(&self) -> Vec<FeedLine> {
        self.feed.iter().cloned().collect()
    }

    /// The status.
    pub(crate) fn status(&self) -> Status {
        self.status.clone()
    }

    /// Puts a line on top, or renews it where it stands.
    pub(crate) fn remember(&mut self, line: FeedLine) {
        if let Some(known) = self.feed.iter_mut().find(|known| known.event_id == line.event_id) {
            *known = line;
            return;
        }
        self.feed.push_front(line);
        self.feed.truncate(FEED_LINES_MAX);
    }

    /// Takes the companion's word and returns the whole status.
    pub(crate) fn set_companion(&mut self, companion: CompanionStatus) -> Status {
        self.status = Status::of(self.status.capture.clone(), companion);
        self.status()
    }

    /// Takes whether the companion runs and returns the whole status.
    pub(crate) fn set_capture(&mut self, capture: Capture) -> Status {
        self.status.capture = capture;
        self.status()
    }
}

#[cfg(test)]
mod tests {
    use companion::UploadStatus;

    use super::*;
    use crate::view::Saved;

    #[test]
    fn the_newest_line_is_on_top() {
        let shown = shown(["a", "b"]);
        assert_eq!(ids(&shown), ["b", "a"]);
    }

    #[test]
    fn a_line_told_again_is_renewed_where_it_stands() {
        let mut shown = shown(["a", "b"]);
        shown.remember(FeedLine { saved: Saved::Saved, ..line("a") });
        assert_eq!(ids(&shown), ["b", "a"], "saving an event does not move it");
        assert_eq!(shown.feed()[1].saved, Saved::Saved);
    }

    #[test]
    fn the_feed_is_bounded_and_drops_the_oldest() {
        let shown = shown((0..=FEED_LINES_MAX).map(|n| n.to_string()));
        assert_eq!(shown.feed().len(), FEED_LINES_MAX);
        assert!(!ids(&shown).contains(&"0".to_owned()), "the first line gave way");
    }

    #[test]
    fn a_change_of_the_counts_keeps_what_is_known_of_the_capture() {
        let mut shown = Shown::default();
        shown.set_capture(Capture::Running);
        let upload = UploadStatus { pending: 3, ..UploadStatus::default() };
        let status = shown.set_companion(CompanionStatus { upload, ..CompanionStatus::default() });
        assert_eq!((status.capture, status.upload.pending), (Capture::Running, 3));
    }

    fn shown(ids: impl IntoIterator<Item: Into<String>>) -> Shown {
        let mut shown = Shown::default();
        ids.into_iter().for_each(|id| shown.remember(line(id)));
        shown
    }

    fn line(id: impl Into<String>) -> FeedLine {
        FeedLine {
            event_id: id.into(),
            source: "league".to_owned(),
            match_key: "league:session-1".to_owned(),
            kind: "kill".to_owned(),
            attacker: None,
            victim: None,
            observer: None,
            round: None,
            match_clock_ms: None,
            time: "2026-11-20T19:00:00Z".to_owned(),
            saved: Saved::NotSaved,
        }
    }

    fn ids(shown: &Shown) -> Vec<String> {
        shown.feed().into_iter().map(|line| line.event_id).collect()
    }
}
