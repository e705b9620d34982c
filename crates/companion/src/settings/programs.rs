//! Other programs of this PC.

use serde::{Deserialize, Serialize};

/// Whether other programs may tell events of their own, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Programs {
    /// Whether they are listened to.
    pub enabled: bool,
    /// Where they post to.
    pub port: u16,
}

impl Default for Programs {
    fn default() -> Self {
        Self { enabled: false, port: game_client::PROGRAMS_PORT_DEFAULT }
    }
}
