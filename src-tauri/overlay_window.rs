//! The overlay's window: small, translucent, and in nobody's way.

use live_view::Attention;
use tauri::{
    AppHandle, LogicalSize, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    utils::config::Color,
};
use tracing::warn;

use crate::{attention::Attentions, click_through};

/// The window's name in capabilities and streams.
pub(crate) const LABEL: &str = "overlay";

/// Its width at scale 1, in logical pixels: a glance, not a column.
const WIDTH: f64 = 330.0;

/// Its height until the page says what it needs.
const HEIGHT_FIRST: f64 = 120.0;

/// Higher it does not get, whatever a page says: half of a small screen.
const HEIGHT_MAX: u32 = 360;

/// Shows the overlay; where there is none yet, it is made. Nothing that runs is
/// disturbed: it takes neither focus nor clicks.
pub(crate) fn show(app: &AppHandle) {
    let shown = match app.get_webview_window(LABEL) {
        Some(window) => window.show(),
        None => open(app),
    };
    match shown {
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

/// Gives its memory back.
pub(crate) fn close(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.destroy() {
        warn!(%error, "The overlay cannot be closed");
    }
}

/// Makes it as high as its page is, in logical pixels.
pub(crate) fn fit(window: &WebviewWindow, height: u32) {
    let size = LogicalSize::new(WIDTH, f64::from(height.clamp(1, HEIGHT_MAX)));
    if let Err(error) = window.set_size(size) {
        warn!(%error, "The overlay keeps its size");
    }
}

/// The system has placed the window, which therefore exists for it: clicks go
/// through from here on. It is done each time, for a system may forget it.
pub(crate) fn placed(window: &WebviewWindow) {
    click_through::let_through(window);
}

fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("overlay.html".into()))
        .title("Ringside overlay")
        .inner_size(WIDTH, HEIGHT_FIRST)
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
        .build()?;
    window.show()
}
