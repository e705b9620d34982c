//! A window that a pointer holds.

use serde::Deserialize;

use crate::placement::{Point, Rect, ScalePercent, Size};

/// By what the overlay is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Handle {
    /// Anywhere: pulling moves it.
    Body,
    /// By a corner: pulling scales it, and the corner opposite stays.
    Corner(Corner),
}

/// One of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// The upper left one.
    TopLeft,
    /// The upper right one.
    TopRight,
    /// The lower left one.
    BottomLeft,
    /// The lower right one.
    BottomRight,
}

/// How everything was when the pointer was pressed. All pulling is counted from
/// there, so that no rounding adds up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grip {
    handle: Handle,
    pointer: Point,
    rect: Rect,
    scale: ScalePercent,
}

impl Grip {
    pub(super) fn new(handle: Handle, pointer: Point, rect: Rect, scale: ScalePercent) -> Self {
        Self { handle, pointer, rect, scale }
    }

    pub(super) fn handle(self) -> Handle {
        self.handle
    }

    /// Where the window goes with the pointer.
    pub(super) fn carried_to(self, pointer: Point) -> Rect {
        let (x, y) = self.way_to(pointer);
        self.rect.moved_by(x, y)
    }

    /// How large the window becomes when this corner goes with the pointer, and
    /// where it then lies.
    pub(super) fn stretched_to(self, corner: Corner, pointer: Point) -> (Rect, ScalePercent) {
        let (x, y) = self.way_to(pointer);
        let (left, top) = match corner {
            Corner::TopLeft => (true, true),
            Corner::TopRight => (false, true),
            Corner::BottomLeft => (true, false),
            Corner::BottomRight => (false, false),
        };
        let Size { width, height } = self.rect.size();
        let (across, down) = (stretch(width, x, left), stretch(height, y, top));
        let scale = ScalePercent::nearest(f64::from(self.scale.get()) * across.max(down));
        let factor = scale.factor() / self.scale.factor();
        let (shift_x, width) = grown(width, factor, left);
        let (shift_y, height) = grown(height, factor, top);
        let at = self.rect.moved_by(shift_x, shift_y).at();
        (Rect::new(at, Size { width, height }), scale)
    }

    fn way_to(self, pointer: Point) -> (i32, i32) {
        let from = self.pointer;
        (pointer.x.saturating_sub(from.x), pointer.y.saturating_sub(from.y))
    }
}

/// The factor by which a side grows when its end, or its start, is pulled so far.
fn stretch(length: u32, pulled: i32, from_start: bool) -> f64 {
    let longer = if from_start { -f64::from(pulled) } else { f64::from(pulled) };
    (f64::from(length) + longer) / f64::from(length)
}

/// How far the start moves and how long the side becomes.
fn grown(length: u32, factor: f64, from_start: bool) -> (i32, u32) {
    // At most 600 percent of a rectangle's side, which fits.
    let longer = (f64::from(length) * factor).round().max(1.0) as u32;
    let shift = if from_start { length.cast_signed() - longer.cast_signed() } else { 0 };
    (shift, longer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulled_corner_leaves_the_opposite_one_where_it_is() {
        for (corner, pull) in [
            (Corner::TopLeft, Point { x: -100, y: 0 }),
            (Corner::TopRight, Point { x: 100, y: 0 }),
            (Corner::BottomLeft, Point { x: -100, y: 0 }),
            (Corner::BottomRight, Point { x: 0, y: 50 }),
        ] {
            let (rect, scale) = held(corner).stretched_to(corner, pull);
            assert_eq!(scale.get(), 150, "{corner:?}");
            assert_eq!(opposite(rect, corner), opposite(rectangle(), corner), "{corner:?}");
            assert_eq!(rect.size(), Size { width: 300, height: 150 }, "{corner:?}");
        }
    }

    #[test]
    fn a_corner_that_is_pulled_past_the_other_leaves_the_smallest_there_is() {
        let corner = Corner::BottomRight;
        let (rect, scale) = held(corner).stretched_to(corner, Point { x: -900, y: -900 });
        assert_eq!((scale.get(), rect.size().width), (50, 100));
    }

    #[test]
    fn a_pointer_from_nowhere_moves_it_no_farther_than_a_desktop() {
        let far = Point { x: i32::MAX, y: i32::MIN };
        let grip = Grip::new(Handle::Body, Point { x: -7, y: 7 }, rectangle(), PERCENT);
        assert_eq!(grip.carried_to(far), rectangle().moved_to(far));
    }

    const PERCENT: ScalePercent = ScalePercent::DESIGNED;

    fn held(corner: Corner) -> Grip {
        Grip::new(Handle::Corner(corner), Point { x: 0, y: 0 }, rectangle(), PERCENT)
    }

    fn rectangle() -> Rect {
        Rect::new(Point { x: 500, y: 500 }, Size { width: 200, height: 100 })
    }

    fn opposite(rect: Rect, corner: Corner) -> (i32, i32) {
        let right = rect.at().x + rect.size().width.cast_signed();
        let bottom = rect.at().y + rect.size().height.cast_signed();
        match corner {
            Corner::TopLeft => (right, bottom),
            Corner::TopRight => (rect.at().x, bottom),
            Corner::BottomLeft => (right, rect.at().y),
            Corner::BottomRight => (rect.at().x, rect.at().y),
        }
    }
}
