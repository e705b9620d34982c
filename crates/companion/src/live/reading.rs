//! Which games are read at the moment: what the settings have on and nobody turned off.

use std::{collections::BTreeMap, net::SocketAddr};

use tokio::sync::Mutex;

use crate::{DataDir, Game, Settings, kill_switch::TurnedOff, readers::Readers, uploads::Heading};

/// The readers with what decides on them. Whoever needs both locks takes the settings'
/// first.
pub(super) struct Reading {
    dir: DataDir,
    pub(super) settings: Mutex<Settings>,
    /// None when the run has ended.
    readers: Mutex<Option<Readers>>,
    /// Whose word counts.
    heading: Heading,
    /// What is wrong with the local file, as far as it was told.
    fault: Mutex<Option<String>>,
}

impl Reading {
    pub(super) fn new(
        dir: DataDir,
        settings: Settings,
        readers: Readers,
        heading: Heading,
    ) -> Self {
        let (settings, readers) = (Mutex::new(settings), Mutex::new(Some(readers)));
        Self { dir, settings, readers, heading, fault: Mutex::default() }
    }

    /// Starts to read. Where games report to that are listened for.
    pub(super) async fn begin(&self) -> BTreeMap<Game, SocketAddr> {
        let settings = self.settings.lock().await;
        self.apply(&settings).await
    }

    /// Reads as `settings` say from here on; a game that is on and could not be read is
    /// tried again. Where games report to now.
    pub(super) async fn apply(&self, settings: &Settings) -> BTreeMap<Game, SocketAddr> {
        let turned_off = self.turned_off().await;
        let mut readers = self.readers.lock().await;
        let Some(readers) = readers.as_mut() else { return BTreeMap::new() };
        readers.turn_off(turned_off);
        readers.apply(settings).await;
        readers.addresses()
    }

    /// Looks whether another game is turned off than before, or one is no more, and
    /// whether a reader ended that should go on.
    pub(super) async fn look_again(&self) {
        let settings = self.settings.lock().await;
        let turned_off = self.turned_off().await;
        let mut readers = self.readers.lock().await;
        let Some(readers) = readers.as_mut() else { return };
        if readers.turn_off(turned_off) {
            readers.apply(&settings).await;
        } else {
            readers.revive(&settings).await;
        }
    }

    /// Reads no more, and waits until every reader has stopped.
    pub(super) async fn end(&self) {
        let readers = self.readers.lock().await.take();
        if let Some(readers) = readers {
            readers.stopped().await;
        }
    }

    async fn turned_off(&self) -> TurnedOff {
        let (turned_off, fault) = TurnedOff::load(&self.dir, self.heading.now().server());
        let mut told = self.fault.lock().await;
        if let Some(fault) = fault.as_ref().filter(|fault| told.as_ref() != Some(*fault)) {
            tracing::warn!("{fault}");
        }
        *told = fault;
        turned_off
    }
}
