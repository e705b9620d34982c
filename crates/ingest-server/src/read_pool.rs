//! Connections that only read, used on threads that may block.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use ingest_store::{Store, StoreOptions};
use tokio::sync::Semaphore;

use crate::rejection::Rejection;

/// Readers at a time: WAL lets them run beside the writer, and each costs
/// page caches of up to 5 MiB, four for the log and one for the index.
const CONNECTIONS_MAX: usize = 8;

/// Up to [`CONNECTIONS_MAX`] connections, opened as they are needed.
pub(crate) struct ReadPool {
    shared: Arc<Shared>,
}

struct Shared {
    data_dir: PathBuf,
    options: StoreOptions,
    places: Semaphore,
    idle: Mutex<Vec<Store>>,
}

impl ReadPool {
    pub(crate) fn new(data_dir: PathBuf, options: StoreOptions) -> Self {
        let places = Semaphore::new(CONNECTIONS_MAX);
        Self { shared: Arc::new(Shared { data_dir, options, places, idle: Mutex::default() }) }
    }

    /// Reads, away from the threads that serve sockets.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> ingest_store::Result<T> + Send + 'static,
    ) -> Result<T, Rejection> {
        let _place = self.shared.places.acquire().await.map_err(|_| Rejection::stopped())?;
        let shared = self.shared.clone();
        tokio::task::spawn_blocking(move || shared.read(question))
            .await
            .map_err(|_| Rejection::stopped())?
            .map_err(|error| Rejection::store(&error))
    }
}

impl Shared {
    fn read<T>(
        &self,
        question: impl FnOnce(&Store) -> ingest_store::Result<T>,
    ) -> ingest_store::Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut store = match idle {
            Some(store) => store,
            None => Store::open(&self.data_dir, self.options)?,
        };
        store.look_again();
        let answer = question(&store).inspect_err(|error| store.mend_after(error))?;
        // Only after success: a connection that failed is not used again.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
        Ok(answer)
    }
}
