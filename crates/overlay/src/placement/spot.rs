//! Where along an axis: a side, and percent of the free span from it.

use serde::{Deserialize, Serialize};

use super::OutOfBounds;
use super::geometry::Span;

/// Percent are kept to the ten-thousandth: on the longest desktop that is a
/// seventh of a pixel, and a settings file stays readable.
const STEPS_PER_PERCENT: f64 = 10_000.0;

/// Percent of the free span, from 0 to 100. To a page it is a number, and never
/// the `null` that other floats may be there; `specta` has no name for such.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = i32))]
#[serde(try_from = "f64", into = "f64")]
pub struct Percent(f64);

/// Percent of the free span beside its middle: −50 is the start, 50 the end. To a
/// page it is a number, as [`Percent`] is.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = i32))]
#[serde(try_from = "f64", into = "f64")]
pub struct Lean(f64);

impl Percent {
    /// At the very side.
    pub const ZERO: Self = Self(0.0);

    /// In percent.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    pub(crate) const fn whole(percent: u8) -> Self {
        assert!(percent <= 100, "a span has a hundred percent");
        Self(percent as f64)
    }
}

impl Lean {
    /// In the very middle.
    pub const CENTRED: Self = Self(0.0);

    /// In percent.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Percent {
    type Error = OutOfBounds;

    fn try_from(percent: f64) -> Result<Self, OutOfBounds> {
        within("position", percent, 0.0, 100.0).map(Self)
    }
}

impl TryFrom<f64> for Lean {
    type Error = OutOfBounds;

    fn try_from(percent: f64) -> Result<Self, OutOfBounds> {
        within("position beside the middle", percent, -50.0, 50.0).map(Self)
    }
}

impl From<Percent> for f64 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

impl From<Lean> for f64 {
    fn from(lean: Lean) -> Self {
        lean.0
    }
}

/// What is no number is in no bounds.
fn within(what: &'static str, percent: f64, least: f64, most: f64) -> Result<f64, OutOfBounds> {
    if (least..=most).contains(&percent) {
        return Ok(rounded(percent));
    }
    Err(OutOfBounds::new(what, percent, least, most))
}

fn rounded(percent: f64) -> f64 {
    // Adding zero makes 0 of −0.
    (percent * STEPS_PER_PERCENT).round() / STEPS_PER_PERCENT + 0.0
}

/// Where the overlay stands along one axis: from which side its distance is
/// counted, so that it keeps to that side when its size or the monitor's changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Along {
    /// So far from the left or the top.
    Start(Percent),
    /// So far from the middle, to the left or the top where negative.
    Middle(Lean),
    /// So far from the right or the bottom.
    End(Percent),
}

/// A side, or the middle, of one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left or top.
    Start,
    /// Neither.
    Middle,
    /// Right or bottom.
    End,
}

/// One of the nine fields that a monitor falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Anchor {
    /// From left to right.
    pub across: Side,
    /// From top to bottom.
    pub down: Side,
}

impl Along {
    /// At this side, with nothing between; or centred.
    #[must_use]
    pub fn at(side: Side) -> Self {
        match side {
            Side::Start => Self::Start(Percent::ZERO),
            Side::Middle => Self::Middle(Lean::CENTRED),
            Side::End => Self::End(Percent::ZERO),
        }
    }

    /// From where its distance is counted.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Start(_) => Side::Start,
            Self::Middle(_) => Side::Middle,
            Self::End(_) => Side::End,
        }
    }

    /// Where a window of this length stands in an area.
    pub(crate) fn in_area(self, area: Span, window: u32) -> Span {
        let free = area.free(window);
        let before = (f64::from(free) * self.fraction()).round() as i32;
        Span { start: area.start + before, length: window.min(area.length) }
    }

    /// Where a window is that stands in an area: counted from the nearest third.
    pub(crate) fn of(window: Span, area: Span) -> Self {
        let free = area.free(window.length);
        if free == 0 {
            return Self::Middle(Lean::CENTRED);
        }
        let before = (window.start - area.start).clamp(0, free.cast_signed());
        let percent = 100.0 * f64::from(before) / f64::from(free);
        if percent < 100.0 / 3.0 {
            Self::Start(Percent(rounded(percent)))
        } else if percent > 200.0 / 3.0 {
            Self::End(Percent(rounded(100.0 - percent)))
        } else {
            Self::Middle(Lean(rounded(percent - 50.0)))
        }
    }

    /// Of the free span, from its start.
    fn fraction(self) -> f64 {
        match self {
            Self::Start(percent) => percent.0 / 100.0,
            Self::Middle(lean) => (50.0 + lean.0) / 100.0,
            Self::End(percent) => (100.0 - percent.0) / 100.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Span = Span { start: -1_000, length: 1_000 };

    #[test]
    fn distance_is_percent_of_what_the_window_leaves_free() {
        let stands = |along: Along| along.in_area(AREA, 200).start;
        assert_eq!(stands(Along::at(Side::Start)), -1_000);
        assert_eq!(stands(Along::at(Side::Middle)), -600);
        assert_eq!(stands(Along::at(Side::End)), -200, "its end at the area's end");
        assert_eq!(stands(Along::Start(Percent::whole(25))), -800, "a quarter of 800");
        assert_eq!(stands(Along::End(Percent::whole(25))), -400);
        assert_eq!(stands(Along::Middle(Lean(-50.0))), -1_000);
    }

    #[test]
    fn a_window_that_grows_keeps_to_its_side() {
        let end = |length| Along::at(Side::End).in_area(AREA, length).end();
        assert_eq!([end(10), end(200), end(1_000)], [0, 0, 0]);
    }

    #[test]
    fn a_window_that_fills_the_area_stands_in_its_middle() {
        assert_eq!(Along::of(AREA, AREA), Along::Middle(Lean::CENTRED));
        let longer = Span { start: -4_000, length: 4_000 };
        assert_eq!(Along::of(longer, AREA), Along::Middle(Lean::CENTRED));
    }

    #[test]
    fn distance_is_counted_from_the_nearest_third() {
        let side = |start| Along::of(Span { start, length: 100 }, AREA).side();
        assert_eq!(side(-1_000), Side::Start);
        assert_eq!(side(-701), Side::Start, "just before a third of 900");
        assert_eq!(side(-700), Side::Middle);
        assert_eq!(side(-400), Side::Middle);
        assert_eq!(side(-399), Side::End);
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.001, 100.001] {
            assert!(Percent::try_from(nonsense).is_err(), "{nonsense}");
        }
        for nonsense in [f64::NAN, -50.1, 50.1] {
            assert!(Lean::try_from(nonsense).is_err(), "{nonsense}");
        }
        assert!(Percent::try_from(-0.0).is_ok_and(|zero| zero.0.is_sign_positive()));
    }
}
