//! What there is to show, with a revision for each change of it.

use std::collections::VecDeque;

use serde::Serialize;

use crate::{Capture, CompanionStatus, FeedLine, Glance, Status};

/// Two long matches' worth; a page keeps as many. Older events are in the outbox.
pub const FEED_LINES_MAX: usize = 300;

/// What a page is told: everything that changed since it was told last.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LiveUpdate {
    /// Lines of the feed that are new or have changed, the oldest first.
    pub lines: Vec<FeedLine>,
    /// The match that runs, where that has changed.
    pub running: Option<Running>,
    /// The status, where it has changed.
    pub status: Option<Status>,
}

/// The match that runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Running {
    /// How it stands; absent while none runs.
    pub glance: Option<Glance>,
    /// The source's name, such as `cs2`; absent while none runs.
    pub source: Option<String>,
}

/// The feed, the match at a glance, and the status.
#[derive(Debug, Default)]
pub struct LiveView {
    /// The newest first.
    feed: VecDeque<Revised<FeedLine>>,
    running: Revised<Running>,
    status: Revised<Status>,
    revision: u64,
}

/// Something, and the revision it came with.
#[derive(Debug, Default)]
struct Revised<T> {
    revision: u64,
    what: T,
}

impl LiveView {
    /// Counts the changes so far.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status.what
    }

    /// How the running match stands, where one runs.
    #[must_use]
    pub fn running(&self) -> Option<&Glance> {
        self.running.what.glance.as_ref()
    }

    /// Puts a line on top, or renews it where it stands.
    pub fn remember(&mut self, line: FeedLine) {
        let revised = self.revised(line);
        let known = self.feed.iter_mut().find(|known| known.what.event_id == revised.what.event_id);
        if let Some(known) = known {
            *known = revised;
            return;
        }
        self.feed.push_front(revised);
        self.feed.truncate(FEED_LINES_MAX);
    }

    /// Takes what a source's last frame says of the match. While the player
    /// watches others a game tells theirs and not the player's own numbers: these
    /// stand as they were last told.
    pub fn set_glance(&mut self, source: &str, mut glance: Glance) {
        let known = self.running().filter(|known| known.match_key == glance.match_key);
        if let Some(known) = known {
            glance.you = glance.you.or(known.you);
            glance.score = glance.score.or(known.score);
        }
        self.set_running(Running { glance: Some(glance), source: Some(source.to_owned()) });
    }

    /// No match of this source runs any more.
    pub fn clear_glance(&mut self, source: &str) {
        if self.running.what.source.as_deref() == Some(source) {
            self.set_running(Running::default());
        }
    }

    /// Takes the companion's word.
    pub fn set_companion(&mut self, companion: CompanionStatus) {
        let capture = self.status.what.capture.clone();
        self.set_status(Status { capture, companion });
    }

    /// Takes whether the companion runs.
    pub fn set_capture(&mut self, capture: Capture) {
        let companion = self.status.what.companion.clone();
        self.set_status(Status { capture, companion });
    }

    /// What a page is to be told that was told everything up to `revision`;
    /// 0 is a page that was told nothing.
    #[must_use]
    pub fn changes_since(&self, revision: u64) -> LiveUpdate {
        let told_nothing = revision == 0;
        let lines = self.feed.iter().rev().filter(|line| line.revision > revision);
        LiveUpdate {
            lines: lines.map(|line| line.what.clone()).collect(),
            running: self.running.after(revision, told_nothing),
            status: self.status.after(revision, told_nothing),
        }
    }

    fn set_running(&mut self, running: Running) {
        if self.running.what != running {
            self.running = self.revised(running);
        }
    }

    fn set_status(&mut self, status: Status) {
        if self.status.what != status {
            self.status = self.revised(status);
        }
    }

    fn revised<T>(&mut self, what: T) -> Revised<T> {
        self.revision += 1;
        Revised { revision: self.revision, what }
    }
}

