//! Chance that is the same everywhere: SplitMix64, whose whole definition is
//! four lines and will not change with a library's version.

/// A stream of numbers that its seed decides.
#[derive(Debug, Clone)]
pub struct Prng(u64);

impl Prng {
    /// The stream of a seed. `part` keeps the parts of one show independent.
    #[must_use]
    pub fn new(seed: u64, part: &str) -> Self {
        // FNV-1a: any mixing will do, and it is as short to define.
        let mixed = part.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mixed)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is at least 1. The bias of the remainder
    /// is below one in 2^50 for anything a match asks for.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound.max(1)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether something with this chance in a hundred comes true.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of the places of a list that long; 0 where it has none.
    pub fn index(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).expect("a length fits into 64 bits");
        usize::try_from(self.below(bound)).expect("a number below a length fits into one")
    }

    /// One of several; `None` of none.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.index(choices.len()))
    }

    /// Puts a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.index(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_numbers_for_ever() {
        let mut plain = Prng(0);
        assert_eq!(plain.next_u64(), 0xe220_a839_7b1d_cdaf, "the published first value of seed 0");
    }

    #[test]
    fn parts_of_one_seed_differ() {
        assert_ne!(Prng::new(7, "league").next_u64(), Prng::new(7, "cs2").next_u64());
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut prng = Prng::new(1, "bounds");
        for _ in 0..1_000 {
            assert!((3..=5).contains(&prng.between(3, 5)));
        }
        assert_eq!(prng.pick::<u8>(&[]), None);
    }
}
