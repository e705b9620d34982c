//! The overlay's window: small, translucent, and in nobody's way.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use live_view::Attention;
use overlay::placement::{Desktop, LogicalSize, Place, resolve};
use tauri::{
    AppHandle, Manager, PhysicalPosition, PhysicalSize, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, utils::config::Color,
};
use tracing::warn;

use crate::{attention::Attentions, click_through, monitors};

/// The window's name in capabilities and streams.
pub(crate) const LABEL: &str = "overlay";

/// Its width at scale 1, in logical pixels: a glance, not a column.
const WIDTH: f64 = 330.0;

/// Its height until the page says what it needs.
const HEIGHT_FIRST: u32 = 120;

/// Higher it does not get, whatever a page says: half of a small screen.
const HEIGHT_MAX: u32 = 360;

/// How high its page says that it is, in logical pixels.
pub(crate) struct PageHeight(AtomicU32);

impl Default for PageHeight {
    fn default() -> Self {
        Self(AtomicU32::new(HEIGHT_FIRST))
    }
}

/// The monitors as they were last looked at.
#[derive(Default)]
pub(crate) struct Known(Mutex<Option<Desktop>>);

impl Known {
    fn changes_to(&self, desktop: Desktop) -> bool {
        let mut known = self.0.lock().expect("no holder of this lock panics");
        let changes = known.as_ref() != Some(&desktop);
        *known = Some(desktop);
        changes
    }
}

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
    let height = height.clamp(1, HEIGHT_MAX);
    let known = window.state::<PageHeight>().0.swap(height, Ordering::Relaxed);
    if known != height {
        place(window);
    }
}

/// Puts it anew where the monitors have changed.
pub(crate) fn keep_on_screen(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let desktop = monitors::desktop(app);
    if app.state::<Known>().changes_to(desktop) {
        place(&window);
    }
}

/// Puts it where it belongs on the monitors there are.
pub(crate) fn place(window: &WebviewWindow) {
    let height = window.state::<PageHeight>().0.load(Ordering::Relaxed);
    let size = LogicalSize::new(WIDTH, f64::from(height));
    let desktop = monitors::desktop(window.app_handle());
    let stands = resolve(&Place::default(), size, &desktop);
    let Some(standing) = stands.standing() else { return };
    let (at, size) = (standing.rect.at(), standing.rect.size());
    let placed = window
        .set_size(PhysicalSize::new(size.width, size.height))
        .and_then(|()| window.set_position(PhysicalPosition::new(at.x, at.y)));
    if let Err(error) = placed {
        warn!(%error, "The overlay stays where it is");
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
        .build()?;
    place(&window);
    window.show()
}
