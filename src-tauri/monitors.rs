//! The monitors of the moment, as the placement of the overlay wants them.

use overlay::placement::{Desktop, MonitorSeen, Point, Rect, Size};
use tauri::{AppHandle, Monitor};

/// Every monitor there is; none where the system does not say.
pub(crate) fn desktop(app: &AppHandle) -> Desktop {
    let primary = app.primary_monitor().ok().flatten().map(|monitor| *monitor.position());
    let monitors = app.available_monitors().unwrap_or_default();
    Desktop::new(monitors.iter().map(|monitor| seen(monitor, primary)))
}

fn seen(monitor: &Monitor, primary: Option<tauri::PhysicalPosition<i32>>) -> MonitorSeen {
    let (at, size) = (*monitor.position(), *monitor.size());
    MonitorSeen {
        name: monitor.name().cloned().unwrap_or_default(),
        area: Rect::new(
            Point { x: at.x, y: at.y },
            Size { width: size.width, height: size.height },
        ),
        scale: monitor.scale_factor(),
        primary: primary == Some(at),
    }
}
