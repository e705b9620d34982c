//! What can happen to the bytes of a file.

use crate::damage_worlds::{PAGE, Random};

/// What happened to the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    Bit,
    Byte,
    SomeBytes,
    Stretch,
    PageZeroed,
    PageNoise,
    PagesSwapped,
    Truncated,
    HeaderOnly,
    Empty,
    Garbage,
    Several,
}

const DAMAGES: [Damage; 20] = [
    Damage::Bit,
    Damage::Bit,
    Damage::Bit,
    Damage::Bit,
    Damage::Byte,
    Damage::Byte,
    Damage::Byte,
    Damage::Byte,
    Damage::SomeBytes,
    Damage::Stretch,
    Damage::PageZeroed,
    Damage::PageZeroed,
    Damage::PageNoise,
    Damage::PagesSwapped,
    Damage::Truncated,
    Damage::Truncated,
    Damage::HeaderOnly,
    Damage::Empty,
    Damage::Garbage,
    Damage::Several,
];

impl Damage {
    /// Any, the likelier ones more often.
    pub(crate) fn any(random: &mut Random) -> Self {
        DAMAGES[random.below(DAMAGES.len())]
    }

    pub(crate) fn make(self, random: &mut Random, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let at = random.below(length);
        let page = at / PAGE * PAGE;
        let page_end = (page + PAGE).min(length);
        match self {
            Self::Bit => flip(bytes, at, 1 << random.below(8)),
            Self::Byte => flip(bytes, at, 1 + random.below(255) as u8),
            Self::SomeBytes => {
                for _ in 0..1 + random.below(20) {
                    let at = random.below(length);
                    flip(bytes, at, 1 + random.below(255) as u8);
                }
            }
            Self::Stretch => {
                let end = (at + 1 + random.below(3_000)).min(length);
                bytes[at..end].fill(random.next() as u8);
            }
            Self::PageZeroed => bytes[page..page_end].fill(0),
            Self::PageNoise => bytes[page..page_end].fill_with(|| random.next() as u8),
            Self::PagesSwapped => {
                let other = random.below(length) / PAGE * PAGE;
                for at in 0..PAGE.min(length - page.max(other)) {
                    bytes.swap(page + at, other + at);
                }
            }
            Self::Truncated => bytes.truncate(at),
            Self::HeaderOnly => bytes.truncate(100),
            Self::Empty => bytes.clear(),
            Self::Garbage => bytes.fill_with(|| random.next() as u8),
            Self::Several => {
                for _ in 0..2 + random.below(4) {
                    let damage = DAMAGES[random.below(14)];
                    damage.make(random, bytes);
                }
            }
        }
    }

    /// Whether the numbers that it takes away must all be missed by somebody:
    /// where a whole file went, nobody may be left who knows of them.
    pub(crate) fn is_of_one_place(self) -> bool {
        matches!(self, Self::Bit | Self::Byte | Self::Stretch | Self::PageZeroed | Self::PageNoise)
    }
}

fn flip(bytes: &mut [u8], at: usize, by: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= by;
    }
}
