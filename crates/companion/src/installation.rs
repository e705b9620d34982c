//! Opens what both live capture and a replay work on.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use event_model::Clock;
use outbox::Outbox;

use crate::{
    DataDir, Error, Identity, Settings,
    owned_outbox::open_owned,
    upload::{Upload, UploadOptions},
};

/// An installation that this process owns, its upload running where the player
/// agreed to one.
pub(crate) struct Installation {
    pub(crate) dir: DataDir,
    pub(crate) settings: Settings,
    pub(crate) identity: Identity,
    pub(crate) outbox: Arc<Mutex<Outbox>>,
    pub(crate) upload: Option<Upload>,
}

impl Installation {
    /// Opens it; `over` lays the command line over the settings.
    pub(crate) fn open(
        data_dir: Option<PathBuf>,
        options: &UploadOptions,
        over: impl FnOnce(Settings) -> Settings,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let dir = DataDir::open(data_dir)?;
        let settings = over(Settings::load_or_create(&dir)?);
        let identity = Identity::load_or_create(&dir)?;
        let outbox = Arc::new(Mutex::new(open_owned(&dir, identity.device(), clock.now())?));
        let upload = Upload::start(
            options,
            &settings,
            &dir,
            &identity,
            Arc::clone(&outbox),
            Arc::clone(clock),
        )?;
        Ok(Self { dir, settings, identity, outbox, upload })
    }
}
