//! The reports of one match: each once, however often and in what order it came.

mod known;
mod numbers;

use std::collections::HashMap;

use event_model::{ClockEpoch, DeviceId};

use self::numbers::Numbers;
pub(crate) use self::numbers::Room;
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

crate::row::number_row!(ClockNo(u16), StreamNo(u16));
crate::row::row!(Stream { account, device });

impl Stream {
    /// Whether it tells of nobody's game: then it is a mere device's word, and no
    /// witness's.
    #[must_use]
    pub fn is_nameless(&self) -> bool {
        self.account == nobody(self.device)
    }
}
crate::row::row!(Clock { stream, axis });

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
    numbers: Numbers,
    names: Names,
    known: HashMap<u32, ReportNo>,
}

impl ReportSet {
    /// Most reports of one match: six times a long one of ten devices, and what
    /// a match of liars may take of a server's memory while it is solved.
    pub const REPORTS_MAX: usize = 8_192;
    /// Most streams of one match: ten players, each on a hundred devices.
    pub const STREAMS_MAX: usize = 1_024;
    /// Most clocks of one match: as many as all its streams may have.
    pub const CLOCKS_MAX: usize = Self::STREAMS_MAX * Self::CLOCKS_PER_STREAM_MAX;
    /// Most streams of one device: it is one player's, and who lends it to
    /// another in mid-match is there twice.
    pub const STREAMS_PER_DEVICE_MAX: usize = 4;
    /// Most clocks of one stream: seven reboots in a match. The first by what
    /// they count are kept.
    pub const CLOCKS_PER_STREAM_MAX: usize = 8;

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
        let key = EventKey::of(report.event_id);
        let slot = match self.find(report.device, key) {
            Ok(no) => return Pushed::Known(no),
            Err(slot) => slot,
        };
        let Some(clock) = self.clock_of(report) else { return Pushed::Full };
        let Some(no) = self.next_no() else { return Pushed::Full };
        let packed = Packed::of(report, key, kind, clock, reading(report).1);
        self.learn_names(report, &packed);
        self.make_room();
        self.reports.push(packed);
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
        &self.numbers.clocks
    }

    /// The streams, by number.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.numbers.streams
    }

    /// How names are written.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whose report it is.
    #[must_use]
    pub fn stream_of(&self, report: &Packed) -> Stream {
        self.streams()[usize::from(self.clocks()[usize::from(report.clock.0)].stream.0)]
    }

    /// Bytes on the heap, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.reports.capacity() * size_of::<Packed>()
            + self.known.capacity() * (size_of::<(u32, ReportNo)>() + 1)
            + self.numbers.bytes()
            + self.names.bytes()
    }

    /// The number of a device's event.
    #[must_use]
    pub fn number_of(&self, device: DeviceId, event: EventKey) -> Option<ReportNo> {
        self.find(device, event).ok()
    }

    /// Takes in a report of another set, with the clock and the stream it had
    /// there.
    pub(crate) fn take_over(&mut self, mut report: Packed, axis: Axis, stream: Stream) -> Pushed {
        let slot = match self.find(stream.device, report.key) {
            Ok(no) => return Pushed::Known(no),
            Err(slot) => slot,
        };
        let Some(clock) = self.numbered_clock(stream, axis) else { return Pushed::Full };
        let Some(no) = self.next_no() else { return Pushed::Full };
        self.make_room();
        report.clock = clock;
        self.reports.push(report);
        self.known.insert(slot, no);
        Pushed::Added(no)
    }

    /// Remembers how a name is written.
    pub(crate) fn learn_name(&mut self, key: NameKey, text: &str) {
        self.names.insert(key, text);
    }

    /// Takes over how another set's names are written.
    pub(crate) fn learn_from(&mut self, names: &Names) {
        self.names.extend(names);
    }

    /// Takes a report out. The last one gets its number, which is returned as
    /// it was before, so that the numbers stay without holes.
    pub(crate) fn remove(&mut self, no: ReportNo) -> Option<ReportNo> {
        let last = ReportNo(u32::try_from(self.reports.len()).ok()?.checked_sub(1)?);
        self.forget(no);
        if last != no {
            let moved = self.slot_of(last)?;
            self.known.insert(moved, no);
        }
        self.reports.swap_remove(usize::try_from(no.0).ok()?);
        (last != no).then_some(last)
    }

    /// Grows by an eighth: doubling would keep as much room as reports, and a
    /// server holds many matches.
    fn make_room(&mut self) {
        if self.reports.len() == self.reports.capacity() {
            self.reports.reserve_exact((self.reports.len() / 8).max(64));
        }
    }

    fn next_no(&self) -> Option<ReportNo> {
        if self.reports.len() >= Self::REPORTS_MAX {
            return None;
        }
        u32::try_from(self.reports.len()).ok().map(ReportNo)
    }

    fn learn_names(&mut self, report: &Report<'_>, packed: &Packed) {
        let stream = self.stream_of(packed);
        for (key, text) in [
            (stream.account, report.observer),
            (packed.attacker, report.actors.attacker.as_deref()),
            (packed.victim, report.actors.victim.as_deref()),
        ] {
            if let Some(text) = text.filter(|_| key.is_some()) {
                self.names.insert(key, text);
            }
        }
    }

    fn clock_of(&mut self, report: &Report<'_>) -> Option<ClockNo> {
        let (stream, axis) = clock_told(report);
        self.numbered_clock(stream, axis)
    }

    /// The number of a stream, where it has one or there is room.
    pub(crate) fn numbered_stream(&mut self, stream: Stream) -> Option<StreamNo> {
        self.numbers.stream(stream)
    }

    /// The same of a clock.
    pub(crate) fn numbered_clock(&mut self, stream: Stream, axis: Axis) -> Option<ClockNo> {
        self.numbers.clock(stream, axis)
    }

    /// Whether a stream may have a clock.
    pub(crate) fn room(&self, stream: Stream, axis: Axis) -> Room {
        self.numbers.room(stream, axis)
    }

    /// Has a clock that no report is on any more count something else.
    pub(crate) fn reuse_clock(&mut self, no: ClockNo, axis: Axis) {
        self.numbers.reuse(no, axis);
    }
}

