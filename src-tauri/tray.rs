//! Ringside in the system's tray: its state, and what can be done without a window.
//!
//! A system may have no tray, or take the icon and show it nowhere: so it is
//! asked for one that shows icons before anything relies on it ([`is_seen`]).

mod host;
mod icon;
mod state;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use tauri::{
    AppHandle, Manager, Wry,
    image::Image,
    menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem},
    tray::{TrayIcon, TrayIconBuilder},
};
use tracing::warn;

use crate::{actions, live::Live, quiet, words::Words, worn::Worn};
use state::TrayState;

/// What a click on an item asks for.
const OPEN: &str = "open";
const OVERLAY: &str = "overlay";
const EDIT: &str = "edit";
const HOLD: &str = "hold";
const QUIT: &str = "quit";

/// The icon and its menu.
struct Tray {
    icon: TrayIcon,
    says: MenuItem<Wry>,
    open: MenuItem<Wry>,
    overlay: MenuItem<Wry>,
    edit: MenuItem<Wry>,
    hold: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

/// What the tray was last given.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    state: TrayState,
    sends: bool,
    held: bool,
    /// Whether there is an overlay to switch on and off.
    overlay: bool,
    words: &'static Words,
}

/// Puts Ringside into the tray and keeps it true. Without a tray the app goes on
/// as it is.
pub(crate) fn begin(app: &AppHandle, live: &Arc<Live>) {
    // The library that it takes panics where it is not installed.
    match catch_unwind(AssertUnwindSafe(|| build(app, shown(app, live)))) {
        Ok(Ok(tray)) => {
            app.manage(tray);
            tauri::async_runtime::spawn(follow(app.clone(), Arc::clone(live)));
        }
        Ok(Err(error)) => warn!(%error, "There is no tray"),
        Err(_) => warn!("There is no tray: its library is not installed"),
    }
}

/// Whether the player can see Ringside without a window.
pub(crate) fn is_seen(app: &AppHandle) -> bool {
    app.try_state::<Tray>().is_some() && host::is_there()
}

fn build(app: &AppHandle, shown: Shown) -> tauri::Result<Tray> {
    // What each says is set below.
    let item = |id| MenuItem::with_id(app, id, "", true, None::<&str>);
    let says = MenuItem::new(app, "", false, None::<&str>)?;
    let (open, overlay, edit) = (item(OPEN)?, item(OVERLAY)?, item(EDIT)?);
    let (hold, quit) = (item(HOLD)?, item(QUIT)?);
    let line = || PredefinedMenuItem::separator(app);
    let menu =
        Menu::with_items(app, &[&says, &line()?, &open, &overlay, &edit, &hold, &line()?, &quit])?;
    let icon = TrayIconBuilder::with_id("ringside")
        .icon(picture(shown.state))
        .menu(&menu)
        .on_menu_event(|app, event| chosen(app, &event))
        .build(app)?;
    let tray = Tray { icon, says, open, overlay, edit, hold, quit };
    tray.show(shown)?;
    Ok(tray)
}

fn chosen(app: &AppHandle, event: &MenuEvent) {
    match event.id().as_ref() {
        OPEN => quiet::open_for_the_player(app),
        OVERLAY if actions::has_overlay(app) => actions::toggle_overlay(app),
        OVERLAY => quiet::open_the_settings(app),
        EDIT => actions::edit_overlay(app),
        HOLD => actions::hold_or_let_go(app),
        QUIT => app.exit(0),
        other => warn!(other, "The tray has no such item"),
    }
}

/// Something that the live view does not tell has changed.
pub(crate) fn look_again(app: &AppHandle) {
    let (handle, live) = (app.clone(), Arc::clone(&app.state::<Arc<Live>>()));
    let renew = move || {
        if handle.try_state::<Tray>().is_some() {
            renew(&handle, shown(&handle, &live));
        }
    };
    app.run_on_main_thread(renew).ok();
}

async fn follow(app: AppHandle, live: Arc<Live>) {
    let (mut live_changed, mut look_changed) = (live.changes(), app.state::<Arc<Worn>>().changes());
    let mut known = None;
    loop {
        let now = shown(&app, &live);
        if known.replace(now) != Some(now) {
            let handle = app.clone();
            app.run_on_main_thread(move || renew(&handle, now)).ok();
        }
        tokio::select! {
            still = live_changed.changed() => if still.is_err() { return },
            still = look_changed.changed() => if still.is_err() { return },
        }
    }
}

fn shown(app: &AppHandle, live: &Live) -> Shown {
    let status = live.status();
    Shown {
        state: TrayState::of(&status),
        sends: status.companion.upload.server.is_some(),
        held: status.companion.upload.held,
        overlay: actions::has_overlay(app),
        words: app.state::<Arc<Worn>>().spoken().words(),
    }
}

fn renew(app: &AppHandle, shown: Shown) {
    let renewed = app.state::<Tray>().show(shown);
    if let Err(error) = renewed {
        warn!(%error, "The tray shows an earlier state");
    }
}

impl Tray {
    fn show(&self, shown: Shown) -> tauri::Result<()> {
        let Shown { state, sends, held, overlay, words } = shown;
        self.icon.set_icon(Some(picture(state)))?;
        // Linux shows none: the menu's first line says it there.
        self.icon.set_tooltip(Some(state.said(words)))?;
        self.says.set_text(state.said(words))?;
        self.open.set_text(words.open)?;
        self.overlay.set_text(if overlay { words.overlay } else { words.no_overlay })?;
        self.edit.set_text(words.edit)?;
        self.quit.set_text(words.quit)?;
        self.hold.set_text(if held { words.let_go } else { words.hold })?;
        self.hold.set_enabled(sends)
    }
}

fn picture(state: TrayState) -> Image<'static> {
    Image::new_owned(icon::draw(state), icon::SIZE, icon::SIZE)
}
