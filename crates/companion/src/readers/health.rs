//! How the readers are doing, for whoever shows it while they come and go.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use event_model::Source;
use live_view::{GameOff, SourceState};

/// How each game that is read, or should be, is read.
#[derive(Clone, Default)]
pub(crate) struct Health(Arc<Mutex<BTreeMap<Source, Reader>>>);

/// Where one reader says how it is.
pub(super) enum Reader {
    /// It runs.
    There {
        /// How it is doing whenever somebody looks.
        now: Box<dyn Fn() -> Now + Send>,
        /// Where it listens, where it does.
        address: Option<SocketAddr>,
    },
    /// It is not there although it should be.
    Absent(SourceState),
}

/// How one reader is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Now {
    /// What is going on.
    pub(crate) state: SourceState,
    /// Posts to the listener that were refused before they became frames.
    pub(crate) refused_posts: u64,
    /// Frames lost because nobody took the ones before them.
    pub(crate) frames_dropped: u64,
    /// Games that it could tell of, and that are not read for now.
    pub(crate) games_off: Vec<GameOff>,
}

impl Now {
    /// In that state, and nothing was refused or lost.
    pub(super) fn at(state: SourceState) -> Self {
        Self { state, ..Self::default() }
    }
}

impl Health {
    pub(super) fn set(&self, source: Source, reader: Reader) {
        self.readers().insert(source, reader);
    }

    pub(super) fn forget(&self, source: Source) {
        self.readers().remove(&source);
    }

    /// The sources that are read or should be.
    pub(crate) fn sources(&self) -> Vec<Source> {
        self.readers().keys().copied().collect()
    }

    /// How the reading of a source goes; one that nobody reads is off.
    pub(crate) fn now(&self, source: Source) -> Now {
        match self.readers().get(&source) {
            None => Now::default(),
            Some(Reader::There { now, .. }) => now(),
            Some(Reader::Absent(state)) => Now::at(state.clone()),
        }
    }

    /// Where the reader of a source listens, where it does.
    pub(super) fn address(&self, source: Source) -> Option<SocketAddr> {
        match self.readers().get(&source) {
            Some(Reader::There { address, .. }) => *address,
            Some(Reader::Absent(_)) | None => None,
        }
    }

    fn readers(&self) -> MutexGuard<'_, BTreeMap<Source, Reader>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_that_nobody_reads_is_off() {
        assert_eq!(Health::default().now(Source::League), Now::at(SourceState::Off));
    }
}
