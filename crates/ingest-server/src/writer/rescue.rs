//! What is saved where the database is deleted or replaced under the server, and
//! what an operator is told of it.

use std::{path::Path, sync::Weak, time::Duration};

use ingest_store::{Error, Rescued, Store};

use crate::app::App;

/// Between two looks, also where nothing is stored: what is deleted is gone for good
/// once this process has ended.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks between two tries, at the most: each may copy the whole database.
const LOOKS_BETWEEN_MAX: u32 = 64;

/// At the end no try begins later than this, since the files are gone with the process:
/// longer than a folder is away that somebody moves, and with what the last answers
/// take within the ten seconds that whoever stops a server gives it. How long one try
/// takes follows from the database's size.
const LAST_TRIES_WITHIN: Duration = Duration::from_secs(3);
const LAST_PAUSE: Duration = Duration::from_secs(1);

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

/// The last moment for what is gone with this process; `false` where it is lost. What
/// is under its name is not.
pub(crate) async fn rescue_at_last(app: &App) -> bool {
    let mut tries_end = std::pin::pin!(tokio::time::sleep(LAST_TRIES_WITHIN));
    loop {
        if ask(app).await {
            return true;
        }
        tokio::select! {
            biased;
            () = &mut tries_end => return false,
            () = tokio::time::sleep(LAST_PAUSE) => {}
        }
    }
}

/// Saves what has to be saved; `false` where that failed, and should be tried again.
async fn rescue(app: &App) -> bool {
    // A file may be back in its place, and the store takes nothing all the same.
    let is_well = app.writer.place().check().is_ok() && app.writer.health().ailment().is_none();
    is_well || ask(app).await
}

async fn ask(app: &App) -> bool {
    let folder = app.config.data_dir.clone();
    // There is nothing to be saved by a server that has no writer any more.
    app.writer.ask(move |store| save(store, &folder)).await.unwrap_or(true)
}

/// Tells of it itself: whoever asked may be told to stop meanwhile.
fn save(store: &mut Store, folder: &Path) -> bool {
    let Some(misplaced) = store.to_be_rescued() else { return true };
    let error = Error::Misplaced(misplaced);
    tracing::error!(%error, "{NOTHING}: it is being saved, which takes as long as a backup");
    // Where it cannot be read, the folder is gone perhaps, and is made again.
    match store.rescue(fs4::available_space(folder).ok()) {
        Ok(Some(rescued)) => tell(&error, &rescued),
        Ok(None) => {}
        Err(why) => {
            let why = &why as &dyn std::error::Error;
            tracing::error!(%error, why, "{NOTHING}: it could not be. Do not stop");
            return false;
        }
    }
    true
}

const NOTHING: &str = "Nothing more is stored, and what was is not saved yet";

fn tell(error: &Error, rescued: &Rescued) {
    match rescued {
        Rescued::PutBack => tracing::error!(%error, "{UNTIL}; what was was put back whole"),
        Rescued::Beside(path) => {
            let saved = path.display();
            tracing::error!(%error, %saved, "{UNTIL}, which refuses while what is saved is there: restore from it");
        }
    }
}

const UNTIL: &str = "Nothing more is stored until the server is started again";
