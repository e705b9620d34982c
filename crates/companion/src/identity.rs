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
    /// Tokens asked for and not confirmed yet, by server: where the answer is
    /// lost, the same one is asked for again.
    #[serde(default)]
    wished_tokens: BTreeMap<String, String>,
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
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Self::create(dir),
            Err(cause) => Err(Error::Identity { path, cause }),
        }
    }

    /// The identity in this folder, where there is one that can be read.
    pub(crate) fn look(dir: &DataDir) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(dir.identity()).ok()?).ok()
    }

    /// The first identity of this folder; another process may be first. A lost
    /// file is made anew for the device that the outbox's events name.
    fn create(dir: &DataDir) -> Result<Self, Error> {
        let mut identity = Self::generate()?;
        if let Some(device) = outbox::device_of(&dir.outbox()) {
            identity.device = device;
        }
        let path = dir.identity();
        match atomic_file::create(&path, &identity.encode(&path)?) {
            Ok(()) => Ok(identity),
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::load_or_create(dir)
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
        // Another process may have enrolled elsewhere meanwhile.
        *self = Self::load_or_create(dir)?;
        self.tokens.insert(server.to_owned(), token.to_owned());
        self.wished_tokens.remove(server);
        self.save(&dir.identity())
    }

    /// The token to ask `server` for, on disk before it is asked for.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn wished_token(&mut self, dir: &DataDir, server: &str) -> Result<String, Error> {
        *self = Self::load_or_create(dir)?;
        // One that it has already shows that it is this very device.
        let known = self.tokens.get(server).or_else(|| self.wished_tokens.get(server));
        if let Some(known) = known {
            return Ok(known.clone());
        }
        let wished = format!("rsd_{}", hex::encode(random::<32>()?));
        self.wished_tokens.insert(server.to_owned(), wished.clone());
        self.save(&dir.identity())?;
        Ok(wished)
    }

    fn generate() -> Result<Self, Error> {
        let device = Uuid::from_bytes(random()?);
        let device = uuid::Builder::from_random_bytes(*device.as_bytes()).into_uuid();
        Ok(Self {
            device: DeviceId(device),
            gsi_token: hex::encode(random::<16>()?),
            tokens: BTreeMap::new(),
            wished_tokens: BTreeMap::new(),
        })
    }

    fn save(&self, path: &Path) -> Result<(), Error> {
        atomic_file::replace(path, &self.encode(path)?)
            .map_err(|cause| Error::Identity { path: path.to_owned(), cause })
    }

    fn encode(&self, path: &Path) -> Result<Vec<u8>, Error> {
        serde_json::to_vec_pretty(self)
            .map_err(|cause| Error::Identity { path: path.to_owned(), cause: cause.into() })
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

    fn now() -> event_model::Moment {
        let clock =
            event_model::ClockReading { epoch: event_model::ClockEpoch(Uuid::nil()), mono_ms: 0 };
        event_model::Moment { clock, wall: event_model::WallTime::from_unix_ms(0) }
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
    fn two_first_starts_agree_on_one_device() {
        let (_keep, dir) = dir();
        let one = Identity::create(&dir).unwrap();
        let other = Identity::create(&dir).unwrap();
        assert_eq!(one.device(), other.device(), "the second finds the first one's file");
    }

    #[test]
    fn a_wished_token_stays_the_same_until_it_is_given() {
        let (_keep, dir) = dir();
        let mut identity = Identity::load_or_create(&dir).unwrap();
        let wished = identity.wished_token(&dir, "https://a.example").unwrap();
        let again = Identity::load_or_create(&dir).unwrap().wished_token(&dir, "https://a.example");
        assert_eq!(again.unwrap(), wished, "asked for again after a crash");
        identity.keep_token(&dir, "https://a.example", &wished).unwrap();
        assert_eq!(
            Identity::load_or_create(&dir).unwrap().token("https://a.example"),
            Some(&*wished)
        );
    }

    #[test]
    fn a_lost_identity_is_the_device_that_the_outbox_names() {
        let (_keep, dir) = dir();
        let device = DeviceId(Uuid::from_u128(7));
        drop(outbox::Outbox::open(&dir.outbox(), device, now()).unwrap());
        assert_eq!(Identity::load_or_create(&dir).unwrap().device(), device);
    }

    #[test]
    fn without_queue_and_identity_this_is_another_device() {
        let (_keep, dir) = dir();
        let device = DeviceId(Uuid::from_u128(7));
        let name = |suffix: &str| {
            let mut name = dir.outbox().into_os_string();
            name.push(suffix);
            name
        };
        drop(outbox::Outbox::open(&dir.outbox(), device, now()).unwrap());
        for suffix in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(name(suffix)));
        }
        assert!(Path::new(&name(".id")).exists(), "what a player overlooks");
        let identity = Identity::load_or_create(&dir).unwrap();
        assert_ne!(identity.device(), device, "a server would ask the old one for its token");
        drop(outbox::Outbox::open(&dir.outbox(), identity.device(), now()).unwrap());
    }

    #[test]
    fn an_unreadable_identity_is_kept_and_reported() {
        let (_keep, dir) = dir();
        std::fs::write(dir.identity(), "{half").unwrap();
        let error = Identity::load_or_create(&dir).unwrap_err();
        assert!(matches!(error, Error::Identity { .. }), "{error}");
        let said = error.to_string();
        assert!(said.contains("is kept") && said.contains("put a copy of it back"), "{said}");
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
