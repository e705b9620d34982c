//! What association is told of an event.

use event_model::{DeviceId, Identity, Kind};

/// One event of the server's log, in the parts that a decision may rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent<'a> {
    /// Who sent it.
    pub device: DeviceId,
    /// Its id.
    pub event_id: &'a str,
    /// The match that it says it belongs to.
    pub subject: &'a str,
    /// Its kind; `None` for a type of somebody else's.
    pub kind: Option<Kind>,
    /// How its id was come by; `None` for a type of somebody else's.
    pub identity: Option<Identity>,
}
