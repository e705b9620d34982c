//! How much an outbox may hold, and for how long.

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
const MIB: u64 = 1024 * 1024;

/// The other bounds together, with room for what a page leaves unused: met only
/// where nothing prunes.
pub(crate) const FILE_BYTES_MAX: u64 = 1_024 * MIB;

/// The bounds of one outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of events that are not settled; beyond it the oldest go.
    pub unsent_bytes_max: u64,
    /// An unsent event older than this is quarantined.
    pub unsent_age_max_ms: u64,
    /// Bytes of settled events in the history.
    pub history_bytes_max: u64,
    /// A settled event stays in the history for so long.
    pub history_age_max_ms: u64,
    /// Ids of events that are gone.
    pub known_ids_max: u64,
    /// And for so long.
    pub known_id_age_max_ms: u64,
    /// Bytes of the file: an append that would need more finds a full disk.
    pub file_bytes_max: u64,
}

impl Bounds {
    /// After so long nothing is young, whatever it is.
    pub(crate) fn age_max_ms(&self) -> u64 {
        self.unsent_age_max_ms.max(self.history_age_max_ms).max(self.known_id_age_max_ms)
    }
}

impl Default for Bounds {
    /// 512 MiB are about 800,000 events, a hundred evenings without a server.
    /// History long enough for last night's backup, and for last week's; small
    /// beside any game. A million ids take 30 MiB, and are kept for as long as
    /// the server's gate remembers them.
    fn default() -> Self {
        Self {
            unsent_bytes_max: 512 * MIB,
            unsent_age_max_ms: delivery::unsent_age_max_ms(),
            history_bytes_max: 64 * MIB,
            history_age_max_ms: 7 * DAY_MS,
            known_ids_max: 1_000_000,
            known_id_age_max_ms: delivery::gate_retention_ms(),
            file_bytes_max: FILE_BYTES_MAX,
        }
    }
}
