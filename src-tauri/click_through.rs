//! Clicks on the overlay reach what lies under it.

use tauri::WebviewWindow;
use tracing::warn;

/// Lets clicks through a window that the system has placed.
pub(crate) fn let_through(window: &WebviewWindow) {
    if let Err(error) = system::let_through(window) {
        warn!(%error, "The overlay takes the clicks that fall on it");
    }
}

/// What tao does on X11 leaves one pixel of the window, and ends the process
/// where the window is not realised yet; so the shape is set here.
#[cfg(target_os = "linux")]
mod system {
    use std::error::Error;

    use raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use tauri::WebviewWindow;
    use x11rb::protocol::{
        shape::{ConnectionExt, SK, SO},
        xproto::ClipOrdering,
    };

    pub(super) fn let_through(window: &WebviewWindow) -> Result<(), Box<dyn Error>> {
        let RawWindowHandle::Xlib(x11) = window.window_handle()?.as_raw() else {
            // Wayland: GTK's own way is all there is.
            return Ok(window.set_ignore_cursor_events(true)?);
        };
        let id = u32::try_from(x11.window)?;
        let (connection, _screen) = x11rb::connect(None)?;
        // No rectangle: no point of it takes input.
        let shape = connection.shape_rectangles(
            SO::SET,
            SK::INPUT,
            ClipOrdering::UNSORTED,
            id,
            0,
            0,
            &[],
        )?;
        Ok(shape.check()?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use tauri::WebviewWindow;

    pub(super) fn let_through(window: &WebviewWindow) -> tauri::Result<()> {
        window.set_ignore_cursor_events(true)
    }
}
