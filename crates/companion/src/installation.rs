//! Opens what both live capture and a replay work on.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use event_model::Clock;
use outbox::Outbox;
use tokio::sync::Notify;

use crate::{DataDir, Error, Identity, Settings, SettingsFrom, owned_outbox::open_owned};

/// An installation that this process owns.
pub(crate) struct Installation {
    pub(crate) dir: DataDir,
    pub(crate) settings: Settings,
    pub(crate) identity: Identity,
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    /// Tells an upload that something was appended.
    pub(crate) wake: Arc<Notify>,
}

impl Installation {
    /// Opens it; `over` lays the command line over the settings.
    pub(crate) fn open(
        data_dir: Option<PathBuf>,
        from: SettingsFrom,
        over: impl FnOnce(Settings) -> Settings,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let dir = DataDir::open(data_dir)?;
        let settings = over(match from {
            SettingsFrom::File => Settings::load_or_create(&dir)?,
            SettingsFrom::Defaults => Settings::default(),
        });
        let identity = Identity::load_or_create(&dir)?;
        let outbox = Arc::new(Mutex::new(open_owned(&dir, identity.device(), clock.now())?));
        Ok(Self { dir, settings, identity, outbox, wake: Arc::default() })
    }
}
