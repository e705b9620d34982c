//! Whether an event can be taken. Each is judged alone.

use std::ops::Range;

use association::REPLAYED;
use event_model::{CloudEvent, DeviceId, Fingerprint, Kind, Origin, SequenceGap, WallTime};
use ingest_api::{Lifetimes, Limits, Receipt, ReceiptCode, ReceiptStatus};
use ingest_store::{Item, SoundEvent, Verdict};
use serde_json::Value;

use super::{
    corrected_time::{Arrival, Seen},
    depth::depth,
    head::{Head, ID_BYTES_MAX},
    quick::Quick,
};
use crate::config::Replays;

/// Longest type and subject: they are indexed, listed and put into paths.
pub(super) const NAME_BYTES_MAX: usize = 512;
/// Longest detail: it is told back and kept.
const DETAIL_CHARS_MAX: usize = 200;

/// What an event is judged by.
pub(crate) struct Judge<'j> {
    pub(super) device: DeviceId,
    pub(super) urn: String,
    pub(super) arrival: Arrival,
    pub(super) limits: &'j Limits,
    lifetimes: &'j Lifetimes,
    replays: Replays,
}

/// Why an event is invalid.
struct Refusal {
    code: ReceiptCode,
    detail: String,
}

impl Refusal {
    fn new(code: ReceiptCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    fn malformed(detail: impl Into<String>) -> Self {
        Self::new(ReceiptCode::MalformedEvent, detail)
    }
}

impl<'j> Judge<'j> {
    pub(crate) fn new(
        device: DeviceId,
        arrival: Arrival,
        limits: &'j Limits,
        lifetimes: &'j Lifetimes,
        replays: Replays,
    ) -> Self {
        Self { device, urn: device.urn(), arrival, limits, lifetimes, replays }
    }

