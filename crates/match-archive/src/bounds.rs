//! How much history is kept.

const MIB: u64 = 1024 * 1024;

/// The bounds of one history; beyond them the match that was last added to the
/// longest ago is given up, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Matches.
    pub matches_max: u64,
    /// Bytes of all bodies.
    pub bytes_max: u64,
    /// Bytes of one match's bodies: what comes beyond them is not kept.
    pub match_bytes_max: u64,
}

impl Default for Bounds {
    /// A search reads the summary of every match: 2,000 are 6 MiB of them, read before
    /// anybody notices, and three a day for two years. A match has some hundred events
    /// of half a KiB, so 256 MiB hold about as many; it is what a game's update takes.
    /// 16 MiB are some 30,000 events: no match has so many, and whoever opens a match
    /// reads all of it.
    fn default() -> Self {
        Self { matches_max: 2_000, bytes_max: 256 * MIB, match_bytes_max: 16 * MIB }
    }
}
