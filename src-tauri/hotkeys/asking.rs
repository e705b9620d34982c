//! When the desktop is asked for hotkeys: it may open a dialog of its own.

use std::{sync::Arc, time::Duration};

use overlay::quiet::{May, Permit};
use portal_hotkeys::{ORDERS_MAX, Order, Told};
use tauri::{AppHandle, Manager, async_runtime};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::{Hotkeys, Place, desk, desk::Follows, heard};
use crate::{quiet, worn::Worn};

/// Counter-Strike tells of itself every ten seconds and League is asked more
/// often: after this much time it is known whether a match runs.
const GAMES_ARE_KNOWN_AFTER: Duration = Duration::from_secs(12);

/// The way to the keeper of the hotkeys.
pub(super) struct Line {
    orders: mpsc::Sender<Order>,
    match_runs: watch::Sender<bool>,
}

/// The other end of a [`Line`].
pub(super) struct Heard {
    orders: mpsc::Receiver<Order>,
    match_runs: watch::Receiver<bool>,
}

impl Line {
    pub(super) fn new() -> (Self, Heard) {
        let (orders, ordered) = mpsc::channel(ORDERS_MAX);
        let (match_runs, runs) = watch::channel(false);
        (Self { orders, match_runs }, Heard { orders: ordered, match_runs: runs })
    }
}

/// Looks for the desktop's portal, and keeps what it gives. Where the player wanted
/// hotkeys before, they are asked for once it is known whether a match runs.
pub(super) fn begin(app: &AppHandle, line: Heard, wanted: bool) {
    let (app_id, handle) = (app.config().identifier.clone(), app.clone());
    let tell = move |told| hears(&handle, told);
    async_runtime::spawn(portal_hotkeys::keep_for(app_id, line.orders, line.match_runs, tell));
    if wanted {
        let app = app.clone();
        async_runtime::spawn(async move {
            tokio::time::sleep(GAMES_ARE_KNOWN_AFTER).await;
            ask(&app).await;
        });
    }
}

/// Has the desktop asked for the hotkeys: at once, or after the match.
pub(crate) async fn ask(app: &AppHandle) -> May {
    on_the_main_thread(app, quiet::ask_for_hotkeys).await
}

/// Opens the desktop's own page of the keys, unless a match runs.
pub(crate) async fn configure(app: &AppHandle) -> May {
    on_the_main_thread(app, quiet::open_the_desktops_keys).await
}

async fn on_the_main_thread(app: &AppHandle, asked: fn(&AppHandle) -> May) -> May {
    let (tell, told) = oneshot::channel();
    let handle = app.clone();
    let run = move || {
        tell.send(asked(&handle)).ok();
    };
    if app.run_on_main_thread(run).is_err() {
        return May::AfterMatch;
    }
    // Where the app ends before it is asked, nothing is asked.
    told.await.unwrap_or(May::AfterMatch)
}

impl Hotkeys {
    /// Asks the desktop, which a permit allows to open a dialog.
    pub(crate) fn ask_the_desktop(&self, app: &AppHandle, permit: &Permit<'_>) {
        if self.place != Place::Wayland {
            return;
        }
        let words = app.state::<Arc<Worn>>().spoken().words();
        let wishes = desk::wishes(&self.kept().bindings, words);
        info!(permit = ?permit.what(), wishes = wishes.len(), "The desktop is asked for hotkeys");
        self.orders(Order::Ask(wishes));
    }

    /// Opens the desktop's page of the keys, which a permit allows.
    pub(crate) fn open_the_desktops_page(&self, permit: &Permit<'_>) {
        info!(permit = ?permit.what(), "The desktop's page of the keys is opened");
        self.orders(Order::Configure);
    }

    /// The desktop is asked when the match is over.
    pub(crate) fn ask_after_the_match(&self) {
        info!("The desktop is asked for hotkeys after the match");
        self.kept().desk.waits();
        self.changed();
    }

    /// A match runs or does not: where one begins, the desktop's question is taken
    /// back.
    pub(crate) fn match_runs(&self, runs: bool) {
        self.line.match_runs.send_if_modified(|known| std::mem::replace(known, runs) != runs);
    }

    fn orders(&self, order: Order) {
        if self.line.orders.try_send(order).is_err() {
            warn!("The desktop has not answered earlier questions for hotkeys");
        }
    }
}

fn hears(app: &AppHandle, told: Told) {
    let hotkeys = app.state::<Hotkeys>();
    let follows = {
        let mut kept = hotkeys.kept();
        let kept = &mut *kept;
        kept.desk.hears(told, &kept.bindings)
    };
    match follows {
        Follows::Do(action) => return heard(app, action),
        Follows::Remember(wanted) => {
            info!(wanted, "The desktop gives hotkeys, or the player refused them");
            remember(app, wanted);
        }
        Follows::Nothing => {}
    }
    hotkeys.changed();
}

fn remember(app: &AppHandle, wanted: bool) {
    let dir = Arc::clone(&app.state::<Hotkeys>().dir);
    async_runtime::spawn_blocking(move || {
        if let Err(error) = (companion::DesktopHotkeys { wanted }).save(&dir) {
            warn!(%error, "The next start does not know whether the desktop is asked for hotkeys");
        }
    });
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    #[test]
    fn the_package_has_an_entry_with_the_id_that_the_portal_is_told() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let config = std::fs::read_to_string(root.join("tauri.conf.json")).unwrap();
        let config: Value = serde_json::from_str(&config).unwrap();
        let entry = format!("{}.desktop", config["identifier"].as_str().unwrap());
        let place = format!("/usr/share/applications/{entry}");
        let from = config["bundle"]["linux"]["deb"]["files"][place].as_str().unwrap();
        let entry = std::fs::read_to_string(root.join(from)).unwrap();
        let binary = config["mainBinaryName"].as_str().unwrap();
        assert!(entry.contains(&format!("\nExec={binary}\n")), "{entry}");
        assert!(!entry.contains("\nHidden="), "a hidden entry is none");
    }
}
