//! The JSON of one of our own events, written by hand: an outbox writes every
//! event once, and most of that work was looking for what must be escaped, byte
//! by byte, in names that are known.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;
use uuid::Uuid;

use super::{CloudEvent, DATA_CONTENT_TYPE, SPEC_VERSION};
use crate::{
    ClockReading, Envelope, Event, EventData, Identity, MatchOrigin, MatchRef, Ordinal, Origin,
    device::DEVICE_URN,
};

impl CloudEvent {
    /// The JSON text of `event`: the bytes that [`Self::from_event`] and
    /// [`Self::to_json`] give.
    #[must_use]
    pub fn json_of(event: &Event, envelope: &Envelope) -> String {
        let mut json = Json(String::with_capacity(BYTES_TYPICAL));
        json.attributes(event, envelope);
        json.raw(r#","data":"#);
        json.data(&event.data, &envelope.observed);
        json.raw("}");
        json.0
    }
}

/// Most events fit, so that writing one allocates once.
const BYTES_TYPICAL: usize = 1_024;

/// A text that grows.
struct Json(String);

impl Json {
    /// In their fixed order, but for `data`.
    fn attributes(&mut self, event: &Event, envelope: &Envelope) {
        let Envelope { device, sequence, origin, time, observed: _ } = envelope;
        self.raw(r#"{"specversion":""#).raw(SPEC_VERSION);
        self.raw(r#"","id":""#).uuid(event.id.0);
        self.raw(r#"","source":""#).raw(DEVICE_URN).uuid(device.0);
        self.raw(r#"","type":""#).raw(&event.kind.event_type());
        self.raw(r#"","subject":"#).string(event.subject().as_str());
        self.raw(r#","partitionkey":"#).string(event.subject().as_str());
        self.raw(r#","time":""#).shown(time);
        self.raw(r#"","sequence":""#).shown(sequence);
        self.raw(r#"","sequencetype":"Integer","origin":""#).raw(match origin {
            Origin::Live => "live",
            Origin::Replay => "replay",
        });
        self.raw(r#"","datacontenttype":""#).raw(DATA_CONTENT_TYPE).raw("\"");
    }

    /// [`EventData`] with `observed`, in the order of the names.
    fn data(&mut self, data: &EventData, observed: &ClockReading) {
        let EventData {
            game,
            match_ref,
            observer,
            actors,
            actor_ids,
            round,
            ordinal,
            identity,
            match_clock_ms,
            details,
        } = data;
        self.raw("{");
        if let Some(ids) = actor_ids {
            let (attacker, victim) = (ids.attacker.as_deref(), ids.victim.as_deref());
            self.raw(r#""actor_ids":"#).actors(&ids.assists, attacker, victim).raw(",");
        }
        let (attacker, victim) = (actors.attacker.as_deref(), actors.victim.as_deref());
        self.raw(r#""actors":"#).actors(&actors.assists, attacker, victim);
        self.raw(r#","details":"#).details(details);
        self.raw(r#","game":"#).string(game.as_str());
        self.raw(r#","identity":""#).raw(match identity {
            Identity::Native => "native",
            Identity::Counted => "counted",
        });
        self.raw(r#"","match":"#).match_ref(match_ref);
        self.raw(r#","match_clock_ms":"#)
            .or_null(match_clock_ms.as_ref(), |json, ms| json.shown(ms));
        self.raw(r#","observed":{"epoch":""#).uuid(observed.epoch.0);
        self.raw(r#"","mono_ms":"#).shown(&observed.mono_ms);
        self.raw(r#"},"observer":"#).or_null(observer.as_deref(), Self::string);
        self.raw(r#","ordinal":"#).or_null(ordinal.as_ref(), Self::ordinal);
        self.raw(r#","round":"#).or_null(round.as_ref(), |json, round| json.shown(round)).raw("}");
    }

    fn actors(
        &mut self,
        assists: &[String],
        attacker: Option<&str>,
        victim: Option<&str>,
    ) -> &mut Self {
        self.raw(r#"{"assists":["#);
        for (n, name) in assists.iter().enumerate() {
            self.raw(if n == 0 { "" } else { "," }).string(name);
        }
        self.raw(r#"],"attacker":"#).or_null(attacker, Self::string);
        self.raw(r#","victim":"#).or_null(victim, Self::string).raw("}")
    }

    fn details(&mut self, details: &BTreeMap<String, Value>) -> &mut Self {
        self.raw("{");
        for (n, (name, value)) in details.iter().enumerate() {
            self.raw(if n == 0 { "" } else { "," }).string(name).raw(":").value(value);
        }
        self.raw("}")
    }

    fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::String(text) => self.string(text),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => self.shown(value),
        }
    }

    fn match_ref(&mut self, of: &MatchRef) -> &mut Self {
        let MatchRef { key, origin } = of;
        self.raw(r#"{"key":"#).string(key.as_str()).raw(r#","origin":""#);
        self.raw(match origin {
            MatchOrigin::Native => "native",
            MatchOrigin::Session => "session",
        });
        self.raw("\"}")
    }

    fn ordinal(&mut self, ordinal: &Ordinal) -> &mut Self {
        let Ordinal { of, run, value } = ordinal;
        self.raw(r#"{"of":"#).string(of);
        self.raw(r#","run":"#).shown(run).raw(r#","value":"#).shown(value).raw("}")
    }

    fn or_null<T: ?Sized>(
        &mut self,
        value: Option<&T>,
        write: impl for<'j> FnOnce(&'j mut Self, &T) -> &'j mut Self,
    ) -> &mut Self {
        match value {
            Some(value) => write(self, value),
            None => self.raw("null"),
        }
    }

    /// A text in quotes. Hardly any has something to escape, and to see that of a
    /// whole text at once is cheap.
    fn string(&mut self, text: &str) -> &mut Self {
        let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        if text.bytes().fold(false, |found, byte| found | escaped(byte)) {
            return self.shown(&Value::from(text));
        }
        self.raw("\"").raw(text).raw("\"")
    }

    fn uuid(&mut self, uuid: Uuid) -> &mut Self {
        self.raw(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }

    /// What is JSON as it is shown.
    fn shown(&mut self, value: &impl std::fmt::Display) -> &mut Self {
        write!(self.0, "{value}").expect("a string takes what is shown");
        self
    }

    fn raw(&mut self, json: &str) -> &mut Self {
        self.0.push_str(json);
        self
    }
}
