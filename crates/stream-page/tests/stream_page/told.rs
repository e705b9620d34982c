//! What the tests' pages are made of, and what they are told.

use live_view::{Capture, FeedLine, LiveUpdate, LiveView, Saved};
use stream_page::{Audience, Names, Page, Pages, StreamLanguage, StreamLook, StreamToken};

pub(crate) const LOOK: StreamLook = StreamLook { rows: 4, language: StreamLanguage::En };

/// The app's files: one page and one script are the stream's.
pub(crate) struct Files;

impl Pages for Files {
    fn page(&self, path: &str) -> Option<Page> {
        let (bytes, media_type) = match path {
            "/stream.html" => ("<p>the page</p>", "text/html"),
            "/assets/a.js" => ("// the script", "text/javascript"),
            "/main.html" => ("<p>another page</p>", "text/html"),
            _ => return None,
        };
        Some(Page { bytes: bytes.into(), media_type: media_type.to_owned() })
    }
}

pub(crate) fn token() -> StreamToken {
    StreamToken::generate().unwrap()
}

pub(crate) fn shown() -> Audience {
    Audience { names: Names::Shown, ..Audience::default() }
}

pub(crate) fn kill(event_id: &str) -> LiveUpdate {
    let mut view = LiveView::default();
    view.set_capture(Capture::Running);
    view.remember(FeedLine {
        event_id: event_id.to_owned(),
        source: "league".to_owned(),
        match_key: "league:1".to_owned(),
        // No id of an event reaches a reader: this is what tells one from another.
        kind: event_id.to_owned(),
        attacker: Some("Ana".to_owned()),
        victim: Some("Bo".to_owned()),
        observer: Some("Ana#EUW".to_owned()),
        you: None,
        round: None,
        match_clock_ms: Some(84_000),
        named: None,
        streak: None,
        weapon: None,
        headshot: None,
        time: "2026-11-22T19:00:00Z".to_owned(),
        saved: Saved::Saved,
    });
    view.changes_since(0)
}
