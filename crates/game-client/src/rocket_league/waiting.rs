//! What was read and nobody took yet.

use std::collections::VecDeque;

use event_model::{Reading, Received};

/// Bytes that wait at most: half a minute of a full match at the game's 60 states a
/// second, longer than a disk hesitates.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a state begins with, as the game writes it. The next one shows the same, so
/// these go first.
const STATE: &[u8] = br#"{"Event":"UpdateState""#;

/// Readings in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    readings: VecDeque<Received>,
    bytes: usize,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.readings.len() as u64
    }

    /// Adds one; gives how many were dropped for it.
    pub(super) fn put(&mut self, received: Received) -> u64 {
        self.bytes += weight(&received);
        self.readings.push_back(received);
        let mut dropped = 0;
        while self.bytes > BYTES_MAX && self.readings.len() > 1 {
            let first = self.readings.iter().position(is_state).unwrap_or(0);
            if let Some(gone) = self.readings.remove(first) {
                self.bytes -= weight(&gone);
                dropped += 1;
            }
        }
        dropped
    }

    /// The one that waits longest.
    pub(super) fn take(&mut self) -> Option<Received> {
        let next = self.readings.pop_front()?;
        self.bytes -= weight(&next);
        Some(next)
    }
}

fn weight(received: &Received) -> usize {
    match &received.reading {
        Reading::Frame(frame) => size_of::<Received>() + frame.body.len(),
        Reading::Fault(_) => size_of::<Received>(),
    }
}

fn is_state(received: &Received) -> bool {
    match &received.reading {
        Reading::Frame(frame) => frame.body.starts_with(STATE),
        Reading::Fault(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use event_model::{Channel, ClockEpoch, ClockReading, Frame, Moment, Source, WallTime};

    use super::*;

    fn of(body: Vec<u8>) -> Received {
        let clock = ClockReading { epoch: ClockEpoch(uuid::Uuid::nil()), mono_ms: 0 };
        let at = Moment { clock, wall: WallTime::from_unix_ms(0) };
        let reading = Reading::Frame(Frame::new(Channel::Tcp, body));
        Received { source: Source::RocketLeague, at, reading }
    }

    fn state(bytes: usize) -> Received {
        let mut body = STATE.to_vec();
        body.resize(bytes, b' ');
        of(body)
    }

    #[test]
    fn states_go_before_what_is_told_once() {
        let mut waiting = Waiting::default();
        let told = of(br#"{"Event":"StatfeedEvent"}"#.to_vec());
        assert_eq!(waiting.put(told.clone()), 0);
        let big = BYTES_MAX / 2 - 1_000;
        assert_eq!((waiting.put(state(big)), waiting.put(state(big))), (0, 0));
        assert_eq!(waiting.put(state(2_000)), 1, "the first state");
        assert_eq!(waiting.take(), Some(told));
        assert_eq!(waiting.take().map(|next| weight(&next) - size_of::<Received>()), Some(big));
    }

    #[test]
    fn what_is_told_once_goes_where_nothing_else_can() {
        let mut waiting = Waiting::default();
        let told = of(vec![b'{'; BYTES_MAX / 2]);
        assert_eq!((waiting.put(told.clone()), waiting.put(told)), (0, 1));
        assert!(waiting.take().is_some() && waiting.take().is_none());
        assert_eq!(waiting.bytes, 0);
    }
}
