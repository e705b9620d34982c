//! A simulated match and the events that must come of it, on any system.

use event_model::{Channel, CloudEvent, Envelope, Frame, Reading};
use expect_test::expect_file;

use super::poll::Stream;

/// The frames are the simulator's (`ringside-sim match --game league --seed 5
/// --seconds 20`), every third of them and the last.
#[test]
fn a_simulated_match_is_told_as_it_always_was() {
    let mut stream = Stream::new();
    for body in include_str!("../../fixtures/league/simulated_match.jsonl").lines() {
        let step = stream.read(&Reading::Frame(Frame::new(Channel::Poll, body)));
        assert_eq!(step.unreadable, None);
        assert!(step.drift.is_empty(), "{:?}", step.drift);
    }
    stream.finish();
    let told: String = stream.events.iter().map(without_envelope).collect();
    expect_file!["../../fixtures/league/simulated_match.events.ndjson"].assert_eq(&told);
}

/// The event as it is sent, the same envelope for all.
fn without_envelope(event: &event_model::Event) -> String {
    let nil = uuid::Uuid::nil();
    let observed = event_model::ClockReading { epoch: event_model::ClockEpoch(nil), mono_ms: 0 };
    let envelope = Envelope {
        device: event_model::DeviceId(nil),
        sequence: 1,
        origin: event_model::Origin::Replay,
        time: event_model::WallTime::from_unix_ms(0),
        observed,
    };
    CloudEvent::from_event(event, &envelope).to_json() + "\n"
}
