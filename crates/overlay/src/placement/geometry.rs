//! Points, sizes and rectangles of a desktop, in physical pixels.

/// How far a desktop reaches from its origin, and how long a rectangle may be.
/// Sixteen 8K screens side by side are 122,880 pixels; X11 counts to 32,767.
/// With it no sum here overflows, whatever a system or a page says.
pub const DESKTOP_REACH_PX: i32 = 131_072;

/// A point of the desktop in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// From the left; negative left of the first monitor.
    pub x: i32,
    /// From the top; negative above the first monitor.
    pub y: i32,
}

/// A size in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// What a page asks for, in CSS pixels at a scale of 1. Never empty, never
/// infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogicalSize {
    width: f64,
    height: f64,
}

impl LogicalSize {
    /// Takes what a page says of itself: what is no number or less than a pixel
    /// counts as one pixel, and nothing is larger than a desktop.
    #[must_use]
    pub fn new(width: f64, height: f64) -> Self {
        Self { width: bounded(width), height: bounded(height) }
    }

    /// This many physical pixels where one CSS pixel is `scale` of them.
    #[must_use]
    pub(crate) fn at_scale(self, scale: f64) -> Size {
        Size { width: whole(self.width * scale), height: whole(self.height * scale) }
    }
}

fn bounded(length: f64) -> f64 {
    // `max` takes the other where one is no number.
    length.max(1.0).min(f64::from(DESKTOP_REACH_PX))
}

/// Pixels are whole, and a window has one at least.
pub(crate) fn whole(length: f64) -> u32 {
    bounded(length).round() as u32
}

/// A rectangle of the desktop in physical pixels. All its edges lie within
/// twice [`DESKTOP_REACH_PX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    at: Point,
    size: Size,
}

impl Rect {
    /// A rectangle; what no desktop reaches is cut to what one does.
    #[must_use]
    pub fn new(at: Point, size: Size) -> Self {
        let near = |x: i32| x.clamp(-DESKTOP_REACH_PX, DESKTOP_REACH_PX);
        let short = |length: u32| length.min(DESKTOP_REACH_PX.unsigned_abs());
        let at = Point { x: near(at.x), y: near(at.y) };
        Self { at, size: Size { width: short(size.width), height: short(size.height) } }
    }

    /// Its upper left corner.
    #[must_use]
    pub fn at(self) -> Point {
        self.at
    }

    /// Its size.
    #[must_use]
    pub fn size(self) -> Size {
        self.size
    }

    /// Whether there is nothing of it, as of a monitor that is being switched off.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.size.width == 0 || self.size.height == 0
    }

    /// Whether all of `other` lies in it.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.across().contains(other.across()) && self.down().contains(other.down())
    }

    /// The same size elsewhere.
    #[must_use]
    pub fn moved_to(self, at: Point) -> Self {
        Self::new(at, self.size)
    }

    /// Moved by so much.
    #[must_use]
    pub fn moved_by(self, x: i32, y: i32) -> Self {
        self.moved_to(Point { x: self.at.x.saturating_add(x), y: self.at.y.saturating_add(y) })
    }

    /// The nearest of its size, or as much of it, that lies within `area`.
    #[must_use]
    pub fn within(self, area: Self) -> Self {
        let across = self.across().within(area.across());
        let down = self.down().within(area.down());
        Self::of(across, down)
    }

    /// In square pixels.
    pub(crate) fn shared_with(self, other: Self) -> u64 {
        self.across().shared_with(other.across()) * self.down().shared_with(other.down())
    }

    /// How far it would have to be moved to touch `other`: the square of it.
    pub(crate) fn distance_squared(self, other: Self) -> u64 {
        let across = self.across().distance(other.across());
        let down = self.down().distance(other.down());
        across * across + down * down
    }

    pub(crate) fn across(self) -> Span {
        Span { start: self.at.x, length: self.size.width }
    }

    pub(crate) fn down(self) -> Span {
        Span { start: self.at.y, length: self.size.height }
    }

    pub(crate) fn of(across: Span, down: Span) -> Self {
        Self::new(
            Point { x: across.start, y: down.start },
            Size { width: across.length, height: down.length },
        )
    }
}

/// A rectangle along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: i32,
    pub(crate) length: u32,
}

impl Span {
    /// The first pixel that is not of it.
    pub(crate) fn end(self) -> i32 {
        self.start + self.length.cast_signed()
    }

    /// What is left beside a window of this length; nothing where that is longer.
    pub(crate) fn free(self, window: u32) -> u32 {
        self.length.saturating_sub(window)
    }

    fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end() <= self.end()
    }

    fn within(self, area: Self) -> Self {
        let length = self.length.min(area.length);
        let last = area.start + area.free(length).cast_signed();
        Self { start: self.start.clamp(area.start, last), length }
    }

    fn shared_with(self, other: Self) -> u64 {
        let shared = self.end().min(other.end()) - self.start.max(other.start);
        u64::from(shared.max(0).unsigned_abs())
    }

    fn distance(self, other: Self) -> u64 {
        let gap = (other.start - self.end()).max(self.start - other.end());
        u64::from(gap.max(0).unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_of_its_size_is_never_empty_nor_endless() {
        for nonsense in [f64::NAN, f64::NEG_INFINITY, -3.0, 0.0] {
            assert_eq!(LogicalSize::new(nonsense, 5.4).at_scale(1.0), size(1, 5));
        }
        let endless = LogicalSize::new(f64::INFINITY, 1.0).at_scale(3.0);
        assert_eq!(endless.width, DESKTOP_REACH_PX.unsigned_abs());
    }

    #[test]
    fn a_rectangle_beyond_every_desktop_is_cut_to_what_one_reaches() {
        let cut = Rect::new(Point { x: i32::MIN, y: i32::MAX }, size(u32::MAX, 1));
        assert_eq!(cut.at(), Point { x: -DESKTOP_REACH_PX, y: DESKTOP_REACH_PX });
        assert_eq!(cut.size(), size(DESKTOP_REACH_PX.unsigned_abs(), 1));
    }

    #[test]
    fn a_rectangle_is_brought_into_an_area_by_the_shortest_way() {
        let area = rect(-100, 0, 100, 50);
        assert_eq!(rect(-120, 45, 10, 10).within(area), rect(-100, 40, 10, 10));
        assert_eq!(rect(-50, 10, 10, 10).within(area), rect(-50, 10, 10, 10), "it is there");
        assert_eq!(rect(7, 7, 300, 10).within(area), rect(-100, 7, 100, 10), "too long for it");
    }

    #[test]
    fn touching_is_neither_sharing_nor_being_apart() {
        let (left, right) = (rect(0, 0, 10, 10), rect(10, 0, 10, 10));
        assert_eq!(left.shared_with(right), 0);
        assert_eq!(left.distance_squared(right), 0);
        assert_eq!(left.distance_squared(rect(13, 14, 1, 1)), 9 + 16);
    }

    fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect::new(Point { x, y }, size(width, height))
    }

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }
}
