//! What a game says, and what is kept of it.

use event_model::{Channel, CloudEvent, Frame, Reading, Source};
use game_session::{SourceState, cut_secrets};
use serde_json::Value;

use crate::Looked;

/// A frame lists at most what a long match had: several times that is a leak.
const EVENTS_MAX: usize = 10_000;

pub(crate) fn league(input: &[u8]) -> Looked {
    frame(Source::League, Channel::Poll, input)
}

pub(crate) fn cs2(input: &[u8]) -> Looked {
    frame(Source::Cs2, Channel::Http, input)
}

pub(crate) fn dota2(input: &[u8]) -> Looked {
    frame(Source::Dota2, Channel::Http, input)
}

pub(crate) fn overwolf(input: &[u8]) -> Looked {
    frame(Source::Overwolf, Channel::Http, input)
}

/// Law: a frame that comes twice makes nothing twice, and a state is read back as
/// it was written.
fn frame(source: Source, channel: Channel, input: &[u8]) -> Looked {
    let mut state = SourceState::new(source).unwrap();
    let mut frame = Frame::new(channel, input);
    frame.status = (channel == Channel::Poll).then_some(200);
    let reading = Reading::Frame(frame);
    let first = state.observe(&reading);
    assert!(first.events.len() <= EVENTS_MAX);
    let read_back = SourceState::decode(source, &state.encode()).unwrap();
    assert_eq!(read_back, state, "a state is read back as it was written");
    let again = state.observe(&reading);
    let known: Vec<_> = first.events.iter().map(|event| event.id).collect();
    assert!(again.events.iter().all(|event| !known.contains(&event.id)), "nothing twice");
    if first.unreadable.is_some() { Looked::Refused } else { Looked::Taken }
}

/// Law: what was read as a state is written and read back as the same, and goes
/// on with any frame.
pub(crate) fn state(input: &[u8]) -> Looked {
    let mut looked = Looked::Refused;
    for (source, channel) in [(Source::League, Channel::Poll), (Source::Cs2, Channel::Http)] {
        let Ok(mut state) = SourceState::decode(source, input) else { continue };
        looked = Looked::Taken;
        assert_eq!(SourceState::decode(source, &state.encode()).unwrap(), state);
        for body in crate::seeds::frames(source) {
            state.observe(&Reading::Frame(Frame::new(channel, body)));
        }
        state.finish();
    }
    looked
}

/// Law: no token is left, and a second look finds nothing more to cut.
pub(crate) fn redaction(input: &[u8]) -> Looked {
    let mut frame = Frame::new(Channel::Http, input);
    cut_secrets(Source::Cs2, &mut frame);
    for token in tokens(input) {
        let left = frame.body.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!left, "the token {token:?} is left");
    }
    let once = frame.body.clone();
    cut_secrets(Source::Cs2, &mut frame);
    assert_eq!(frame.body, once, "nothing more to cut");
    if frame.body == input { Looked::Refused } else { Looked::Taken }
}

/// The tokens of a body, wherever a parser finds them; short ones may stand
/// elsewhere by chance.
fn tokens(input: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(input).unwrap_or_default();
    let token = value["auth"]["token"].as_str().filter(|token| token.len() >= 8);
    token.map(str::to_owned).into_iter().collect()
}

/// Law: an event that was taken is written and read back as the same.
pub(crate) fn cloud_event(input: &[u8]) -> Looked {
    let parsed = serde_json::from_slice(input).ok().and_then(|json| CloudEvent::parse(&json).ok());
    let Some(event) = parsed else { return Looked::Refused };
    let json: Value = serde_json::from_str(&event.to_json()).unwrap();
    assert_eq!(CloudEvent::parse(&json).unwrap(), event);
    Looked::Taken
}
