//! Connections that only read, used on threads that may block.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ingest_store::{Place, Store, StoreOptions};
use tokio::sync::Semaphore;

use crate::rejection::Rejection;

/// Readers at a time: WAL lets them run beside the writer, and each costs
/// page caches of up to 5 MiB, four for the log and one for the index.
const CONNECTIONS_MAX: usize = 8;

/// How long a read waits for its turn: as long as the store waits for a lock.
/// Where eight reads take longer, the disk stands still.
const PATIENCE: Duration = Duration::from_secs(5);

/// Up to [`CONNECTIONS_MAX`] connections, opened as they are needed.
pub(crate) struct ReadPool {
    shared: Arc<Shared>,
}

struct Shared {
    data_dir: PathBuf,
    options: StoreOptions,
    place: Place,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Store>>,
}

impl ReadPool {
    /// Reads what the writer has open.
    pub(crate) fn new(data_dir: PathBuf, options: StoreOptions, place: Place) -> Self {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let idle = Mutex::default();
        Self { shared: Arc::new(Shared { data_dir, options, place, places, idle }) }
    }

    /// Reads, away from the threads that serve sockets.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store) -> ingest_store::Result<T> + Send + 'static,
    ) -> Result<T, Rejection> {
        let turn = self.shared.places.clone().acquire_owned();
        let place = tokio::time::timeout(PATIENCE, turn)
            .await
            .map_err(|_| Rejection::overloaded("the database takes too long to answer"))?
            .map_err(|_| Rejection::stopped())?;
        let shared = self.shared.clone();
        tokio::task::spawn_blocking(move || {
            let answer = shared.read(question);
            // Not before: the thread reads on where nobody waits any more.
            drop(place);
            answer
        })
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
            None => Store::open_beside(&self.data_dir, self.options, &self.place)?,
        };
        store.look_again();
        let answer = question(&store).inspect_err(|error| store.mend_after(error))?;
        // Only after success: a connection that failed is not used again.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(store);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tempfile::TempDir;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn reads_that_nobody_waits_for_keep_their_places() {
        let dir = TempDir::new().unwrap();
        let options = StoreOptions::default();
        let writer = Store::open(dir.path(), options).unwrap();
        let pool = Arc::new(ReadPool::new(dir.path().to_owned(), options, writer.place()));
        let mut stalled = Vec::new();
        for _ in 0..CONNECTIONS_MAX {
            let (begun, began) = oneshot::channel();
            let (release, released) = mpsc::channel::<()>();
            let pool = pool.clone();
            let read = tokio::spawn(async move {
                let stall = move |_: &Store| {
                    begun.send(()).unwrap();
                    Ok(released.recv().is_ok())
                };
                pool.read(stall).await
            });
            began.await.unwrap();
            read.abort();
            assert!(read.await.unwrap_err().is_cancelled());
            stalled.push(release);
        }
        assert_eq!(pool.shared.places.available_permits(), 0);
        let ninth = pool.read(Store::log_position);
        tokio::pin!(ninth);
        let early = tokio::select! { biased; _ = &mut ninth => true, () = async {} => false };
        assert!(!early, "it would be a ninth connection");
        stalled.pop();
        assert_eq!(ninth.await.unwrap(), 0);
        drop(stalled);
        drop(pool.shared.places.acquire_many(8).await.unwrap());
        let idle = pool.shared.idle.lock().unwrap().len();
        assert_eq!(idle, CONNECTIONS_MAX);
    }
}
