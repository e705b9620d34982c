//! Whose file it is, written down a second time beside it.
//!
//! The numbers of an outbox mean something only under its id. In the file the
//! id has no checksum, and a damaged one is an id as well: so the file's own
//! word counts only where this one agrees.

use std::{fs, path::Path};

use event_model::{DeviceId, OutboxId};
use serde::{Deserialize, Serialize};

use super::set_aside::{IDENTITY, beside, replace};
use crate::Error;

/// What is written beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) outbox: OutboxId,
    pub(super) device: DeviceId,
    /// The schema that the file has, or is about to get.
    pub(super) schema: u32,
}

#[derive(Serialize, Deserialize)]
struct Written {
    identity: Identity,
    checksum: u32,
}

impl Identity {
    /// What stands beside the file at `path`, where it is as it was written.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let bytes = fs::read(beside(path, IDENTITY)).ok()?;
        let written: Written = serde_json::from_slice(&bytes).ok()?;
        (written.checksum == written.identity.checksum()).then_some(written.identity)
    }

    /// Writes it, where it does not stand there.
    pub(super) fn keep(self, path: &Path) -> Result<(), Error> {
        if Self::read(path) == Some(self) {
            return Ok(());
        }
        replace(&beside(path, IDENTITY), &self.json())
    }

    fn json(self) -> Vec<u8> {
        let written = Written { identity: self, checksum: self.checksum() };
        serde_json::to_vec(&written).expect("plain values are always JSON")
    }

    fn checksum(self) -> u32 {
        let text = format!("{} {} {}", self.outbox, self.device, self.schema);
        crc32fast::hash(text.as_bytes())
    }
}