    /// The verdict on one item of a batch; `json` is a part of `body`.
    ///
    /// Nearly every event is in order, and read once by [`Quick`]. Whatever is
    /// not plainly so is read again with care, to say what is wrong with it.
    pub(crate) fn judge(&self, body: &[u8], json: &str) -> Item {
        let begins = (json.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
        let span = begins..begins + json.len();
        self.quick(json, &span).unwrap_or_else(|| self.judge_with_care(json, span))
    }

    /// `None` where the event is not plainly in order.
    pub(super) fn quick(&self, json: &str, span: &Range<usize>) -> Option<Item> {
        if json.len() > self.limits.event_bytes_max {
            return None;
        }
        let quick = Quick::read(json, &self.urn, self.limits.json_depth_max)?;
        let corrected = self.arrival.correct(&quick.seen);
        if self.is_too_old(quick.seen.origin, corrected.at)
            || self.is_refused_replay(quick.seen.origin)
        {
            return None;
        }
        let event = SoundEvent {
            id: quick.id,
            fingerprint: quick.fingerprint,
            span: span.clone(),
            origin: quick.seen.origin,
            corrected,
            gap: None,
        };
        Some(Item { sequence: quick.sequence, verdict: Verdict::Sound(event) })
    }

    pub(super) fn judge_with_care(&self, json: &str, span: Range<usize>) -> Item {
        let head = Head::read(json);
        let verdict = match self.sound(json, span) {
            Ok(event) => Verdict::Sound(event),
            Err(refusal) => Verdict::Refused(Box::new(Receipt {
                id: head.id(),
                status: ReceiptStatus::Invalid,
                code: Some(refusal.code),
                detail: Some(refusal.detail.chars().take(DETAIL_CHARS_MAX).collect()),
            })),
        };
        Item { sequence: head.sequence(&self.urn), verdict }
    }

    fn sound(&self, json: &str, span: Range<usize>) -> Result<SoundEvent, Refusal> {
        self.check_size(json)?;
        let value: Value =
            serde_json::from_str(json).map_err(|error| Refusal::malformed(error.to_string()))?;
        let event =
            CloudEvent::parse(&value).map_err(|fault| Refusal::malformed(fault.to_string()))?;
        check_names(&event)?;
        self.check_source(&event)?;
        let gap = check_content(&event)?;
        if gap.is_none() && self.is_refused_replay(event.origin) {
            let detail = "this server takes no replays";
            return Err(Refusal::new(ReceiptCode::ReplayRefused, detail));
        }
        let seen = Seen { origin: event.origin, time: event.time, observed: event.observed() };
        let corrected = self.arrival.correct(&seen);
        self.check_age(&event, corrected.at)?;
        let subject = event.subject.as_deref();
        Ok(SoundEvent {
            fingerprint: Fingerprint::of(&event.event_type, subject, &event.data),
            span,
            origin: event.origin,
            corrected,
            gap: gap.map(Box::new),
            id: event.id,
        })
    }

    fn check_size(&self, json: &str) -> Result<(), Refusal> {
        let limits = self.limits;
        if json.len() > limits.event_bytes_max {
            let detail = format!("an event may have {} bytes", limits.event_bytes_max);
            return Err(Refusal::new(ReceiptCode::EventTooLarge, detail));
        }
        if depth(json) > limits.json_depth_max {
            let detail = format!("an event may nest {} levels", limits.json_depth_max);
            return Err(Refusal::new(ReceiptCode::TooDeep, detail));
        }
        Ok(())
    }

    fn check_source(&self, event: &CloudEvent) -> Result<(), Refusal> {
        if event.device() == Some(self.device) {
            return Ok(());
        }
        let detail = format!("this token's events have the source {}", self.urn);
        Err(Refusal::new(ReceiptCode::ForeignSource, detail))
    }

    fn check_age(&self, event: &CloudEvent, at: WallTime) -> Result<(), Refusal> {
        if self.is_too_old(event.origin, at) {
            let retention_s = self.lifetimes.gate_retention_s;
            let detail = format!("older than the {retention_s} s that the gate remembers");
            return Err(Refusal::new(ReceiptCode::TooOld, detail));
        }
        Ok(())
    }

    fn is_refused_replay(&self, origin: Option<Origin>) -> bool {
        self.replays == Replays::Refuse && origin == Some(Origin::Replay)
    }

    /// Only what was captured live grows too old: a recording can be replayed
    /// in any year, and its ids come out the same.
    fn is_too_old(&self, origin: Option<Origin>, at: WallTime) -> bool {
        let retention_s = self.lifetimes.gate_retention_s;
        let retention_ms = i64::try_from(retention_s.saturating_mul(1_000)).unwrap_or(i64::MAX);
        let oldest = self.arrival.received_at.plus_ms(retention_ms.saturating_neg());
        origin != Some(Origin::Replay) && at < oldest
    }
}

fn check_names(event: &CloudEvent) -> Result<(), Refusal> {
    let subject = event.subject.as_deref().unwrap_or_default();
    let bounds = [
        ("id", event.id.as_str(), ID_BYTES_MAX),
        ("type", &event.event_type, NAME_BYTES_MAX),
        ("subject", subject, NAME_BYTES_MAX),
    ];
    if subject.starts_with(REPLAYED) {
        let detail = format!("subjects that begin with {REPLAYED:?} are the server's own");
        return Err(Refusal::malformed(detail));
    }
    for (attribute, text, bytes_max) in bounds {
        if text.len() > bytes_max {
            let detail = format!("attribute {attribute:?} may have {bytes_max} bytes");
            return Err(Refusal::malformed(detail));
        }
    }
    Ok(())
}

/// Checks `data` against the type; gives the range of a sequence gap.
fn check_content(event: &CloudEvent) -> Result<Option<SequenceGap>, Refusal> {
    match event.kind() {
        Some(Kind::SequenceGap) => check_gap(event).map(Some),
        Some(_) => check_match_event(event).map(|()| None),
        None if !event.is_ringside() => Ok(None),
        None if is_well_formed(&event.event_type) => {
            let detail = format!("kind {:?} is not known to this server", event.event_type);
            Err(Refusal::new(ReceiptCode::UnknownKind, detail))
        }
        None => Err(Refusal::malformed("a type in ringside. is ringside.<kind>.v<number>")),
    }
}

fn check_match_event(event: &CloudEvent) -> Result<(), Refusal> {
    let data = event
        .event_data()
        .map_err(|error| Refusal::malformed(format!("data cannot be read: {error}")))?;
    if event.subject.as_deref() != Some(data.match_ref.key.as_str()) {
        return Err(Refusal::malformed("subject and data.match.key differ"));
    }
    if data.match_ref.key.as_str().is_empty() {
        return Err(Refusal::malformed("data.match.key is empty"));
    }
    Ok(())
}

fn check_gap(event: &CloudEvent) -> Result<SequenceGap, Refusal> {
    let gap = event
        .sequence_gap()
        .map_err(|error| Refusal::malformed(format!("data cannot be read: {error}")))?;
    // SQLite keeps signed 64-bit integers, one of them free for the next.
    if gap.from == 0 || gap.from > gap.to || gap.to >= i64::MAX.unsigned_abs() {
        return Err(Refusal::malformed("a gap runs from 1 or more to as much or more"));
    }
    Ok(gap)
}

/// `ringside.<word>.v<number>`.
fn is_well_formed(event_type: &str) -> bool {
    let word_and_version =
        event_type.strip_prefix(Kind::NAMESPACE).and_then(|rest| rest.split_once(".v"));
    word_and_version.is_some_and(|(word, version)| {
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        !word.is_empty()
            && word.bytes().all(plain)
            && !version.is_empty()
            && version.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests;
