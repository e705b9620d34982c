//! How large a recording, a line and a frame may be.

/// Longest line, decoded: a frame of 4 MiB (the longest that a session reads)
/// of which JSON escapes every byte in six, and its headers.
pub const LINE_BYTES_MAX: u64 = 25 * 1024 * 1024;

/// Longest recording, decoded: eight hours of the busiest source known (Rocket
/// League at 60 messages of 1.1 KB a second).
pub const RECORDING_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Kept free of entries, so that a full recording still ends with its reason.
const END_BYTES: u64 = 4 * 1024;

/// The bounds in force; smaller ones are for tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) line_bytes: u64,
    pub(crate) recording_bytes: u64,
    pub(crate) end_bytes: u64,
}

impl Bounds {
    pub(crate) const FULL: Self = Self {
        line_bytes: LINE_BYTES_MAX,
        recording_bytes: RECORDING_BYTES_MAX,
        end_bytes: END_BYTES,
    };
}
