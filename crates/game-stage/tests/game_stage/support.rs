//! Scripts that tests write.

use event_model::{Channel, Fault, Frame, Reading};
use game_stage::{Conductor, Cue, Script, Tempo};
use tokio::sync::mpsc;

pub(crate) fn frame(channel: Channel, body: &str) -> Reading {
    Reading::Frame(Frame::new(channel, body))
}

pub(crate) fn fault(channel: Channel, error: &str) -> Reading {
    Reading::Fault(Fault { channel, error: error.to_owned() })
}

pub(crate) fn script(readings: Vec<Reading>) -> Script {
    let cues = readings.into_iter().zip(0..).map(|(reading, at_ms)| Ok(Cue { at_ms, reading }));
    Box::new(cues)
}

/// As fast as the listener takes it.
pub(crate) fn at_max(readings: Vec<Reading>) -> Conductor {
    Conductor::new(script(readings), Tempo::Max)
}

/// One reading each time that the test says so.
pub(crate) fn stepped(readings: Vec<Reading>) -> (Conductor, mpsc::Sender<()>) {
    let (steps, stepped) = mpsc::channel(1);
    (Conductor::new(script(readings), Tempo::Stepped(stepped)), steps)
}
