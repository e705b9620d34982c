//! The name of a recording's content.

use std::fmt;

use event_model::ClockEpoch;
use sha2::{Digest, Sha256};

/// SHA-256 over the lines of a recording as the writer writes them.
///
/// Compression, line ends, white space and the order of members do not enter
/// it, and an importable file has the hash of the recording it would become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordingHash([u8; 32]);

impl RecordingHash {
    /// The clock that a replay runs on: UUIDv8 of the hash.
    #[must_use]
    pub fn clock_epoch(self) -> ClockEpoch {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        ClockEpoch(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for RecordingHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Takes the lines one by one.
#[derive(Default)]
pub(crate) struct Hashing(Sha256);

impl Hashing {
    pub(crate) fn line(&mut self, line: &[u8]) {
        self.0.update(line);
    }

    pub(crate) fn finish(self) -> RecordingHash {
        RecordingHash(self.0.finalize().into())
    }
}
