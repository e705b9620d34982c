//! Clicks on the overlay reach what lies under it, or the overlay itself.

use std::error::Error;

use tauri::WebviewWindow;

/// Lets clicks through a window that the system has placed.
pub(crate) fn let_through(window: &WebviewWindow) -> Result<(), Box<dyn Error>> {
    system::shape(window, system::Input::None)
}

/// Takes the clicks that fall on a window that the system has placed.
pub(crate) fn take(window: &WebviewWindow) -> Result<(), Box<dyn Error>> {
    system::shape(window, system::Input::Whole)
}

/// What tao does on X11 leaves one pixel of the window, and ends the process
/// where the window is not realised yet; so the shape is set here.
#[cfg(target_os = "linux")]
mod system {
    use std::error::Error;

    use raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use tauri::WebviewWindow;
    use x11rb::{
        NONE,
        connection::Connection,
        protocol::{
            shape::{ConnectionExt, SK, SO},
            xproto::ClipOrdering,
        },
        rust_connection::RustConnection,
    };

    /// Where a window takes the pointer.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum Input {
        None,
        Whole,
    }

    pub(super) fn shape(window: &WebviewWindow, input: Input) -> Result<(), Box<dyn Error>> {
        let RawWindowHandle::Xlib(x11) = window.window_handle()?.as_raw() else {
            // Wayland: GTK's own way is all there is.
            return Ok(window.set_ignore_cursor_events(input == Input::None)?);
        };
        let id = u32::try_from(x11.window)?;
        let (connection, _screen) = x11rb::connect(None)?;
        match input {
            Input::None => no_point(&connection, id),
            Input::Whole => every_point(&connection, id),
        }
    }

    /// No rectangle: no point of it takes input.
    fn no_point(connection: &RustConnection, id: u32) -> Result<(), Box<dyn Error>> {
        let unsorted = ClipOrdering::UNSORTED;
        let shape = connection.shape_rectangles(SO::SET, SK::INPUT, unsorted, id, 0, 0, &[])?;
        Ok(shape.check()?)
    }

    /// No mask: the window takes input where it is, however large it becomes.
    fn every_point(connection: &impl Connection, id: u32) -> Result<(), Box<dyn Error>> {
        Ok(connection.shape_mask(SO::SET, SK::INPUT, id, 0, 0, NONE)?.check()?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::error::Error;

    use tauri::WebviewWindow;

    /// Where a window takes the pointer.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(super) enum Input {
        None,
        Whole,
    }

    pub(super) fn shape(window: &WebviewWindow, input: Input) -> Result<(), Box<dyn Error>> {
        Ok(window.set_ignore_cursor_events(input == Input::None)?)
    }
}
