//! An event as golden files have it.

use event_model::{
    ClockEpoch, ClockReading, CloudEvent, DeviceId, Envelope, Event, Origin, WallTime,
};

/// The event as it is sent, the same envelope for all, and the end of its line.
pub(crate) fn line(event: &Event) -> String {
    let nil = uuid::Uuid::nil();
    let envelope = Envelope {
        device: DeviceId(nil),
        sequence: 1,
        origin: Origin::Replay,
        time: WallTime::from_unix_ms(0),
        observed: ClockReading { epoch: ClockEpoch(nil), mono_ms: 0 },
    };
    CloudEvent::from_event(event, &envelope).to_json() + "\n"
}