/// The clock that a report is on, and whose.
pub(crate) fn clock_told(report: &Report<'_>) -> (Stream, Axis) {
    let account = NameKey::maybe(report.observer);
    let account = if account.is_some() { account } else { nobody(report.device) };
    (Stream { account, device: report.device }, reading(report).0)
}

/// Where an event stands on the best clock that its report tells.
fn reading(report: &Report<'_>) -> (Axis, i64) {
    if let Some(ms) = report.match_clock_ms.filter(|ms| is_counted(*ms)) {
        return (Axis::Match(report.ordinal.map_or(0, |ordinal| ordinal.run)), ms);
    }
    if let Some((epoch, ms)) = mono_of(report).filter(|(_, ms)| is_counted(*ms)) {
        return (Axis::Monotonic(epoch), ms);
    }
    (Axis::Wall, bounded(report.time.unwrap_or(report.corrected.at).unix_ms()))
}

fn mono_of(report: &Report<'_>) -> Option<(ClockEpoch, i64)> {
    let observed = report.observed?;
    Some((observed.epoch, i64::try_from(observed.mono_ms).unwrap_or(i64::MAX)))
}

/// Whether a clock of a report that counts from zero shows what none can.
pub(crate) fn counts_too_far(report: &Report<'_>) -> bool {
    let mono = mono_of(report).map(|(_, ms)| ms);
    report.match_clock_ms.into_iter().chain(mono).any(|ms| !is_counted(ms))
}

/// Ten years: no match lasts so long, and no PC runs so long without a restart.
/// What shows more would be placed beside the clock's other readings in a year
/// that nobody told.
const COUNTED_MS_MAX: u64 = 315_576_000_000;

fn is_counted(ms: i64) -> bool {
    ms.unsigned_abs() <= COUNTED_MS_MAX
}

/// Far beyond every date, and small enough to add several without overflow.
const MS_MAX: i64 = 1 << 50;

/// An instant that can be reckoned with.
pub(crate) fn bounded(ms: i64) -> i64 {
    ms.clamp(-MS_MAX, MS_MAX)
}

/// Stands for the account that a game does not name.
fn nobody(device: DeviceId) -> NameKey {
    let (high, low) = device.0.as_u64_pair();
    NameKey(mix(&[high, low]) | 1)
}
