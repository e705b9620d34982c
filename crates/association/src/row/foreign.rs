//! Rows of what other crates name.

use event_model::{ClockEpoch, DeviceId, Kind, OutboxId, WallTime};
use uuid::Uuid;

use super::Row;
use crate::{Axis, Sighting, TimeQuality};

impl Row for Uuid {
    fn write(&self, to: &mut Vec<u8>) {
        self.as_u128().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        u128::read(from).map(Self::from_u128)
    }
}

super::number_row!(DeviceId(Uuid), OutboxId(Uuid), ClockEpoch(Uuid));

impl Row for Kind {
    fn write(&self, to: &mut Vec<u8>) {
        let word = self.as_str();
        u8::try_from(word.len()).expect("a kind's word is short").write(to);
        to.extend_from_slice(word.as_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::from(u8::read(from)?);
        let (word, rest) = from.split_at_checked(length)?;
        *from = rest;
        let word = std::str::from_utf8(word).ok()?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Row for Sighting {
    fn write(&self, to: &mut Vec<u8>) {
        (self.at.unix_ms(), self.quality == TimeQuality::Good).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (ms, is_good) = Row::read(from)?;
        let quality = if is_good { TimeQuality::Good } else { TimeQuality::Low };
        Some(Self { at: WallTime::from_unix_ms(ms), quality })
    }
}

impl Row for Axis {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Match(run) => (0_u8, *run).write(to),
            Self::Monotonic(epoch) => (1_u8, *epoch).write(to),
            Self::Wall => 2_u8.write(to),
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => u32::read(from).map(Self::Match),
            1 => ClockEpoch::read(from).map(Self::Monotonic),
            2 => Some(Self::Wall),
            _ => None,
        }
    }
}
