//! Who sends: the device, and the outbox its sequence counts in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) const DEVICE_URN: &str = "urn:ringside:device:";

/// One installation of Ringside; its URN is the CloudEvents `source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub Uuid);

/// The text is not `urn:ringside:device:<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a device: expected urn:ringside:device:<uuid>")]
pub struct InvalidDeviceId(pub String);

impl DeviceId {
    /// The CloudEvents `source` attribute of what this device sends.
    #[must_use]
    pub fn urn(&self) -> String {
        format!("{DEVICE_URN}{}", self.0)
    }

    /// Reads a CloudEvents `source` attribute.
    ///
    /// # Errors
    /// Where the text is not a device's URN.
    pub fn from_urn(urn: &str) -> Result<Self, InvalidDeviceId> {
        urn.strip_prefix(DEVICE_URN)
            .and_then(|uuid| Uuid::try_parse(uuid).ok())
            .map(Self)
            .ok_or_else(|| InvalidDeviceId(urn.to_owned()))
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DeviceId {
    type Err = InvalidDeviceId;

    fn from_str(text: &str) -> Result<Self, InvalidDeviceId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidDeviceId(text.to_owned()))
    }
}

/// One outbox file: sequences are gap-free from 1 within it.
///
/// Made with the file, and new after a salvage or a restore, so that a server
/// never mistakes one file's sequence for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutboxId(pub Uuid);

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OutboxId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_read_back_from_its_urn() {
        let device = DeviceId(Uuid::from_u128(7));
        assert_eq!(DeviceId::from_urn(&device.urn()), Ok(device));
        assert!(DeviceId::from_urn("urn:uuid:00000000-0000-0000-0000-000000000007").is_err());
    }
}
