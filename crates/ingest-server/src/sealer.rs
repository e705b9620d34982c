//! Matches that are due are sealed.

use std::{sync::Weak, time::Duration};

use ingest_store::{Decided, Decision, SealDue, SealRules};

use crate::{app::App, rejection::Rejection};

/// Between two looks at what is due: an index says it in no time, and a match is
/// due minutes after its end. Each look finds a bounded number of them.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Seals what is due for as long as the server lives.
pub(crate) async fn keep_sealing(app: Weak<App>) {
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
        let Some(app) = app.upgrade() else { return };
        if let Err(rejection) = seal_due(&app).await {
            tracing::warn!(?rejection, "Matches that are due could not be sealed");
        }
    }
}

async fn seal_due(app: &App) -> Result<(), Rejection> {
    let lifetimes = &app.config.lifetimes;
    let rules = SealRules {
        seal_after_ms: lifetimes.seal_after_s.saturating_mul(1_000),
        not_before_ms: lifetimes.seal_not_before_s.saturating_mul(1_000),
    };
    let now = app.clock.now().wall;
    for SealDue { key, reason } in app.writer.seals_due(now, rules).await? {
        let decide = move |store: &mut ingest_store::Store| {
            store.decide(&key, Decision::Sealed, reason, now)
        };
        match app.writer.write(decide).await? {
            Decided::At(_) => {
                app.metrics.association().decided(Decision::Sealed, reason);
                app.writer.step_soon();
            }
            // It is being folded in, or was joined or erased since the look.
            Decided::AlreadySo | Decided::Moved(_) | Decided::Unknown => {}
        }
    }
    Ok(())
}
