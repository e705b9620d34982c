//! Where what is written is cut: in the midst of a line, a text or a letter.

/// Most pieces of one writing: enough to cut through its head, its middle and its end.
const PIECES_MAX: u64 = 4;

/// Cuts that a seed decides on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces(Option<u64>);

impl Pieces {
    /// Everything is written as a whole.
    pub const WHOLE: Self = Self(None);

    /// The same seed cuts in the same places.
    #[must_use]
    pub fn by_seed(seed: u64) -> Self {
        Self(Some(seed))
    }

    /// The pieces of the next writing, in their order; none of them is empty.
    pub fn of<'b>(&mut self, bytes: &'b [u8]) -> Vec<&'b [u8]> {
        let mut rest = bytes;
        let mut pieces = Vec::new();
        for _ in 1..self.count() {
            let Some(cut) = self.below(rest.len()) else { break };
            let (piece, after) = rest.split_at(cut);
            pieces.extend((!piece.is_empty()).then_some(piece));
            rest = after;
        }
        pieces.extend((!rest.is_empty()).then_some(rest));
        pieces
    }

    fn count(&mut self) -> u64 {
        self.next().map_or(1, |number| 1 + number % PIECES_MAX)
    }

    fn below(&mut self, length: usize) -> Option<usize> {
        let number = self.next()?;
        let length = u64::try_from(length).ok().filter(|length| *length > 0)?;
        usize::try_from(number % length).ok()
    }

    /// SplitMix64.
    fn next(&mut self) -> Option<u64> {
        let seed = self.0.as_mut()?;
        *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_a_seed_nothing_is_cut() {
        let mut whole = Pieces::WHOLE;
        assert_eq!(whole.of(b"line\n"), [b"line\n"]);
    }

    #[test]
    fn some_seed_cuts_a_line_in_its_midst() {
        let cut = (0..20).any(|seed| Pieces::by_seed(seed).of(b"a line\n").len() > 1);
        assert!(cut, "half-written lines are what the seed is for");
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_in_order(seed: u64, bytes: Vec<u8>) {
            let mut pieces = Pieces::by_seed(seed);
            let written = pieces.of(&bytes);
            prop_assert!(written.iter().all(|piece| !piece.is_empty()));
            prop_assert_eq!(written.concat(), bytes);
        }
    }
}
