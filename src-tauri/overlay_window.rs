//! The overlay's window: small, translucent, and in nobody's way.

use live_view::Attention;
use overlay::edit::Mode;
use tauri::{
    AppHandle, Manager, PhysicalPosition, PhysicalSize, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, utils::config::Color,
};
use tracing::warn;

use crate::{
    attention::Attentions,
    click_through,
    overlay_state::{HEIGHT_FIRST, Overlay, WIDTH},
};

/// The window's name in capabilities and streams.
pub(crate) const LABEL: &str = "overlay";

/// Makes the window, which nobody sees yet: its page has to say a word first.
pub(crate) fn open(app: &AppHandle) {
    match opened(app) {
        Ok(window) => place(&window),
        Err(error) => warn!(%error, "The overlay cannot be made; capture and upload go on"),
    }
}

/// Shows it. Nothing that runs is disturbed: it takes neither focus nor clicks,
/// but where the player moves it.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    place(&window);
    match window.show() {
        Ok(()) => app.state::<Attentions>().set(LABEL, Attention::Shown),
        Err(error) => warn!(%error, "The overlay cannot be shown; capture and upload go on"),
    }
}

/// Hides it. Its page is told nothing until it is shown again.
pub(crate) fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    app.state::<Attentions>().set(LABEL, Attention::Hidden);
    if let Err(error) = window.hide() {
        warn!(%error, "The overlay cannot be hidden");
    }
}

/// Gives its memory back; whether there was a window.
pub(crate) fn close(app: &AppHandle) -> bool {
    let Some(window) = app.get_webview_window(LABEL) else { return false };
    let closed = window.destroy();
    if let Err(error) = &closed {
        warn!(%error, "The overlay cannot be closed");
    }
    closed.is_ok()
}

/// Puts it where it belongs on the monitors there are.
pub(crate) fn place(window: &WebviewWindow) {
    let Some((standing, enlarged)) = window.state::<Overlay>().state().standing() else { return };
    let (at, size) = (standing.rect.at(), standing.rect.size());
    let placed = window
        .set_size(PhysicalSize::new(size.width, size.height))
        .and_then(|()| window.set_position(PhysicalPosition::new(at.x, at.y)))
        .and_then(|()| window.set_zoom(enlarged));
    if let Err(error) = placed {
        warn!(%error, "The overlay stays where it is");
    }
}

/// Clicks go to what lies below, or to the overlay while the player moves it.
/// Done anew whenever the system has placed the window, which therefore exists
/// for it: a system may forget it.
pub(crate) fn obey_mode(window: &WebviewWindow) {
    let mode = window.state::<Overlay>().state().mode();
    let done = match mode {
        Mode::Play => click_through::let_through(window),
        Mode::Edit => click_through::take(window),
    };
    // The keyboard comes with the player's click, and never on its own.
    let done = done.and_then(|()| Ok(window.set_focusable(mode == Mode::Edit)?));
    if let Err(error) = done {
        warn!(error, ?mode, "Whether the overlay takes clicks is left to the system");
    }
}

fn opened(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("overlay.html".into()))
        .title("Ringside overlay")
        .inner_size(WIDTH, f64::from(HEIGHT_FIRST))
        .background_color(Color(0, 0, 0, 0))
        .transparent(true)
        .decorations(false)
        .shadow(false)
        .always_on_top(true)
        .visible_on_all_workspaces(true)
        .skip_taskbar(true)
        .focused(false)
        .focusable(false)
        .visible(false)
        .build()
}
