//! Tells bytes that were written from bytes that a disk gave back.

use event_model::{EventId, Origin};

use crate::origin;

/// CRC-32 of everything that sending a row depends on, so that neither a
/// changed byte nor a row under another's number passes.
pub(crate) fn of_event(
    sequence: u64,
    id: EventId,
    match_key: &str,
    origin: Origin,
    body: &str,
) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&sequence.to_le_bytes());
    hasher.update(id.0.as_bytes());
    for text in [match_key, origin::word(origin), body] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize()
}

/// CRC-32 of a session state.
pub(crate) fn of_state(state: &[u8]) -> u32 {
    crc32fast::hash(state)
}