impl<T: Clone> Revised<T> {
    fn after(&self, revision: u64, told_nothing: bool) -> Option<T> {
        (told_nothing || self.revision > revision).then(|| self.what.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Phase, Saved, Score, Tally, UploadStatus};

    #[test]
    fn a_page_that_was_told_nothing_is_told_everything() {
        let view = view(["a", "b"]);
        let told = view.changes_since(0);
        assert_eq!(ids(&told), ["a", "b"], "the oldest first, as they happened");
        assert_eq!(told.status, Some(Status::default()), "also what never changed");
        assert_eq!(told.running, Some(Running::default()));
    }

    #[test]
    fn a_page_is_told_what_changed_and_nothing_else() {
        let mut view = view(["a", "b"]);
        let told = view.revision();
        view.remember(line("c"));
        let update = view.changes_since(told);
        assert_eq!(ids(&update), ["c"]);
        assert_eq!((update.status, update.running), (None, None));
    }

    #[test]
    fn a_line_told_again_is_renewed_where_it_stands() {
        let mut view = view(["a", "b"]);
        let told = view.revision();
        view.remember(FeedLine { saved: Saved::Saved, ..line("a") });
        assert_eq!(ids(&view.changes_since(told)), ["a"]);
        assert_eq!(ids(&view.changes_since(0)), ["a", "b"], "saving an event does not move it");
    }

    #[test]
    fn the_feed_is_bounded_and_drops_the_oldest() {
        let view = view((0..=FEED_LINES_MAX).map(|n| n.to_string()));
        let told = view.changes_since(0);
        assert_eq!(told.lines.len(), FEED_LINES_MAX);
        assert!(!ids(&told).contains(&"0"), "the first line gave way");
    }

    #[test]
    fn the_same_word_again_is_no_change() {
        let mut view = LiveView::default();
        view.set_capture(Capture::Running);
        view.set_glance("cs2", glance());
        let revision = view.revision();
        view.set_capture(Capture::Running);
        view.set_glance("cs2", glance());
        view.clear_glance("league");
        assert_eq!(view.revision(), revision);
    }

    #[test]
    fn the_players_own_numbers_stand_while_they_watch_others() {
        let mut view = LiveView::default();
        let you = Some(Tally { kills: 3, deaths: 1, assists: 0 });
        let score = Some(Score { own: 4, other: 2 });
        view.set_glance("cs2", Glance { you, score, ..glance() });
        view.set_glance("cs2", Glance { phase: Phase::Dead, ..glance() });
        let shown = view.running().unwrap();
        assert_eq!((shown.you, shown.score, shown.phase), (you, score, Phase::Dead));
        view.set_glance("cs2", Glance { match_key: "cs2:another".to_owned(), ..glance() });
        assert_eq!(view.running().unwrap().you, None, "another match begins with nothing");
    }

    #[test]
    fn a_match_that_ended_is_told_once() {
        let mut view = LiveView::default();
        view.set_glance("cs2", glance());
        let told = view.revision();
        view.clear_glance("cs2");
        assert_eq!(view.changes_since(told).running, Some(Running::default()));
    }

    #[test]
    fn a_change_of_the_counts_keeps_what_is_known_of_the_capture() {
        let mut view = LiveView::default();
        view.set_capture(Capture::Running);
        let upload = UploadStatus { pending: 3, ..UploadStatus::default() };
        view.set_companion(CompanionStatus { upload, ..CompanionStatus::default() });
        let status = view.status();
        assert_eq!((&status.capture, status.companion.upload.pending), (&Capture::Running, 3));
    }

    fn view(ids: impl IntoIterator<Item: Into<String>>) -> LiveView {
        let mut view = LiveView::default();
        ids.into_iter().for_each(|id| view.remember(line(id)));
        view
    }

    fn ids(update: &LiveUpdate) -> Vec<&str> {
        update.lines.iter().map(|line| line.event_id.as_str()).collect()
    }

    fn glance() -> Glance {
        Glance { match_key: "cs2:session-0".to_owned(), ..Glance::default() }
    }

    fn line(id: impl Into<String>) -> FeedLine {
        FeedLine {
            event_id: id.into(),
            source: "cs2".to_owned(),
            match_key: "cs2:session-0".to_owned(),
            kind: "kill".to_owned(),
            attacker: None,
            victim: None,
            observer: None,
            round: None,
            match_clock_ms: None,
            time: "2026-11-21T20:00:00Z".to_owned(),
            saved: Saved::NotSaved,
        }
    }
}
