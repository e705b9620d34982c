//! Tells when something in the folder changed, where the system can tell.

use std::{path::PathBuf, sync::Arc};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Watches a folder from when it is there. What it cannot tell, the looking at
/// intervals finds.
pub(super) struct Wake {
    folder: PathBuf,
    mode: RecursiveMode,
    told: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
}

impl Wake {
    pub(super) fn new(folder: PathBuf, nested: bool) -> Self {
        let mode = if nested { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        Self { folder, mode, told: Arc::default(), watcher: None }
    }

    /// Watches the folder if it is there and is not watched yet, and no more once
    /// it has gone.
    pub(super) fn arm(&mut self) {
        match (self.folder.is_dir(), &self.watcher) {
            (true, None) => self.watcher = self.watch(),
            (false, Some(_)) => self.watcher = None,
            (true, Some(_)) | (false, None) => {}
        }
    }

    /// Returns once something changed since it last did.
    pub(super) async fn told(&self) {
        self.told.notified().await;
    }

    fn watch(&self) -> Option<RecommendedWatcher> {
        let told = Arc::clone(&self.told);
        let mut watcher = notify::recommended_watcher(move |change| {
            if is_news(&change) {
                told.notify_one();
            }
        })
        .ok()?;
        watcher.watch(&self.folder, self.mode).ok()?;
        Some(watcher)
    }
}

/// Whether there is a reason to look. That a file was opened is none: whoever looks
/// opens files, and would wake itself for ever. A fault of the watching is one.
fn is_news(change: &notify::Result<notify::Event>) -> bool {
    change.as_ref().map_or(true, |change| !change.kind.is_access())
}

#[cfg(test)]
mod tests {
    use notify::{
        Event,
        event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind},
    };

    use super::*;

    #[test]
    fn a_look_is_no_reason_for_the_next_one() {
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        assert!(!is_news(&Ok(Event::new(opened))));
        for kind in [EventKind::Create(CreateKind::File), EventKind::Modify(ModifyKind::Any)] {
            assert!(is_news(&Ok(Event::new(kind))), "{kind:?}");
        }
        assert!(is_news(&Err(notify::Error::generic("the queue overflowed"))));
    }
}
