//! What stays of each stored event beside its bytes, packed one after another.
//!
//! The gate recognises events by it, and goes on doing so where the bytes are
//! gone: 34 to 39 bytes an event instead of 600.

use std::borrow::Cow;

use association::{Sighting, TimeQuality};
use event_model::{Fingerprint, Origin, WallTime};

use crate::{
    event_key::{EventKey, half_of},
    varint,
};

const ERASED: u8 = 1;
const LOW_QUALITY: u8 = 1 << 1;
const LIVE: u8 = 1 << 2;
const REPLAY: u8 = 1 << 3;
const APART: u8 = 1 << 4;

/// The evidence of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) key: EventKey,
    /// Half of the fingerprint: 128 bits tell two events apart.
    pub(crate) fingerprint: [u8; 16],
    /// When it happened, fixed when the event was first stored.
    pub(crate) corrected: Sighting,
    pub(crate) origin: Option<Origin>,
    /// It is a replay that is kept apart from what was played.
    pub(crate) is_apart: bool,
    /// Its owner had it deleted: its bytes are gone, and will not come back.
    pub(crate) erased: bool,
}

/// What of a fingerprint is kept.
pub(crate) fn kept_fingerprint(fingerprint: &Fingerprint) -> [u8; 16] {
    half_of(&fingerprint.0)
}

impl Evidence {
    /// The match of an event that names `subject`.
    pub(crate) fn match_of<'s>(&self, subject: Cow<'s, str>) -> Cow<'s, str> {
        if self.is_apart { association::replayed(&subject).into() } else { subject }
    }

    /// Appends it to the evidence of a batch received at `received_at`.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>, received_at: WallTime) {
        bytes.push(self.flags());
        bytes.extend_from_slice(&self.key.0);
        bytes.extend_from_slice(&self.fingerprint);
        varint::write_signed(bytes, self.corrected.at.unix_ms() - received_at.unix_ms());
    }

    fn flags(&self) -> u8 {
        let quality = match self.corrected.quality {
            TimeQuality::Low => LOW_QUALITY,
            TimeQuality::Good => 0,
        };
        let origin = match self.origin {
            None => 0,
            Some(Origin::Live) => LIVE,
            Some(Origin::Replay) => REPLAY,
        };
        let apart = if self.is_apart { APART } else { 0 };
        quality | origin | apart | if self.erased { ERASED } else { 0 }
    }
}

/// Reads the evidence of a batch; ends early where the bytes do.
pub(crate) struct EvidenceReader<'e> {
    rest: &'e [u8],
    received_at: WallTime,
}

impl<'e> EvidenceReader<'e> {
    pub(crate) fn new(bytes: &'e [u8], received_at: WallTime) -> Self {
        Self { rest: bytes, received_at }
    }
}

impl Iterator for EvidenceReader<'_> {
    type Item = Evidence;

    fn next(&mut self) -> Option<Evidence> {
        let (flags, rest) = self.rest.split_first()?;
        let (key, rest) = rest.split_first_chunk()?;
        let (fingerprint, mut rest) = rest.split_first_chunk()?;
        let age_ms = varint::read_signed(&mut rest)?;
        self.rest = rest;
        let has = |flag| flags & flag != 0;
        let quality = if has(LOW_QUALITY) { TimeQuality::Low } else { TimeQuality::Good };
        let origin = match (has(LIVE), has(REPLAY)) {
            (true, _) => Some(Origin::Live),
            (false, true) => Some(Origin::Replay),
            (false, false) => None,
        };
        Some(Evidence {
            key: EventKey(*key),
            fingerprint: *fingerprint,
            corrected: Sighting { at: self.received_at.plus_ms(age_ms), quality },
            origin,
            is_apart: has(APART),
            erased: has(ERASED),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_evidence() -> impl Strategy<Value = Evidence> {
        let origin = prop_oneof![Just(None), Just(Some(Origin::Live)), Just(Some(Origin::Replay))];
        (any::<[u8; 16]>(), any::<[u8; 16]>(), -9_999_999i64..9_999_999, any::<[bool; 3]>(), origin)
            .prop_map(|(key, fingerprint, ms, [low, erased, is_apart], origin)| Evidence {
                key: EventKey(key),
                fingerprint,
                corrected: Sighting {
                    at: WallTime::from_unix_ms(ms),
                    quality: if low { TimeQuality::Low } else { TimeQuality::Good },
                },
                origin,
                is_apart,
                erased,
            })
    }

    proptest! {
        #[test]
        fn evidence_is_read_back(
            all in prop::collection::vec(any_evidence(), 0..9), received_ms in -999i64..999,
        ) {
            let received_at = WallTime::from_unix_ms(received_ms);
            let mut bytes = Vec::new();
            all.iter().for_each(|one| one.write(&mut bytes, received_at));
            let read: Vec<_> = EvidenceReader::new(&bytes, received_at).collect();
            prop_assert_eq!(read, all);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            EvidenceReader::new(&bytes, WallTime::from_unix_ms(0)).for_each(drop);
        }
    }
}
