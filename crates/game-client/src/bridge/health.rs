//! What can be said of the bridge without reading a message.

use std::fmt;

use event_model::Moment;

/// Counts since the bridge was bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BridgeHealth {
    /// Messages passed on.
    pub messages: u64,
    /// When the last of them came.
    pub last_message_at: Option<Moment>,
    /// Messages among them of which only the number was passed on: their game is off.
    pub left_out: u64,
    /// Messages sent again after they had been taken.
    pub repeated: u64,
    /// Numbers that never came: what the page lost while nobody listened.
    pub missing: u64,
    /// Requests of another page, or for another host.
    pub foreign: u64,
    /// Requests with another token than ours, or none.
    pub unauthorised: u64,
    /// Bodies that did not end, or had too much in them.
    pub oversized: u64,
    /// Messages that are none.
    pub malformed: u64,
    /// Messages that came faster than any game tells; the page sends them again.
    pub too_fast: u64,
    /// Messages that nobody had room for; the page sends them again.
    pub put_off: u64,
}

impl fmt::Display for BridgeHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.messages, self.unauthorised) {
            (0, 0) => f.write_str("listening; Overwolf's page has sent nothing yet"),
            (0, _) => f.write_str("listening; Overwolf's page has another token: type it in again"),
            (_, _) if self.missing > 0 => {
                write!(f, "receiving from Overwolf; {} messages were lost on the way", self.missing)
            }
            (_, _) => f.write_str("receiving from Overwolf"),
        }
    }
}
