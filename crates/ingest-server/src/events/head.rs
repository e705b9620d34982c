//! What can be read of an event even where the rest of it cannot be taken.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Longest id that is taken, and told back in a receipt. A UUID has 36 bytes;
/// receipts are kept, so what is told back is bounded.
pub(super) const ID_BYTES_MAX: usize = 256;

/// Id, source and sequence, each `None` where it is no text.
#[derive(Default, Deserialize)]
pub(super) struct Head<'h> {
    #[serde(borrow, default)]
    id: Option<&'h RawValue>,
    #[serde(borrow, default)]
    source: Option<&'h RawValue>,
    #[serde(borrow, default)]
    sequence: Option<&'h RawValue>,
}

impl<'h> Head<'h> {
    /// Reads no deeper than the first level, so that depth cannot hurt.
    pub(super) fn read(json: &'h str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// The id for a receipt; empty where the event has none.
    pub(super) fn id(&self) -> String {
        text(self.id)
            .filter(|id| id.len() <= ID_BYTES_MAX)
            .map_or_else(String::new, Cow::into_owned)
    }

    /// The place in the outbox of the device with this URN.
    pub(super) fn sequence(&self, device_urn: &str) -> Option<u64> {
        if text(self.source).is_some_and(|source| source != device_urn) {
            return None;
        }
        text(self.sequence)?
            .parse()
            .ok()
            // SQLite keeps signed 64-bit integers.
            .filter(|number| (1..=i64::MAX.unsigned_abs()).contains(number))
    }
}

fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    serde_json::from_str(raw?.get()).map(Cow::Owned).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_sequence_are_read_past_anything() {
        let json = format!(
            r#"{{"x":{}{},"sequence":"7","id":"a"}}"#,
            "[".repeat(9_999),
            "]".repeat(9_999)
        );
        let head = Head::read(&json);
        assert_eq!((head.id().as_str(), head.sequence("me")), ("a", Some(7)));
    }

    #[test]
    fn another_devices_sequence_is_not_ours() {
        let head = Head::read(r#"{"source":"you","sequence":"7"}"#);
        assert_eq!(head.sequence("me"), None);
    }

    #[test]
    fn what_is_no_text_is_nothing() {
        for json in ["7", "{}", r#"{"id":7,"sequence":7}"#, r#"{"sequence":"0"}"#] {
            let head = Head::read(json);
            assert_eq!((head.id().as_str(), head.sequence("me")), ("", None), "{json}");
        }
    }
}
