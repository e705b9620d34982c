//! Who this installation is: its device id, and the tokens it was given.

use std::{collections::BTreeMap, path::Path};

use event_model::DeviceId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DataDir, Error, atomic_file};

/// The device and its secrets, kept outside the outbox file.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    device: DeviceId,
    /// The word that the games' own posts must carry.
    gsi_token: String,
    /// Tokens by server.
    #[serde(default)]
    tokens: BTreeMap<String, String>,
}

impl Identity {
    /// The identity in this folder; made at the first start.
    ///
    /// # Errors
    /// Where the file cannot be read or written. An unreadable identity is
    /// never replaced: another device id would make every event a stranger's.
    pub fn load_or_create(dir: &DataDir) -> Result<Self, Error> {
        let path = dir.identity();
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|cause| Error::Identity { path, cause: cause.into() }),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                let identity = Self::generate()?;
                identity.save(&path)?;
                Ok(identity)
            }
            Err(cause) => Err(Error::Identity { path, cause }),
        }
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.device
    }

    /// What the game must write into its posts.
    #[must_use]
    pub fn gsi_token(&self) -> &str {
        &self.gsi_token
    }

    /// The token that `server` gave.
    #[must_use]
    pub fn token(&self, server: &str) -> Option<&str> {
        self.tokens.get(server).map(String::as_str)
    }

    /// Keeps the token that `server` gave.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep_token(&mut self, dir: &DataDir, server: &str, token: &str) -> Result<(), Error> {
        self.tokens.insert(server.to_owned(), token.to_owned());
        self.save(&dir.identity())
    }

    fn generate() -> Result<Self, Error> {
        let device = Uuid::from_bytes(random()?);
        let device = uuid::Builder::from_random_bytes(*device.as_bytes()).into_uuid();
        Ok(Self {
            device: DeviceId(device),
            gsi_token: hex::encode(random::<16>()?),
            tokens: BTreeMap::new(),
        })
    }

    fn save(&self, path: &Path) -> Result<(), Error> {
        let json = serde_json::to_vec_pretty(self).map_err(std::io::Error::from);
        json.and_then(|json| atomic_file::replace(path, &json))
            .map_err(|cause| Error::Identity { path: path.to_owned(), cause })
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("device", &self.device).finish_non_exhaustive()
    }
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir() -> (tempfile::TempDir, DataDir) {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(temporary.path().to_owned())).unwrap();
        (temporary, dir)
    }

    #[test]
    fn the_device_is_made_once() {
        let (_keep, dir) = dir();
        let mut first = Identity::load_or_create(&dir).unwrap();
        first.keep_token(&dir, "https://a.example", "secret").unwrap();
        let again = Identity::load_or_create(&dir).unwrap();
        assert_eq!(again.device(), first.device());
        assert_eq!(again.token("https://a.example"), Some("secret"));
        assert_eq!(again.token("https://b.example"), None, "a token is one server's");
        assert!(!format!("{again:?}").contains("secret"));
    }

    #[test]
    fn an_unreadable_identity_is_kept_and_reported() {
        let (_keep, dir) = dir();
        std::fs::write(dir.identity(), "{half").unwrap();
        assert!(matches!(Identity::load_or_create(&dir), Err(Error::Identity { .. })));
        assert_eq!(std::fs::read(dir.identity()).unwrap(), b"{half");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_keep, dir) = dir();
        Identity::load_or_create(&dir).unwrap();
        let mode = std::fs::metadata(dir.identity()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
