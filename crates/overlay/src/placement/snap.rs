//! Edges and middles that a moved overlay is drawn to.

use super::geometry::Span;
use super::{Desktop, Rect, Side};

/// From how near an edge draws, in CSS pixels: near enough to be meant, far
/// enough for a hand that is in a hurry.
pub const SNAP_LOGICAL_PX: f64 = 12.0;

/// A rectangle after snapping, and the lines that drew it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapped {
    /// Where it lies.
    pub rect: Rect,
    /// The line from top to bottom that drew it.
    pub across: Option<Side>,
    /// The line from left to right that drew it.
    pub down: Option<Side>,
}

/// Draws a rectangle to the edges and middles of the monitor that most of it
/// lies on, where it is near them, and keeps it within that monitor. Nothing
/// changes where there is no monitor.
#[must_use]
pub fn snap(rect: Rect, desktop: &Desktop) -> Snapped {
    let Some(monitor) = desktop.under(rect) else {
        return Snapped { rect, across: None, down: None };
    };
    let area = monitor.area();
    let reach = SNAP_LOGICAL_PX * monitor.scale();
    let inside = rect.within(area);
    let (across, left) = drawn(inside.across(), area.across(), reach);
    let (down, top) = drawn(inside.down(), area.down(), reach);
    Snapped { rect: Rect::of(left, top), across, down }
}

/// The nearest line within reach, and the span on it.
fn drawn(span: Span, area: Span, reach: f64) -> (Option<Side>, Span) {
    let free = area.free(span.length).cast_signed();
    let lines = [
        (Side::Start, area.start),
        (Side::Middle, area.start + free / 2),
        (Side::End, area.start + free),
    ];
    let away = |start: i32| (start - span.start).unsigned_abs();
    let nearest = lines.into_iter().min_by_key(|(_, start)| away(*start));
    match nearest {
        Some((side, start)) if f64::from(away(start)) <= reach => {
            (Some(side), Span { start, ..span })
        }
        _ => (None, span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::{MonitorSeen, Point, Size};

    #[test]
    fn a_near_edge_draws_and_a_far_one_does_not() {
        let near = snap(rect(12, 300), &desktop(1.0));
        assert_eq!((near.rect, near.across, near.down), (rect(0, 300), Some(Side::Start), None));
        assert_eq!(snap(rect(13, 300), &desktop(1.0)).rect, rect(13, 300));
    }

    #[test]
    fn the_middle_draws_too() {
        let snapped = snap(rect(445, 457), &desktop(1.0));
        assert_eq!(snapped.rect, rect(450, 450), "the middles of what 100 leave of 1,000");
        assert_eq!((snapped.across, snapped.down), (Some(Side::Middle), Some(Side::Middle)));
    }

    #[test]
    fn an_edge_reaches_farther_where_pixels_are_smaller() {
        assert_eq!(snap(rect(24, 300), &desktop(2.0)).rect, rect(0, 300));
    }

    #[test]
    fn what_was_pulled_over_the_edge_comes_back() {
        let snapped = snap(rect(950, -40), &desktop(1.0));
        assert_eq!(snapped.rect, rect(900, 0));
        assert_eq!((snapped.across, snapped.down), (Some(Side::End), Some(Side::Start)));
    }

    fn desktop(scale: f64) -> Desktop {
        let area = Rect::new(Point { x: 0, y: 0 }, Size { width: 1_000, height: 1_000 });
        Desktop::new([MonitorSeen { name: "DP-1".to_owned(), area, scale, primary: true }])
    }

    fn rect(x: i32, y: i32) -> Rect {
        Rect::new(Point { x, y }, Size { width: 100, height: 100 })
    }
}
