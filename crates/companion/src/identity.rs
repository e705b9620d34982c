//! Who this installation is: its device id, and the tokens it was given.

use std::{collections::BTreeMap, path::Path};

use event_model::{DeviceId, NamesKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DataDir, Error, atomic_file};

/// The device and its secrets, kept outside the outbox file.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    device: DeviceId,
    /// The word that the games' own posts must carry.
    gsi_token: String,
    /// The word that the page in Overwolf must show: a game's folder has the other one,
    /// where whoever reads it could speak for the page. Absent in files of versions that
    /// had the one word.
    #[serde(default)]
    overwolf_token: String,
    /// Tokens by server.
    #[serde(default)]
    tokens: BTreeMap<String, String>,
    /// Tokens asked for and not confirmed yet, by server: where the answer is
    /// lost, the same one is asked for again.
    #[serde(default)]
    wished_tokens: BTreeMap<String, String>,
    /// Keys of pseudonyms, by server.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    names_keys: BTreeMap<String, NamesKey>,
    /// Who this installation was before, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<FormerIdentity>,
}

/// An identity that this installation had, with what it takes to have erased what it sent.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FormerIdentity {
    pub(crate) device: DeviceId,
    pub(crate) tokens: BTreeMap<String, String>,
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
            Ok(bytes) => serde_json::from_slice::<Self>(&bytes)
                .map_err(|cause| Error::Identity { path, cause: cause.into() })?
                .completed(dir),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Self::create(dir),
            Err(cause) => Err(Error::Identity { path, cause }),
        }
    }

    /// The identity in this folder, where there is one that can be read.
    pub(crate) fn look(dir: &DataDir) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(dir.identity()).ok()?).ok()
    }

    /// The same with whatever a file of an earlier version lacks, on disk.
    ///
    /// Of processes that do so at once one chooses the word, in a file that only one can
    /// make; what another has saved meanwhile stands.
    fn completed(self, dir: &DataDir) -> Result<Self, Error> {
        if !self.overwolf_token.is_empty() {
            return Ok(self);
        }
        let (path, choice) = (dir.identity(), dir.chosen_word());
        let failed = |cause| Error::Identity { path: path.clone(), cause };
        let word = chosen(&choice).map_err(failed)?;
        let bytes = std::fs::read(&path).map_err(failed)?;
        let mut identity: Self =
            serde_json::from_slice(&bytes).map_err(|cause| failed(cause.into()))?;
        if identity.overwolf_token.is_empty() {
            identity.overwolf_token = word;
            identity.save(&path)?;
        }
        // Whoever finds none from here on finds the word saved.
        drop(std::fs::remove_file(&choice));
        Ok(identity)
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

    /// What the page in Overwolf must show.
    #[must_use]
    pub fn overwolf_token(&self) -> &str {
        &self.overwolf_token
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
        self.keep(dir, server, token, None)
    }

    /// Keeps the token that `server` gave, and its key of pseudonyms where it gave one.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep(
        &mut self,
        dir: &DataDir,
        server: &str,
        token: &str,
        names_key: Option<&NamesKey>,
    ) -> Result<(), Error> {
        // Another process may have enrolled elsewhere meanwhile.
        *self = Self::load_or_create(dir)?;
        self.tokens.insert(server.to_owned(), token.to_owned());
        self.wished_tokens.remove(server);
        if let Some(key) = names_key {
            self.names_keys.insert(server.to_owned(), key.clone());
        }
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

    /// The key of pseudonyms that `server` gave.
    #[must_use]
    pub fn names_key(&self, server: &str) -> Option<&NamesKey> {
        self.names_keys.get(server)
    }

    /// The servers that gave this device a token.
    pub(crate) fn servers(&self) -> impl Iterator<Item = &str> {
        self.tokens.keys().map(String::as_str)
    }

    /// Who this installation was before.
    pub(crate) fn former(&self) -> &[FormerIdentity] {
        &self.former
    }

    /// Each device that this installation is or was, with each server that gave it a
    /// token.
    pub(crate) fn enrolments(&self) -> impl Iterator<Item = (DeviceId, &str, &str)> {
        let now = self.tokens.iter().map(|(server, token)| (self.device, server, token));
        let before = self.former.iter().flat_map(|former| {
            former.tokens.iter().map(|(server, token)| (former.device, server, token))
        });
        now.chain(before).map(|(device, server, token)| (device, server.as_str(), token.as_str()))
    }

    /// Another device, which no server knows. The words that the games' posts and the
    /// page in Overwolf carry stay: they never leave this machine.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub(crate) fn renew(dir: &DataDir) -> Result<Self, Error> {
        let Self { device, gsi_token, overwolf_token, tokens, names_keys, mut former, .. } =
            Self::load_or_create(dir)?;
        former.push(FormerIdentity { device, tokens });
        let words = Self { gsi_token, overwolf_token, ..Self::generate()? };
        let renewed = Self { names_keys, former, ..words };
        renewed.save(&dir.identity())?;
        Ok(renewed)
    }

    fn generate() -> Result<Self, Error> {
        let device = Uuid::from_bytes(random()?);
        let device = uuid::Builder::from_random_bytes(*device.as_bytes()).into_uuid();
        Ok(Self {
            device: DeviceId(device),
            gsi_token: hex::encode(random::<16>()?),
            overwolf_token: hex::encode(random::<16>()?),
            tokens: BTreeMap::new(),
            wished_tokens: BTreeMap::new(),
            names_keys: BTreeMap::new(),
            former: Vec::new(),
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

/// The word that whoever came first chose. A choice that was taken away in the same
/// moment is saved, and whichever comes of the next one is not looked at.
fn chosen(path: &Path) -> std::io::Result<String> {
    let word = hex::encode(random::<16>().map_err(std::io::Error::other)?);
    match atomic_file::create(path, word.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            match std::fs::read_to_string(path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(word),
                chosen => chosen,
            }
        }
        made => made.map(|()| word),
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
    fn an_identity_of_an_earlier_version_gets_the_pages_word_once_and_loses_nothing() {
        let (_keep, dir) = dir();
        let mut first = Identity::load_or_create(&dir).unwrap();
        first.keep_token(&dir, "https://a.example", "secret").unwrap();
        let bytes = std::fs::read(dir.identity()).unwrap();
        let mut file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        file.as_object_mut().unwrap().remove("overwolf_token").unwrap();
        std::fs::write(dir.identity(), file.to_string()).unwrap();

        let completed = Identity::load_or_create(&dir).unwrap();
        assert!(completed.overwolf_token().len() >= 16);
        assert_ne!(completed.overwolf_token(), completed.gsi_token());
        let again = Identity::load_or_create(&dir).unwrap();
        assert_eq!(again.overwolf_token(), completed.overwolf_token());
        assert_eq!((again.device(), again.gsi_token()), (first.device(), first.gsi_token()));
        assert_eq!(again.token("https://a.example"), Some("secret"));
        let renewed = Identity::renew(&dir).unwrap();
        assert_eq!(renewed.overwolf_token(), completed.overwolf_token(), "the page is loaded");
    }

    #[test]
    fn upgrades_at_once_agree_on_the_pages_word() {
        let (_keep, dir) = dir();
        let first = Identity::load_or_create(&dir).unwrap();
        let old = Identity { overwolf_token: String::new(), ..first };
        for _ in 0..20 {
            old.save(&dir.identity()).unwrap();
            let together = std::sync::Barrier::new(4);
            let words: Vec<String> = std::thread::scope(|scope| {
                let upgrade = || {
                    // Each has read the old file before any has written the new one.
                    let read = old.clone();
                    together.wait();
                    read.completed(&dir).unwrap().overwolf_token
                };
                let all: Vec<_> = (0..4).map(|_| scope.spawn(upgrade)).collect();
                all.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let saved = Identity::look(&dir).unwrap().overwolf_token;
            assert!(words.iter().all(|word| *word == saved), "{words:?}, and {saved} on disk");
            assert!(!dir.chosen_word().exists());
        }
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
