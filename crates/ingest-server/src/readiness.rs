//! Whether the database can be read and has what was told before, its writer takes
//! work and stored what it was given last, asked once for all who want to know it in a moment.

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
    verdict: Verdict,
}

/// Or why it is not.
type Verdict = Result<(), &'static str>;

const UNUSABLE: &str = "the database cannot be used";
pub(crate) const MADE_ANEW: &str = "matches are made anew from the log";

impl Readiness {
    /// Asks, or believes who asked just now.
    pub(crate) async fn check(&self, app: &Arc<App>) -> Result<(), Rejection> {
        match tokio::time::timeout(PATIENCE, self.ask(app.clone())).await {
            Ok(verdict) => verdict.map_err(Rejection::overloaded),
            Err(_) => Err(Rejection::overloaded("the database does not answer")),
        }
    }

    async fn ask(&self, app: Arc<App>) -> Verdict {
        let mut known = self.0.clone().lock_owned().await;
        let at_ms = app.clock.now().clock.mono_ms;
        if let Some(known) = *known
            && at_ms.saturating_sub(known.at_ms) < BELIEVED_MS
        {
            return known.verdict;
        }
        // A task of its own: where who asked has gone, nobody asks again before
        // this has its answer.
        let asking = tokio::spawn(async move {
            let verdict = verdict(&app).await;
            *known = Some(Known { at_ms: app.clock.now().clock.mono_ms, verdict });
            verdict
        });
        asking.await.unwrap_or(Err(UNUSABLE))
    }
}

async fn verdict(app: &App) -> Verdict {
    let read = app
        .readers
        .read(|store| {
            store.log_position()?;
            store.is_index_whole()
        })
        .await;
    let writes = match app.writer.health().ailment() {
        None => app.writer.write(|store| store.log_position()).await.is_ok(),
        // Where nobody is sent to a server that is not ready, nothing else would
        // show that it is again.
        Some(_) => app.writer.attempt(app.clock.now().wall).await.is_ok(),
    };
    let Ok(is_whole) = read else { return Err(UNUSABLE) };
    if !writes || app.writer.health().ailment().is_some() {
        return Err(UNUSABLE);
    }
    if !is_whole {
        // Whoever follows the log may not know yet that what it had is lost.
        app.writer.step_soon();
        return Err(MADE_ANEW);
    }
    Ok(())
}
