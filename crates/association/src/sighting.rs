//! When an occurrence happened, as far as its witnesses tell.

use event_model::WallTime;

/// How far an event's corrected time can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeQuality {
    /// Only the sender's wall clock is known.
    Low,
    /// Right to within a round trip plus drift, or a recording's own time.
    Good,
}

/// One witness's time of an occurrence, on the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: WallTime,
    /// How sure that is.
    pub quality: TimeQuality,
}

impl Sighting {
    /// The better of two: good before low, then the earlier, since a witness
    /// can be late but never early.
    #[must_use]
    pub fn better_of(self, other: Self) -> Self {
        let rank = |sighting: Self| (std::cmp::Reverse(sighting.quality), sighting.at);
        if rank(other) < rank(self) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_sighting() -> impl Strategy<Value = Sighting> {
        (-5i64..5, any::<bool>()).prop_map(|(ms, good)| Sighting {
            at: WallTime::from_unix_ms(ms),
            quality: if good { TimeQuality::Good } else { TimeQuality::Low },
        })
    }

    #[test]
    fn a_trusted_time_stands_before_an_earlier_doubtful_one() {
        let good = Sighting { at: WallTime::from_unix_ms(9), quality: TimeQuality::Good };
        let low = Sighting { at: WallTime::from_unix_ms(1), quality: TimeQuality::Low };
        assert_eq!(low.better_of(good), good);
    }

    proptest! {
        #[test]
        fn the_order_of_witnesses_does_not_matter(
            a in any_sighting(), b in any_sighting(), c in any_sighting(),
        ) {
            prop_assert_eq!(a.better_of(b), b.better_of(a));
            prop_assert_eq!(a.better_of(b).better_of(c), a.better_of(b.better_of(c)));
        }
    }
}
