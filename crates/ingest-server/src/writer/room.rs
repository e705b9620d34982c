//! While the disk is below its floor the log of what was taken before gives its
//! room back: no commit comes that would.

use std::{sync::Weak, time::Duration};

use crate::app::App;

/// Between two looks: a client comes back after some seconds.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks for as long as the server lives.
pub(crate) async fn keep_giving_room_back(app: Weak<App>) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let Some(app) = app.upgrade() else { return };
        if app.disk.is_below()
            && let Err(rejection) = app.writer.write(|store| store.give_room_back()).await
        {
            tracing::warn!(?rejection, "The write-ahead log keeps its room");
        }
    }
}
