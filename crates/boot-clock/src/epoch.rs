//! The name of the clock's present run.

use std::sync::OnceLock;

use event_model::ClockEpoch;
use sha2::{Digest, Sha256};

use crate::system;

/// Keeps what is hashed here apart from any other hash of a boot identity, which
/// other programs may publish too.
const TAG: &[u8] = b"ringside.clock-epoch.v1\0";

/// The epoch of this process: that of the boot, or its own where the system
/// does not tell boots apart.
pub(crate) fn current() -> ClockEpoch {
    static CURRENT: OnceLock<ClockEpoch> = OnceLock::new();
    *CURRENT.get_or_init(|| match system::boot_identity() {
        Some(identity) => epoch_of(identity.as_bytes()),
        None => epoch_of(&random()),
    })
}

/// UUIDv8 of SHA-256, so that the boot identity itself stays on the device.
fn epoch_of(identity: &[u8]) -> ClockEpoch {
    let hash = Sha256::new().chain_update(TAG).chain_update(identity).finalize();
    let first = hash.first_chunk().expect("SHA-256 is longer than a UUID");
    ClockEpoch(uuid::Builder::from_custom_bytes(*first).into_uuid())
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_a_version_8_uuid_of_its_boot_alone() {
        let epoch = epoch_of(b"boot 1");
        assert_eq!(epoch.0.get_version_num(), 8);
        assert_eq!(epoch, epoch_of(b"boot 1"), "the same boot gives the same epoch in any process");
        assert_ne!(epoch, epoch_of(b"boot 2"), "a reboot ends the epoch");
    }

    #[test]
    fn processes_that_cannot_tell_the_boot_share_no_epoch() {
        assert_ne!(epoch_of(&random()), epoch_of(&random()));
    }

    #[test]
    fn this_system_tells_its_boots_apart() {
        let identity = system::boot_identity().expect("supported systems name their boot");
        assert!(!identity.is_empty());
    }
}
