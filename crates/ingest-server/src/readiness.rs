//! Whether the database can be read, its writer takes work and stored what it was
//! given last, asked once for all who want to know it in a moment.

use std::{sync::Arc, time::Duration};

use tokio::sync::Mutex;

use crate::{app::App, rejection::Rejection};

/// Who asks whether a server is ready asks often, and waits for seconds only.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long an answer is believed: a probe comes once a second at the most, and
/// each question ends the writer's group and so costs a commit.
const BELIEVED_MS: u64 = 200;

/// The last answer. Whoever asks holds it locked until the database has spoken,
/// so never more than one question waits for the writer.
#[derive(Default)]
pub(crate) struct Readiness(Arc<Mutex<Option<Known>>>);

#[derive(Clone, Copy)]
struct Known {
    at_ms: u64,
    is_usable: bool,
}

impl Readiness {
    /// Asks, or believes who asked just now.
    pub(crate) async fn check(&self, app: &Arc<App>) -> Result<(), Rejection> {
        match tokio::time::timeout(PATIENCE, self.ask(app.clone())).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Rejection::overloaded("the database cannot be used")),
            Err(_) => Err(Rejection::overloaded("the database does not answer")),
        }
    }

    async fn ask(&self, app: Arc<App>) -> bool {
        let mut known = self.0.clone().lock_owned().await;
        let at_ms = app.clock.now().clock.mono_ms;
        if let Some(known) = *known
            && at_ms.saturating_sub(known.at_ms) < BELIEVED_MS
        {
            return known.is_usable;
        }
        // A task of its own: where who asked has gone, nobody asks again before
        // this has its answer.
        let asking = tokio::spawn(async move {
            let is_usable = is_usable(&app).await;
            *known = Some(Known { at_ms: app.clock.now().clock.mono_ms, is_usable });
            is_usable
        });
        asking.await.unwrap_or(false)
    }
}

async fn is_usable(app: &App) -> bool {
    let read = app.readers.read(|store| store.log_position()).await;
    let writes = match app.writer.health().ailment() {
        None => app.writer.write(|store| store.log_position()).await.is_ok(),
        // Where nobody is sent to a server that is not ready, nothing else would
        // show that it is again.
        Some(_) => app.writer.attempt(app.clock.now().wall).await.is_ok(),
    };
    read.is_ok() && writes && app.writer.health().ailment().is_none()
}
