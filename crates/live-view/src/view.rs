//! What there is to show, with a revision for each change of it.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::{Capture, CompanionStatus, FeedLine, Glance, Status};

/// Two long matches' worth; a page keeps as many. Older events are in the outbox.
pub const FEED_LINES_MAX: usize = 300;

/// What a page is told: everything that changed since it was told last.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct LiveUpdate {
    /// The player had erased what happened: all that was told before this is to be
    /// forgotten, but for the status.
    pub forget: bool,
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
    /// So many moments of it the player marked while this page was open.
    pub chapters: u32,
}

/// The feed, the match at a glance, and the status.
///
/// Several sources may show a match at once: a flight of Elite goes on behind another
/// game. One is shown, that of the source in which something happened last; the others
/// are kept as they stand, so that none loses its numbers when it is shown again.
#[derive(Debug, Default)]
pub struct LiveView {
    /// The newest first.
    feed: VecDeque<Revised<FeedLine>>,
    /// What is shown.
    running: Revised<Running>,
    /// The matches that run, by their sources.
    matches: BTreeMap<String, Running>,
    /// The source in which something happened last.
    lively: Option<String>,
    status: Revised<Status>,
    /// The revision at which what had happened was forgotten last.
    forgotten: u64,
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

    /// The name of the source that shows the running match.
    #[must_use]
    pub fn running_source(&self) -> Option<&str> {
        self.running.what.source.as_deref()
    }

    /// Puts a line on top, or renews it where it stands.
    pub fn remember(&mut self, line: FeedLine) {
        let revised = self.revised(line);
        let known = self.feed.iter_mut().find(|known| known.what.event_id == revised.what.event_id);
        if let Some(known) = known {
            *known = revised;
            return;
        }
        self.lively = Some(revised.what.source.clone());
        self.feed.push_front(revised);
        self.feed.truncate(FEED_LINES_MAX);
        self.show();
    }

    /// Takes what a source's last frame says of the match. While the player
    /// watches others a game tells theirs and not the player's own numbers: these
    /// stand as they were last told.
    pub fn set_glance(&mut self, source: &str, mut glance: Glance) {
        let known = self.matches.get(source).filter(|known| known.is_of(&glance.match_key));
        if let Some(known) = known.and_then(|known| known.glance.as_ref()) {
            glance.you = glance.you.or(known.you);
            glance.score = glance.score.or(known.score);
        }
        let chapters = known.map_or(0, |known| known.chapters);
        let running = Running { glance: Some(glance), source: Some(source.to_owned()), chapters };
        self.matches.insert(source.to_owned(), running);
        self.show();
    }

    /// So many moments of this match the player has marked. One that has ended meanwhile
    /// is shown no longer.
    pub fn set_chapters(&mut self, match_key: &str, chapters: u32) {
        for running in self.matches.values_mut().filter(|running| running.is_of(match_key)) {
            running.chapters = chapters;
        }
        self.show();
    }

    /// No match of this source runs any more.
    pub fn clear_glance(&mut self, source: &str) {
        self.matches.remove(source);
        self.show();
    }

