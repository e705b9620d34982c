//! Scale and opacity: numbers of a player's that have bounds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Smaller, the numbers of a 13-pixel text cannot be told apart at 1080p.
pub const SCALE_PERCENT_MIN: u16 = 50;

/// Larger, the overlay is half as wide as a 1080p screen.
pub const SCALE_PERCENT_MAX: u16 = 300;

/// Fainter, a player would look for an overlay that is there.
pub const OPACITY_PERCENT_MIN: u8 = 30;

/// The ground hides all that is below it.
pub const OPACITY_PERCENT_MAX: u8 = 100;

/// How much larger than designed the overlay is drawn, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = u16))]
#[serde(try_from = "u16", into = "u16")]
pub struct ScalePercent(u16);

impl ScalePercent {
    /// As it was designed.
    pub const DESIGNED: Self = Self(100);

    /// The nearest there is to this many percent; what is no number is as designed.
    #[must_use]
    pub fn nearest(percent: f64) -> Self {
        if percent.is_nan() {
            return Self::DESIGNED;
        }
        let bounded =
            percent.clamp(f64::from(SCALE_PERCENT_MIN), f64::from(SCALE_PERCENT_MAX)).round();
        Self(bounded as u16)
    }

    /// In percent.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    /// As a factor: 1.0 is as designed.
    #[must_use]
    pub fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl TryFrom<u16> for ScalePercent {
    type Error = OutOfBounds;

    fn try_from(percent: u16) -> Result<Self, OutOfBounds> {
        match percent {
            SCALE_PERCENT_MIN..=SCALE_PERCENT_MAX => Ok(Self(percent)),
            _ => Err(OutOfBounds::new("scale", percent, SCALE_PERCENT_MIN, SCALE_PERCENT_MAX)),
        }
    }
}

impl From<ScalePercent> for u16 {
    fn from(scale: ScalePercent) -> Self {
        scale.0
    }
}

/// How much the overlay's ground hides of what is below it, in percent. Text is
/// always opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[cfg_attr(feature = "specta", specta(type = u8))]
#[serde(try_from = "u8", into = "u8")]
pub struct OpacityPercent(u8);

impl OpacityPercent {
    /// At which every colour of the overlay has a contrast of 4.4 and more over
    /// pure white.
    pub const DESIGNED: Self = Self(74);

    /// The nearest there is to this many percent.
    #[must_use]
    pub fn nearest(percent: i32) -> Self {
        let bounded = percent.clamp(OPACITY_PERCENT_MIN.into(), OPACITY_PERCENT_MAX.into());
        Self(u8::try_from(bounded).unwrap_or(OPACITY_PERCENT_MAX))
    }

    /// In percent.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for OpacityPercent {
    type Error = OutOfBounds;

    fn try_from(percent: u8) -> Result<Self, OutOfBounds> {
        match percent {
            OPACITY_PERCENT_MIN..=OPACITY_PERCENT_MAX => Ok(Self(percent)),
            _ => {
                Err(OutOfBounds::new("opacity", percent, OPACITY_PERCENT_MIN, OPACITY_PERCENT_MAX))
            }
        }
    }
}

impl From<OpacityPercent> for u8 {
    fn from(opacity: OpacityPercent) -> Self {
        opacity.0
    }
}

/// A number that a settings file or a page may say, and that does not exist.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfBounds {
    what: &'static str,
    found: f64,
    least: f64,
    most: f64,
}

impl OutOfBounds {
    pub(crate) fn new(
        what: &'static str,
        found: impl Into<f64>,
        least: impl Into<f64>,
        most: impl Into<f64>,
    ) -> Self {
        Self { what, found: found.into(), least: least.into(), most: most.into() }
    }
}

impl fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, found, least, most } = self;
        write!(f, "{what} is {found} percent and has to be from {least} to {most}")
    }
}

impl std::error::Error for OutOfBounds {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_refused_with_the_bounds() {
        assert_eq!(
            ScalePercent::try_from(49).map_err(|error| error.to_string()),
            Err("scale is 49 percent and has to be from 50 to 300".to_owned())
        );
        assert!(ScalePercent::try_from(301).is_err());
        assert!(OpacityPercent::try_from(29).is_err());
        assert!(OpacityPercent::try_from(101).is_err(), "there is nothing beyond opaque");
    }

    #[test]
    fn the_bounds_themselves_can_be_written() {
        assert_eq!(ScalePercent::try_from(50).map(ScalePercent::get), Ok(50));
        assert_eq!(ScalePercent::try_from(300).map(ScalePercent::get), Ok(300));
        assert_eq!(OpacityPercent::try_from(30).map(OpacityPercent::get), Ok(30));
        assert_eq!(OpacityPercent::try_from(100).map(OpacityPercent::get), Ok(100));
    }

    #[test]
    fn the_nearest_is_always_within_bounds() {
        assert_eq!(ScalePercent::nearest(f64::NAN), ScalePercent::DESIGNED);
        assert_eq!(ScalePercent::nearest(f64::INFINITY).get(), SCALE_PERCENT_MAX);
        assert_eq!(ScalePercent::nearest(-1.0).get(), SCALE_PERCENT_MIN);
        assert_eq!(ScalePercent::nearest(110.4).get(), 110);
        assert_eq!(OpacityPercent::nearest(i32::MIN).get(), OPACITY_PERCENT_MIN);
        assert_eq!(OpacityPercent::nearest(i32::MAX).get(), OPACITY_PERCENT_MAX);
    }
}
