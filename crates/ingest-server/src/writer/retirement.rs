//! What has outlived its time is forgotten, a little at a time.

use std::{sync::Weak, time::Duration};

use ingest_store::Retired;

use crate::app::App;

/// Between two looks at what is too old; lifetimes are counted in hours and
/// more.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Between two steps: requests go first, and a step takes milliseconds.
const PAUSE: Duration = Duration::from_millis(50);

/// Forgets at start and then every hour, for as long as the server lives.
pub(crate) async fn keep_retiring(app: Weak<App>) {
    loop {
        if let Err(gone) = retire(&app).await {
            return gone;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Takes steps until nothing is left; an error where the server has gone.
async fn retire(app: &Weak<App>) -> Result<(), ()> {
    let mut place = None;
    loop {
        let step = {
            let app = app.upgrade().ok_or(())?;
            let (retention, now) = (app.config.retention(), app.clock.now().wall);
            app.writer.write(move |store| store.retire(&retention, now, place)).await
        };
        match step {
            Ok(Retired::More(next)) => place = Some(next),
            Ok(Retired::All) => return Ok(()),
            Err(rejection) => {
                tracing::warn!(?rejection, "What is too old could not be forgotten");
                return Ok(());
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