    /// Shows the match in which something happened last; before anything did, and when
    /// that one is over, the one that is shown as long as it runs.
    fn show(&mut self) {
        let shown = self.running.what.source.as_ref();
        let sources = [self.lively.as_ref(), shown];
        let next = sources.into_iter().flatten().find_map(|source| self.matches.get(source));
        let next = next.or_else(|| self.matches.values().next()).cloned();
        self.set_running(next.unwrap_or_default());
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

    /// Takes what a page of another view was told: a view that takes every update
    /// in turn shows what the other one shows.
    pub fn apply(&mut self, update: LiveUpdate) {
        if update.forget {
            self.forget();
        }
        update.lines.into_iter().for_each(|line| self.remember(line));
        if let Some(running) = update.running {
            // The other view knows which of several it shows.
            self.matches.clear();
            if let Some(source) = running.source.clone() {
                self.matches.insert(source, running);
            }
            self.show();
        }
        if let Some(status) = update.status {
            self.set_status(status);
        }
    }

    /// Forgets what happened: the player had it erased. A page that was told of it is
    /// told to forget it too.
    pub fn forget(&mut self) {
        self.feed.clear();
        self.matches.clear();
        self.lively = None;
        self.show();
        self.revision += 1;
        self.forgotten = self.revision;
    }

    /// What a page is to be told that was told everything up to `revision`;
    /// 0 is a page that was told nothing.
    #[must_use]
    pub fn changes_since(&self, revision: u64) -> LiveUpdate {
        let told_nothing = revision == 0;
        let lines = self.feed.iter().rev().filter(|line| line.revision > revision);
        LiveUpdate {
            forget: !told_nothing && self.forgotten > revision,
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

impl Running {
    fn is_of(&self, match_key: &str) -> bool {
        self.glance.as_ref().is_some_and(|glance| glance.match_key == match_key)
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
    fn marked_moments_are_those_of_the_match_that_runs() {
        let mut view = LiveView::default();
        view.set_glance("cs2", glance());
        view.set_chapters(&glance().match_key, 2);
        view.set_chapters("cs2:another", 9);
        view.set_glance("cs2", Glance { round: Some(9), ..glance() });
        assert_eq!(view.changes_since(0).running.unwrap().chapters, 2);
        view.set_glance("cs2", Glance { match_key: "cs2:another".to_owned(), ..glance() });
        assert_eq!(view.changes_since(0).running.unwrap().chapters, 0);
    }

    #[test]
    fn of_two_matches_the_one_is_shown_in_which_something_happened_last() {
        let mut view = LiveView::default();
        let flight = Glance { match_key: "elite:session-1".to_owned(), ..Glance::default() };
        let you = Some(Tally { kills: 3, deaths: 1, assists: 0 });
        view.set_glance("cs2", Glance { you, ..glance() });
        view.set_chapters(&glance().match_key, 2);
        let told = view.revision();
        for _ in 0..3 {
            view.set_glance("elite", flight.clone());
            view.set_glance("cs2", glance());
        }
        assert_eq!(view.changes_since(told).running, None, "nothing happened in the other");

        view.remember(FeedLine { source: "elite".to_owned(), ..line("jump") });
        assert_eq!(view.running_source(), Some("elite"));
        view.set_glance("cs2", glance());
        assert_eq!(view.running_source(), Some("elite"));
        view.remember(line("kill"));
        let running = view.changes_since(0).running.unwrap();
        assert_eq!(running.source.as_deref(), Some("cs2"));
        let shown = running.glance.unwrap();
        assert_eq!((shown.you, running.chapters), (you, 2), "as it stood");
        view.clear_glance("cs2");
        assert_eq!(view.running_source(), Some("elite"), "that one runs still");
        view.clear_glance("elite");
        assert_eq!(view.running(), None);
    }

    #[test]
    fn what_is_saved_again_does_not_count_as_happening() {
        let mut view = LiveView::default();
        view.set_glance("cs2", glance());
        view.set_glance("elite", Glance::default());
        view.remember(FeedLine { source: "elite".to_owned(), ..line("jump") });
        view.remember(line("kill"));
        let saved = FeedLine { source: "elite".to_owned(), saved: Saved::Saved, ..line("jump") };
        view.remember(saved);
        assert_eq!(view.running_source(), Some("cs2"));
    }

    #[test]
    fn what_was_erased_is_told_to_no_page_any_more() {
        let mut view = LiveView::default();
        view.remember(line("a"));
        view.forget();
        let told = view.changes_since(0);
        assert_eq!(told.lines, []);
        assert!(!told.forget, "a page that was told nothing has nothing to forget");
    }

    #[test]
    fn a_page_that_was_told_before_an_erasure_forgets_and_takes_what_came_after() {
        let (mut told, mut taking) = (view(["a"]), LiveView::default());
        told.set_capture(Capture::Running);
        told.set_glance("cs2", glance());
        taking.apply(told.changes_since(0));
        let before = told.revision();
        told.forget();
        told.remember(line("b"));
        let update = told.changes_since(before);
        assert_eq!((update.forget, ids(&update)), (true, vec!["b"]));
        assert!(!told.changes_since(told.revision()).forget, "it is told once");
        taking.apply(update);
        assert_eq!(taking.changes_since(0), told.changes_since(0));
        assert!(taking.changes_since(before).forget, "and tells it on");
    }

    #[test]
    fn to_forget_is_told_where_nothing_else_is() {
        let mut view = LiveView::default();
        view.set_capture(Capture::Running);
        let told = view.revision();
        view.forget();
        assert!(view.revision() > told, "who waits for a change is woken");
        assert!(view.changes_since(told).forget);
    }

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
    fn a_view_that_takes_what_another_tells_shows_the_same() {
        let (mut told, mut taking) = (view(["a", "b"]), LiveView::default());
        taking.apply(told.changes_since(0));
        let revision = told.revision();
        told.remember(FeedLine { saved: Saved::Saved, ..line("a") });
        told.remember(line("c"));
        told.set_glance("cs2", glance());
        told.set_capture(Capture::Running);
        taking.apply(told.changes_since(revision));
        assert_eq!(taking.changes_since(0), told.changes_since(0));
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
}
