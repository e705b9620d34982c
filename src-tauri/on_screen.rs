//! Brings the main window back from a screen that was unplugged, where the system
//! leaves it there.

use overlay::placement::{Desktop, Point, Rect, Size};
use tauri::{AppHandle, PhysicalPosition};
use tracing::warn;

use crate::main_window;

/// Puts the main window on a screen that is there, unless half of it is seen. It
/// takes no keyboard by that.
pub(crate) fn bring_back(app: &AppHandle, desktop: &Desktop) {
    let Some(window) = main_window::find(app) else { return };
    let (Ok(at), Ok(size)) = (window.outer_position(), window.outer_size()) else { return };
    let size = Size { width: size.width, height: size.height };
    let there = Rect::new(Point { x: at.x, y: at.y }, size);
    let Some(Point { x, y }) = brought_back(there, desktop) else { return };
    if let Err(error) = window.set_position(PhysicalPosition::new(x, y)) {
        warn!(%error, "The window stays beyond the screens");
    }
}

/// Where a window belongs that is not seen enough where it is: on the nearest
/// screen, by the shortest way.
fn brought_back(window: Rect, desktop: &Desktop) -> Option<Point> {
    let seen: u64 = desktop.monitors().iter().map(|it| shared(it.area(), window)).sum();
    if seen * 2 >= shared(window, window) {
        return None;
    }
    desktop.under(window).map(|nearest| window.within(nearest.area()).at())
}

/// In square pixels.
fn shared(one: Rect, other: Rect) -> u64 {
    let along = |start: i32, length: u32, other: i32, its: u32| {
        let end = |start: i32, length: u32| i64::from(start) + i64::from(length);
        let shared = end(start, length).min(end(other, its)) - i64::from(start.max(other));
        shared.max(0).unsigned_abs()
    };
    along(one.at().x, one.size().width, other.at().x, other.size().width)
        * along(one.at().y, one.size().height, other.at().y, other.size().height)
}

#[cfg(test)]
mod tests {
    use overlay::placement::MonitorSeen;

    use super::*;

    #[test]
    fn a_window_beyond_every_screen_comes_to_the_nearest() {
        let left = desktop(&[(0, 0, 1_280, 720)]);
        assert_eq!(brought_back(rect(1_480, 100, 900, 600), &left), Some(point(380, 100)));
        assert_eq!(brought_back(rect(-950, -700, 900, 600), &left), Some(point(0, 0)));
        let larger_than_it = rect(3_000, 0, 1_600, 900);
        assert_eq!(brought_back(larger_than_it, &left), Some(point(0, 0)), "its title is seen");
    }

    #[test]
    fn a_window_that_is_seen_stays_where_the_player_put_it() {
        let two = desktop(&[(0, 0, 1_280, 720), (1_280, 0, 1_600, 900)]);
        assert_eq!(brought_back(rect(1_480, 100, 900, 600), &two), None);
        assert_eq!(brought_back(rect(830, 0, 900, 600), &two), None, "it lies across both");
        let hangs_out = rect(-400, 0, 900, 600);
        assert_eq!(brought_back(hangs_out, &two), None, "half of it is seen");
        assert_eq!(brought_back(rect(-460, 0, 900, 600), &two), Some(point(0, 0)));
    }

    #[test]
    fn without_a_screen_nothing_is_moved() {
        assert_eq!(brought_back(rect(0, 0, 900, 600), &desktop(&[])), None);
    }

    fn desktop(areas: &[(i32, i32, u32, u32)]) -> Desktop {
        let seen = areas.iter().map(|&(x, y, width, height)| MonitorSeen {
            name: String::new(),
            area: rect(x, y, width, height),
            scale: 1.0,
            primary: false,
        });
        Desktop::new(seen)
    }

    fn point(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect::new(point(x, y), Size { width, height })
    }
}
