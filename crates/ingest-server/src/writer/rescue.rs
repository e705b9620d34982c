//! What is saved where the database is deleted or replaced under the server, and
//! what an operator is told of it.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use ingest_store::{Error, Rescued, Store};

use crate::app::App;

/// Between two looks, also where nothing is stored: what is deleted is gone for good
/// once this process has ended.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks between two tries, at the most: each may copy the whole database.
const LOOKS_BETWEEN_MAX: u32 = 64;

/// Looks for as long as the server lives.
pub(crate) async fn keep_in_place(app: Weak<App>) {
    let (mut pause, mut left) = (1_u32, 0_u32);
    loop {
        tokio::time::sleep(INTERVAL).await;
        left = left.saturating_sub(1);
        let Some(app) = app.upgrade() else { return };
        if left == 0 && !rescue(&app).await {
            pause = pause.saturating_mul(2).min(LOOKS_BETWEEN_MAX);
            left = pause;
        }
    }
}

/// Saves what has to be saved; `false` where that failed, and should be tried again.
pub(crate) async fn rescue(app: &Arc<App>) -> bool {
    let Err(error) = app.writer.place().check() else { return true };
    match app.writer.ask(Store::rescue).await {
        Ok(Ok(Some(rescued))) => tell(&error, &rescued),
        // It was saved before, or the server has no writer any more.
        Ok(Ok(None)) | Err(_) => {}
        Ok(Err(why)) => {
            tracing::error!(%error, why = &why as &dyn std::error::Error, "{NOTHING}: do not stop");
            return false;
        }
    }
    true
}

const NOTHING: &str = "Nothing more is stored, and what was is not saved yet";

fn tell(error: &Error, rescued: &Rescued) {
    match rescued {
        Rescued::LogMoved => {
            tracing::error!(%error, "{UNTIL}; what was is whole in the database's file");
        }
        Rescued::PutBack => tracing::error!(%error, "{UNTIL}; what was was put back whole"),
        Rescued::Beside(path) => {
            let saved = path.display();
            tracing::error!(%error, %saved, "{UNTIL}; what was can be restored from what is saved");
        }
    }
}

const UNTIL: &str = "Nothing more is stored until the server is started again";
