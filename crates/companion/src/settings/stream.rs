//! The stream page: whether it is served, and what an audience may see.

use serde::{Deserialize, Serialize};

use super::{Settings, file};
use crate::{DataDir, Error, atomic_file};

/// The stream page's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stream {
    /// Whether it is served while the app runs.
    pub enabled: bool,
    /// Where it is served on this PC.
    pub port: u16,
    /// Whether the names of others are left out.
    pub hide_names: bool,
    /// How much later than the player an audience sees something, in seconds.
    pub delay_s: u16,
}

/// Beside the port that Counter-Strike posts to: an address in a streaming
/// program is to stay what it is.
const PORT_DEFAULT: u16 = 28_731;

impl Default for Stream {
    fn default() -> Self {
        Self { enabled: false, port: PORT_DEFAULT, hide_names: true, delay_s: 0 }
    }
}

impl Settings {
    /// These settings with the stream page's, which are on disk.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn change_stream(&self, dir: &DataDir, stream: Stream) -> Result<Self, Error> {
        file::edit(dir, |file| {
            file.set("stream", "enabled", stream.enabled);
            file.set("stream", "port", i64::from(stream.port));
            file.set("stream", "hide_names", stream.hide_names);
            file.set("stream", "delay_s", i64::from(stream.delay_s));
        })?;
        Ok(Self { stream, ..self.clone() })
    }
}

impl DataDir {
    /// The secret part of the stream page's address, where there is one yet.
    ///
    /// # Errors
    /// Where its file is there and cannot be read.
    pub fn stream_token(&self) -> Result<Option<String>, Error> {
        let path = self.stream_token_file();
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Error::DataDir { path, cause }),
        }
    }

    /// Keeps the secret part of the stream page's address, for nobody else.
    ///
    /// # Errors
    /// Where its file cannot be written.
    pub fn keep_stream_token(&self, token: &str) -> Result<(), Error> {
        let path = self.stream_token_file();
        atomic_file::replace(&path, token.as_bytes())
            .map_err(|cause| Error::DataDir { path, cause })
    }

    /// Not in the settings, which a player may show to somebody.
    pub(crate) fn stream_token_file(&self) -> std::path::PathBuf {
        self.path().join("stream-token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_what_the_next_run_reads() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let settings = Settings::load_or_create(&dir).unwrap();
        let stream = Stream { enabled: true, port: 4_000, hide_names: false, delay_s: 30 };
        settings.change_stream(&dir, stream).unwrap();
        assert_eq!(Settings::load_or_create(&dir).unwrap().stream, stream);
    }

    #[test]
    fn the_address_outlasts_a_restart_and_is_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        assert_eq!(dir.stream_token().unwrap(), None);
        dir.keep_stream_token("abc").unwrap();
        assert_eq!(dir.stream_token().unwrap().as_deref(), Some("abc"));
        #[cfg(unix)]
        {
            let metadata = std::fs::metadata(dir.stream_token_file()).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
            assert_eq!(mode & 0o077, 0);
        }
    }
}
