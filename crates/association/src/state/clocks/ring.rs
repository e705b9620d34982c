//! How far a clock was off lately, in the middle.

use crate::row::row;

/// The last few of some small differences.
#[derive(Debug, Clone, Default)]
pub(super) struct Ring {
    values: [i16; Self::LENGTH],
    filled: u8,
    next: u8,
}

row!(Ring { values, filled, next });

impl Ring {
    /// Enough that one or two wrong joins do not carry the median.
    const LENGTH: usize = 15;

    pub(super) fn len(&self) -> usize {
        usize::from(self.filled)
    }

    pub(super) fn push(&mut self, value: i64) {
        let (low, high) = (i64::from(i16::MIN), i64::from(i16::MAX));
        let value = i16::try_from(value.clamp(low, high)).expect("it was clamped");
        self.values[usize::from(self.next)] = value;
        self.next = if usize::from(self.next) + 1 == Self::LENGTH { 0 } else { self.next + 1 };
        self.filled = self.filled.saturating_add(u8::from(self.len() < Self::LENGTH));
    }

    pub(super) fn median(&self) -> i64 {
        let mut sorted = self.values;
        let sorted = &mut sorted[..self.len()];
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().map_or(0, i64::from)
    }
}
