//! How far the files that a game writes were taken.
//!
//! A followed file is read line by line, and a line is told from every other one by
//! its file and where in it it begins. So a stream of lines knows where to go on
//! after a restart: at the last line that its saved state has seen. That line is
//! read once more, and by its bytes the reader sees that the file is still the one
//! that was read.

use event_model::Frame;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of a line's hash that are kept: two lines of one place are compared, and
/// nobody gains by making them equal.
const SUM_BYTES: usize = 8;

/// The last line that a stream has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedTo {
    /// The file, by the name that its frames have.
    pub file: String,
    /// Where in it the line begins, in bytes.
    pub offset: u64,
    /// What the line says.
    pub line: LineSum,
}

/// A short hash of a line's bytes, without its ending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineSum(String);

impl LineSum {
    /// Of these bytes.
    #[must_use]
    pub fn of(line: &[u8]) -> Self {
        Self(hex::encode(&Sha256::digest(line)[..SUM_BYTES]))
    }

    /// As text, to stand in a native key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FollowedTo {
    /// The place of a frame that is a line of a file; `None` for any other.
    #[must_use]
    pub fn of(frame: &Frame) -> Option<Self> {
        let (file, offset) = (frame.file.clone()?, frame.offset?);
        Some(Self { file, offset, line: LineSum::of(&frame.body) })
    }
}
