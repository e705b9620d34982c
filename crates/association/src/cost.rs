//! Costs in hundredths of a nat: whole numbers, so that every machine decides
//! alike.

/// What cannot be; several of them still add up without overflow.
pub(crate) const IMPOSSIBLE: i64 = 1 << 40;

/// One bit in hundredths of a nat, with 16 bits behind the point.
const LN_2: u64 = 4_542_562;
/// Bits behind the point of a logarithm.
const FRACTION: u32 = 16;

/// 100 · ln(n), rounded down; 0 for 0.
pub(crate) fn ln(n: u64) -> i64 {
    if n < 2 {
        return 0;
    }
    let whole = n.ilog2();
    // The mantissa from 1 to below 2, with 31 bits behind the point.
    let mut mantissa = if whole <= 31 { n << (31 - whole) } else { n >> (whole - 31) };
    let mut bits = u64::from(whole);
    for _ in 0..FRACTION {
        mantissa = (mantissa * mantissa) >> 31;
        bits <<= 1;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            bits |= 1;
        }
    }
    i64::try_from((bits * LN_2) >> (2 * FRACTION)).unwrap_or(IMPOSSIBLE)
}

/// −100 · ln(part / whole).
pub(crate) fn surprise(part: u64, whole: u64) -> i64 {
    ln(whole) - ln(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_right_to_a_hundredth() {
        for (n, expected) in [(1, 0), (2, 69), (3, 109), (10, 230), (1_000, 690), (65_536, 1_109)] {
            assert!((ln(n) - expected).abs() <= 1, "ln {n} is {}", ln(n));
        }
    }

    #[test]
    fn half_is_a_bit_and_certainty_is_no_surprise() {
        assert_eq!(surprise(1, 2), 69);
        assert_eq!(surprise(7, 7), 0);
    }
}
