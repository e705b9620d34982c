//! Which pages can be seen, and which stream is a page's own.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use live_view::Attention;
use tauri::WebviewWindow;
use tokio::sync::watch;

/// Whether each window can be seen, by its label; a replay in it has one of its own.
#[derive(Default)]
pub(crate) struct Attentions(Mutex<BTreeMap<String, watch::Sender<Attention>>>);

/// Whether the window behind one stream can be seen.
pub(crate) struct Looks(watch::Receiver<Attention>);

/// The window was closed, or its page has opened another stream.
pub(crate) struct Gone;

/// Whether the window can be seen now, as far as it can say: too much told to a
/// page is better than nothing.
pub(crate) fn of(window: &WebviewWindow) -> Attention {
    let hidden = matches!(window.is_visible(), Ok(false));
    let minimised = matches!(window.is_minimized(), Ok(true));
    if hidden || minimised { Attention::Hidden } else { Attention::Shown }
}

/// The stream of a replay that a window's page shows beside its own.
pub(crate) fn of_replay(label: &str) -> String {
    format!("{label}{OF_REPLAY}")
}

/// No window's label has this in it.
const OF_REPLAY: &str = " replay";

impl Attentions {
    /// Begins a stream for the window; its page's earlier one ends, for a page
    /// that was loaded again has forgotten it.
    pub(crate) fn look(&self, label: &str, attention: Attention) -> Looks {
        let (sender, receiver) = watch::channel(attention);
        self.windows().insert(label.to_owned(), sender);
        Looks(receiver)
    }

    /// The window is shown or hidden from here on.
    pub(crate) fn set(&self, label: &str, attention: Attention) {
        let windows = self.windows();
        for stream in [label, &of_replay(label)].into_iter().filter_map(|key| windows.get(key)) {
            stream.send_if_modified(|known| std::mem::replace(known, attention) != attention);
        }
    }

    /// The window is gone.
    pub(crate) fn closed(&self, label: &str) {
        self.windows().remove(label);
    }

    fn windows(&self) -> MutexGuard<'_, BTreeMap<String, watch::Sender<Attention>>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

impl Looks {
    /// Whether it can be seen now.
    pub(crate) fn now(&self) -> Attention {
        *self.0.borrow()
    }

    /// Ends when that changes.
    pub(crate) async fn changed(&mut self) -> Result<(), Gone> {
        self.0.changed().await.map_err(|_| Gone)
    }
}

#[cfg(test)]
mod tests {
    use tauri::async_runtime::block_on;

    use super::*;

    #[test]
    fn a_window_that_is_hidden_is_known_to_be() {
        let windows = Attentions::default();
        let mut looks = windows.look("overlay", Attention::Shown);
        windows.set("overlay", Attention::Hidden);
        assert!(block_on(looks.changed()).is_ok());
        assert_eq!(looks.now(), Attention::Hidden);
    }

    #[test]
    fn a_page_that_is_loaded_again_ends_its_earlier_stream() {
        let windows = Attentions::default();
        let mut first = windows.look("main", Attention::Shown);
        let _second = windows.look("main", Attention::Shown);
        assert!(block_on(first.changed()).is_err());
    }

    #[test]
    fn a_replay_in_a_window_is_hidden_with_it_and_ends_by_itself() {
        let windows = Attentions::default();
        let mut own = windows.look("main", Attention::Shown);
        let mut replay = windows.look(&of_replay("main"), Attention::Shown);
        windows.set("main", Attention::Hidden);
        assert_eq!((own.now(), replay.now()), (Attention::Hidden, Attention::Hidden));
        assert!(block_on(replay.changed()).is_ok());
        windows.closed(&of_replay("main"));
        assert!(block_on(replay.changed()).is_err());
        assert!(block_on(own.changed()).is_ok(), "the window's own stream goes on");
    }

    #[test]
    fn a_closed_window_ends_its_stream() {
        let windows = Attentions::default();
        let mut looks = windows.look("main", Attention::Shown);
        windows.closed("main");
        assert!(block_on(looks.changed()).is_err());
    }
}
