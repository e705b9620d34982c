//! The streams and clocks of a set, by number.

use std::collections::HashMap;

use super::{Axis, Clock, ClockNo, ReportSet, Stream, StreamNo};

/// Streams and clocks; a number stays as long as the set does, but what a clock
/// counts can give way to what goes before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    pub(super) streams: Vec<Stream>,
    pub(super) clocks: Vec<Clock>,
    stream_no: HashMap<Stream, StreamNo>,
    clock_no: HashMap<Clock, ClockNo>,
}

/// Whether a stream may have a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// It has it, or may have one more.
    Free,
    /// It has as many as it may, of which this one goes behind it.
    InsteadOf(ClockNo),
    /// It has as many as it may, and all go before it.
    None(StreamNo),
}

impl Numbers {
    /// The number of a stream, where it has one or there is room.
    pub(super) fn stream(&mut self, stream: Stream) -> Option<StreamNo> {
        if !self.stream_no.contains_key(&stream) {
            let of_device = self.streams.iter().filter(|known| known.device == stream.device);
            if of_device.count() >= ReportSet::STREAMS_PER_DEVICE_MAX {
                return None;
            }
        }
        let max = ReportSet::STREAMS_MAX;
        numbered(&mut self.stream_no, &mut self.streams, stream, max, StreamNo)
    }

    /// The same of a clock.
    pub(super) fn clock(&mut self, stream: Stream, axis: Axis) -> Option<ClockNo> {
        let clock = Clock { stream: self.stream(stream)?, axis };
        if let Some(no) = self.clock_no.get(&clock) {
            return Some(*no);
        }
        if self.room(stream, axis) != Room::Free {
            return None;
        }
        numbered(&mut self.clock_no, &mut self.clocks, clock, ReportSet::CLOCKS_MAX, ClockNo)
    }

    /// Whether a stream may have a clock: of all that it ever had the first by
    /// what they count, so that they are the same in whatever order they came.
    pub(super) fn room(&self, stream: Stream, axis: Axis) -> Room {
        let Some(stream) = self.stream_no.get(&stream).copied() else { return Room::Free };
        if self.clock_no.contains_key(&Clock { stream, axis }) {
            return Room::Free;
        }
        let numbers = self.clocks.iter().zip(0..);
        let of_stream = numbers.filter(|(known, _)| known.stream == stream);
        let (count, last) = of_stream.fold((0, None), |(count, last), (known, no)| {
            (count + 1, last.max(Some((known.axis, ClockNo(no)))))
        });
        match last.filter(|_| count >= ReportSet::CLOCKS_PER_STREAM_MAX) {
            None => Room::Free,
            Some((last, no)) if axis < last => Room::InsteadOf(no),
            Some(_) => Room::None(stream),
        }
    }

    /// Has a clock that no report is on any more count something else.
    pub(super) fn reuse(&mut self, no: ClockNo, axis: Axis) {
        let clock = &mut self.clocks[usize::from(no.0)];
        self.clock_no.remove(clock);
        clock.axis = axis;
        self.clock_no.insert(*clock, no);
    }

    /// Bytes on the heap, nearly.
    pub(super) fn bytes(&self) -> usize {
        self.streams.capacity() * size_of::<Stream>()
            + self.stream_no.capacity() * (size_of::<(Stream, StreamNo)>() + 1)
            + self.clocks.capacity() * size_of::<Clock>()
            + self.clock_no.capacity() * (size_of::<(Clock, ClockNo)>() + 1)
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
