//! Who is to be woken when a match changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// One `watch` for each match that somebody listens to; there are never more
/// than feeds. It carries nothing: what is new stands in the database.
#[derive(Default)]
pub(crate) struct Hub(Mutex<HashMap<String, watch::Sender<()>>>);

/// A feed's ear.
pub(crate) struct Listener {
    hub: Arc<Hub>,
    key: String,
    news: watch::Receiver<()>,
}

impl Hub {
    /// Wakes whoever listens to one of these.
    pub(crate) fn changed<'k>(&self, keys: impl IntoIterator<Item = &'k str>) {
        let matches = self.lock();
        if matches.is_empty() {
            return;
        }
        for key in keys {
            if let Some(news) = matches.get(key) {
                news.send_replace(());
            }
        }
    }

    /// Hears of every change from here on.
    pub(crate) fn listen(self: &Arc<Self>, key: &str) -> Listener {
        let mut matches = self.lock();
        let news = match matches.get(key) {
            Some(news) => news.subscribe(),
            None => {
                let (sender, news) = watch::channel(());
                matches.insert(key.to_owned(), sender);
                news
            }
        };
        drop(matches);
        Listener { hub: self.clone(), key: key.to_owned(), news }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits for a change since it last heard of one.
    pub(crate) async fn heard(&mut self) {
        // The sender stays as long as somebody listens.
        drop(self.news.changed().await);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut matches = self.hub.lock();
        if matches.get(&self.key).is_some_and(|news| news.receiver_count() <= 1) {
            matches.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hears(listener: &mut Listener) -> bool {
        tokio::select! { biased; () = listener.heard() => true, () = async {} => false }
    }

    #[tokio::test]
    async fn news_wake_those_of_their_match_once() {
        let hub = Arc::new(Hub::default());
        let (mut one, mut other) = (hub.listen("cs2:1"), hub.listen("cs2:2"));
        let mut second = hub.listen("cs2:1");
        assert!(!hears(&mut one).await, "nothing is new");
        hub.changed(["cs2:1", "cs2:3"]);
        hub.changed(["cs2:1"]);
        assert!(hears(&mut one).await && hears(&mut second).await);
        assert!(!hears(&mut one).await, "it is heard of already");
        assert!(!hears(&mut other).await);
    }

    #[test]
    fn nothing_is_kept_of_a_match_that_nobody_listens_to() {
        let hub = Arc::new(Hub::default());
        let (one, other) = (hub.listen("cs2:1"), hub.listen("cs2:1"));
        drop(one);
        assert_eq!(hub.lock().len(), 1, "somebody still does");
        drop(other);
        assert!(hub.lock().is_empty());
    }
}
