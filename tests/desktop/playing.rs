//! A match that goes on while a test looks at what it shows.

use std::{
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use reqwest::blocking::RequestBuilder;

/// The app forgets a match that no message showed for a minute, and each step of a
/// test may take as long.
const EVERY: Duration = Duration::from_secs(5);

/// A game that posts until it is dropped.
pub(crate) struct Playing {
    end: Sender<()>,
    posting: Option<JoinHandle<()>>,
}

impl Playing {
    /// Posts the same again and again.
    pub(crate) fn posting(message: RequestBuilder) -> Self {
        let (end, ended) = channel();
        let posting = thread::spawn(move || {
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                // An app that has ended takes nothing any more.
                drop(message.try_clone().map(RequestBuilder::send));
            }
        });
        Self { end, posting: Some(posting) }
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.end.send(()).ok();
        if let Some(posting) = self.posting.take() {
            posting.join().ok();
        }
    }
}
