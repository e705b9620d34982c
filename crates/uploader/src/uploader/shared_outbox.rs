//! The outbox, for one piece of work after another, where it may block.

use std::sync::{Arc, Mutex, PoisonError};

use outbox::Outbox;

/// The outbox that capture appends to meanwhile.
#[derive(Clone)]
pub(super) struct SharedOutbox(Arc<Mutex<Outbox>>);

impl SharedOutbox {
    pub(super) fn new(outbox: Arc<Mutex<Outbox>>) -> Self {
        Self(outbox)
    }

    /// Does `work` on a thread that may wait for the disk.
    pub(super) async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Outbox) -> Result<R, outbox::Error> + Send + 'static,
    ) -> Result<R, outbox::Error> {
        let outbox = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            // A panic elsewhere undid its transaction: the outbox is whole.
            work(&mut outbox.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is shutting down, and this task with it.
                Err(_) => std::future::pending().await,
            },
        }
    }
}
