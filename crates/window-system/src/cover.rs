//! How much of a rectangle others leave free.

use overlay::placement::{Point, Rect, Size};

/// What two rectangles have in common; `None` where they do not touch.
pub(crate) fn common(one: Rect, other: Rect) -> Option<Rect> {
    Edges::of(one).common(Edges::of(other)).map(Edges::rect)
}

/// Square pixels of `area` that lie under none of `covers`.
pub(crate) fn left_free(area: Rect, covers: impl IntoIterator<Item = Rect>) -> u64 {
    let mut free = vec![Edges::of(area)];
    for cover in covers {
        let cover = Edges::of(cover);
        free = free.into_iter().flat_map(|piece| piece.without(cover)).collect();
    }
    free.into_iter().map(|piece| square_px(piece.rect())).sum()
}

/// Square pixels of a rectangle.
pub(crate) fn square_px(rect: Rect) -> u64 {
    u64::from(rect.size().width) * u64::from(rect.size().height)
}

/// A rectangle by its edges; the second of each pair is the first pixel beyond.
#[derive(Debug, Clone, Copy)]
struct Edges {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
}

impl Edges {
    /// No sum overflows: a rectangle reaches no further than a desktop.
    fn of(rect: Rect) -> Self {
        let (at, size) = (rect.at(), rect.size());
        let (width, height) = (size.width.cast_signed(), size.height.cast_signed());
        Self { left: at.x, right: at.x + width, top: at.y, bottom: at.y + height }
    }

    fn rect(self) -> Rect {
        let length = |from: i32, to: i32| (to - from).max(0).unsigned_abs();
        let size =
            Size { width: length(self.left, self.right), height: length(self.top, self.bottom) };
        Rect::new(Point { x: self.left, y: self.top }, size)
    }

    fn is_empty(self) -> bool {
        self.left >= self.right || self.top >= self.bottom
    }

    fn common(self, other: Self) -> Option<Self> {
        let common = Self {
            left: self.left.max(other.left),
            right: self.right.min(other.right),
            top: self.top.max(other.top),
            bottom: self.bottom.min(other.bottom),
        };
        (!common.is_empty()).then_some(common)
    }

    /// What is left of it: above, below, left and right of the cover.
    fn without(self, cover: Self) -> impl Iterator<Item = Self> {
        let pieces = match self.common(cover) {
            None => [Some(self), None, None, None],
            Some(Self { left, right, top, bottom }) => [
                Some(Self { bottom: top, ..self }),
                Some(Self { top: bottom, ..self }),
                Some(Self { right: left, top, bottom, ..self }),
                Some(Self { left: right, top, bottom, ..self }),
            ],
        };
        pieces.into_iter().flatten().filter(|piece| !piece.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_lies_twice_under_others_is_counted_once() {
        let covers = [rect(0, 0, 6, 10), rect(4, 0, 6, 5)];
        assert_eq!(left_free(rect(0, 0, 10, 10), covers), 20);
    }

    proptest! {
        #[test]
        fn as_many_pixels_are_free_as_one_counts_one_by_one(
            area in any_rect(),
            covers in proptest::collection::vec(any_rect(), 0..6),
        ) {
            let holds = |rect: Rect, x: i32, y: i32| {
                rect.contains(Rect::new(Point { x, y }, Size { width: 1, height: 1 }))
            };
            let everywhere = (-12..24).flat_map(|x| (-12..24).map(move |y| (x, y)));
            let free = everywhere
                .filter(|&(x, y)| holds(area, x, y))
                .filter(|&(x, y)| !covers.iter().any(|cover| holds(*cover, x, y)))
                .count();
            prop_assert_eq!(left_free(area, covers), free as u64);
        }
    }

    fn any_rect() -> impl Strategy<Value = Rect> {
        (-12..12_i32, -12..12_i32, 0..12_u32, 0..12_u32)
            .prop_map(|(x, y, width, height)| rect(x, y, width, height))
    }

    fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
        Rect::new(Point { x, y }, Size { width, height })
    }
}
