//! Notes what a trace shows of the readings.

use event_model::{Channel, Event, Frame, IdStory, Reading, Received, Source, telling_ids};
use game_session::{SourceState, Step};
use recording::Item;
use replay_report::{Happening, PlainEvent, TraceTape, TracedEvent, TracedFrame};

use super::faults::PlayedFault;

/// Reads each reading a second time, from the same state, and tells what came of it and
/// what each id was made of: the same frames from the same state give the same events.
pub(super) struct Tracer {
    pub(super) tape: TraceTape,
    state: SourceState,
    frames: u64,
}

impl Tracer {
    pub(super) fn new(state: SourceState) -> Self {
        Self { tape: TraceTape::default(), state, frames: 0 }
    }

    /// After a kill: goes on with what the disk has.
    pub(super) fn resume(&mut self, source: Source, encoded: Option<&[u8]>) {
        let saved = encoded.and_then(|bytes| SourceState::decode(source, bytes).ok());
        if let Some(state) = saved.or_else(|| SourceState::new(source)) {
            self.state = state;
        }
    }

    /// What is no frame.
    pub(super) fn line(&mut self, t_ms: u64, item: &Item) {
        self.tape.push(match item {
            Item::Fault(fault) => Happening::Fault {
                t_ms,
                text: format!("{}: {}", channel(fault.channel), fault.error),
            },
            Item::Mark(text) => Happening::Mark { t_ms, text: text.clone() },
            Item::End(text) => Happening::End { t_ms, text: text.clone() },
            Item::Frame(_) | Item::Event(_) => return,
        });
    }

    pub(super) fn played(&mut self, t_ms: u64, fault: &PlayedFault) {
        self.tape.push(Happening::Played { t_ms, text: fault.fault.in_words(&fault.detail) });
    }

    pub(super) fn reading(&mut self, received: &Received) {
        let state = &mut self.state;
        let (step, stories) = telling_ids(|| state.observe_at(&received.reading, received.at));
        if let Reading::Frame(frame) = &received.reading {
            self.frames += 1;
            let traced = TracedFrame {
                about: about(frame),
                body: Some(frame.body.clone()),
                bytes: frame.body.len(),
                ..self.frame(received.at.clock.mono_ms, step, &stories)
            };
            self.tape.push(Happening::Frame(traced));
        }
    }

    /// The end of the frames: what was held back comes out.
    pub(super) fn finish(&mut self, t_ms: u64) {
        let state = &mut self.state;
        let (step, stories) = telling_ids(|| state.finish());
        if !step.events.is_empty() {
            self.frames += 1;
            let about = "no frame: the end, at which what was held back comes out".to_owned();
            let traced =
                TracedFrame { about, body: Some(Vec::new()), ..self.frame(t_ms, step, &stories) };
            self.tape.push(Happening::Frame(traced));
        }
    }

    fn frame(&self, t_ms: u64, step: Step, stories: &[IdStory]) -> TracedFrame {
        TracedFrame {
            number: self.frames,
            t_ms,
            unreadable: step.unreadable.map(|why| why.to_string()),
            unknown: step.drift.iter().map(|(name, _)| name.to_owned()).collect(),
            events: step.events.iter().map(|event| traced(event, stories)).collect(),
            ..TracedFrame::default()
        }
    }
}

fn traced(event: &Event, stories: &[IdStory]) -> TracedEvent {
    let json = serde_json::json!({
        "id": event.id, "type": event.kind.event_type(), "subject": event.subject(),
        "data": event.data,
    });
    let words = PlainEvent::read(&json.to_string()).map(|event| event.to_string());
    TracedEvent {
        id: event.id.to_string(),
        kind: event.kind.as_str().to_owned(),
        words: words.unwrap_or_default(),
        json: serde_json::to_string_pretty(&json).unwrap_or_default(),
        made_of: stories.iter().rfind(|story| story.id == event.id).cloned(),
    }
}

/// How a frame came, in a few words.
fn about(frame: &Frame) -> String {
    let mut words = vec![channel(frame.channel).to_owned()];
    words.extend(frame.method.clone());
    words.extend(frame.path.clone());
    words.extend(frame.status.map(|status| status.to_string()));
    words.extend(frame.file.clone());
    words.extend(frame.offset.map(|offset| format!("at byte {offset}")));
    words.join(" ")
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Http => "posted by the game",
        Channel::Poll => "asked of the game",
        Channel::Tcp => "TCP",
        Channel::WebSocket => "WebSocket",
        Channel::File => "file",
    }
}
