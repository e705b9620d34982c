//! The reports of one match: each once, however often and in what order it came.

use std::collections::HashMap;

use event_model::{ClockEpoch, DeviceId};

use crate::{EventKey, NameKey, Names, Packed, Report, names::mix};

/// A report's number in its set: the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportNo(pub u32);

/// A clock's number in its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockNo(pub u16);

/// A stream's number in its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamNo(pub u16);

/// What one device told of one account's game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    /// Whose game; the device itself where the game names nobody.
    pub account: NameKey,
    /// Who sent it.
    pub device: DeviceId,
}

/// What a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// The match's own time, in one run of it.
    Match(u32),
    /// The device's monotonic time, in one epoch.
    Monotonic(ClockEpoch),
    /// The device's wall clock: nothing better was told.
    Wall,
}

/// One clock of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock {
    /// Whose.
    pub stream: StreamNo,
    /// Which.
    pub axis: Axis,
}

/// What became of a report that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It is in the set.
    Added(ReportNo),
    /// The same event of the same device came before, and stands.
    Known(ReportNo),
    /// It tells of nothing that happened in the match: evidence, or a type of
    /// somebody else's.
    Silent,
    /// The set holds as much as it may; nothing was kept.
    Full,
}

/// A set of reports; the order in which they came decides nothing but their
/// numbers.
#[derive(Debug, Clone, Default)]
pub struct ReportSet {
    reports: Vec<Packed>,
    streams: Vec<Stream>,
    clocks: Vec<Clock>,
    names: Names,
    known: HashMap<u64, ReportNo>,
    stream_no: HashMap<Stream, StreamNo>,
    clock_no: HashMap<Clock, ClockNo>,
}

impl ReportSet {
    /// Most reports of one match: twenty times a long one of ten devices.
    pub const REPORTS_MAX: usize = 32_768;
    /// Most streams of one match: ten players, each on a hundred devices.
    pub const STREAMS_MAX: usize = 1_024;
    /// Most clocks of one match: a reboot makes another.
    pub const CLOCKS_MAX: usize = 4_096;

    /// No reports.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a report in.
    pub fn push(&mut self, report: &Report<'_>) -> Pushed {
        let Some(kind) = report.kind.filter(|kind| kind.is_occurrence()) else {
            return Pushed::Silent;
        };
        let slot = match self.find(report.device, EventKey::of(report.event_id)) {
            Ok(no) => return Pushed::Known(no),
            Err(slot) => slot,
        };
        let Some(clock) = self.clock_of(report) else { return Pushed::Full };
        let Some(no) = self.next_no() else { return Pushed::Full };
        self.learn_names(report);
        self.reports.push(Packed::of(report, kind, clock, reading(report).1));
        self.known.insert(slot, no);
        Pushed::Added(no)
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.reports.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, no: ReportNo) -> Option<&Packed> {
        self.reports.get(usize::try_from(no.0).ok()?)
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl Iterator<Item = (ReportNo, &Packed)> {
        (0..).map(ReportNo).zip(&self.reports)
    }

    /// The clocks, by number.
    #[must_use]
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// The streams, by number.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// How names are written.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whose report it is.
    #[must_use]
    pub fn stream_of(&self, report: &Packed) -> Stream {
        self.streams[usize::from(self.clocks[usize::from(report.clock.0)].stream.0)]
    }

    /// Bytes on the heap, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.reports.capacity() * size_of::<Packed>()
            + self.known.capacity() * (size_of::<(u64, ReportNo)>() + 1)
            + self.streams.capacity() * size_of::<Stream>()
            + self.stream_no.capacity() * (size_of::<(Stream, StreamNo)>() + 1)
            + self.clocks.capacity() * size_of::<Clock>()
            + self.clock_no.capacity() * (size_of::<(Clock, ClockNo)>() + 1)
            + self.names.bytes()
    }

    /// The number of a device's event.
    #[must_use]
    pub fn number_of(&self, device: DeviceId, event: EventKey) -> Option<ReportNo> {
        self.find(device, event).ok()
    }

    /// The event, or where it would be kept: hashes that meet stand side by
    /// side, so that nobody can make another's event seem known.
    fn find(&self, device: DeviceId, event: EventKey) -> Result<ReportNo, u64> {
        let mut slot = device_key(device, event);
        while let Some(no) = self.known.get(&slot) {
            let is_it = self.get(*no).is_some_and(|report| {
                report.key == event && self.stream_of(report).device == device
            });
            if is_it {
                return Ok(*no);
            }
            slot = slot.wrapping_add(1);
        }
        Err(slot)
    }

    fn next_no(&self) -> Option<ReportNo> {
        if self.reports.len() >= Self::REPORTS_MAX {
            return None;
        }
        u32::try_from(self.reports.len()).ok().map(ReportNo)
    }

    fn learn_names(&mut self, report: &Report<'_>) {
        self.names.learn(report.observer);
        self.names.learn(report.actors.attacker.as_deref());
        self.names.learn(report.actors.victim.as_deref());
    }

    fn clock_of(&mut self, report: &Report<'_>) -> Option<ClockNo> {
        let account = NameKey::maybe(report.observer);
        let account = if account.is_some() { account } else { nobody(report.device) };
        let stream = Stream { account, device: report.device };
        let stream =
            numbered(&mut self.stream_no, &mut self.streams, stream, Self::STREAMS_MAX, StreamNo)?;
        let clock = Clock { stream, axis: reading(report).0 };
        numbered(&mut self.clock_no, &mut self.clocks, clock, Self::CLOCKS_MAX, ClockNo)
    }
}

/// The number of `item`, a new one where it has none yet and there is room.
fn numbered<T: Copy + Eq + std::hash::Hash, N: Copy>(
    numbers: &mut HashMap<T, N>,
    items: &mut Vec<T>,
    item: T,
    max: usize,
    number: impl Fn(u16) -> N,
) -> Option<N> {
    if let Some(no) = numbers.get(&item) {
        return Some(*no);
    }
    if items.len() >= max {
        return None;
    }
    let no = number(u16::try_from(items.len()).ok()?);
    items.push(item);
    numbers.insert(item, no);
    Some(no)
}

/// Where an event stands on the best clock that its report tells.
fn reading(report: &Report<'_>) -> (Axis, i64) {
    if let Some(ms) = report.match_clock_ms {
        return (Axis::Match(report.ordinal.map_or(0, |ordinal| ordinal.run)), ms);
    }
    if let Some(observed) = report.observed {
        let ms = i64::try_from(observed.mono_ms).unwrap_or(i64::MAX);
        return (Axis::Monotonic(observed.epoch), ms.min(MS_MAX));
    }
    (Axis::Wall, report.time.unwrap_or(report.corrected.at).unix_ms().clamp(-MS_MAX, MS_MAX))
}

/// Far beyond every date, and small enough to add several without overflow.
const MS_MAX: i64 = 1 << 50;

/// Stands for the account that a game does not name.
fn nobody(device: DeviceId) -> NameKey {
    let (high, low) = device.0.as_u64_pair();
    NameKey(mix(&[high, low]) | 1)
}

/// Where the search for an event of a device begins.
fn device_key(device: DeviceId, EventKey(key): EventKey) -> u64 {
    let (high, low) = device.0.as_u64_pair();
    let part = |range: std::ops::Range<usize>| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&key[range]);
        u64::from_be_bytes(bytes)
    };
    mix(&[high, low, part(0..8), part(8..16)])
}
