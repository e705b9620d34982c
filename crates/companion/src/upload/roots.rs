//! The certificate authorities of servers whose operators made one of their own.
//!
//! Each is trusted for its own server and for no other: a PC that joined two servers
//! can be asked to erase at both.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use uploader::ExtraRoots;

use super::{UploadOptions, parsed};
use crate::{DataDir, Error, Settings, atomic_file};

impl DataDir {
    /// The authorities that are kept, one a server.
    pub(crate) fn server_roots(&self) -> PathBuf {
        self.path().join("server-roots")
    }

    fn server_root_of(&self, server: &str) -> PathBuf {
        // An address is no file name everywhere.
        let name = hex::encode(&Sha256::digest(same(server).as_bytes())[..16]);
        self.server_roots().join(format!("{name}.pem"))
    }
}

/// What is trusted of `server`: what the command line names for the server of this run,
/// what the settings name for theirs, or what was kept when this PC joined it. Else it
/// is whatever the system trusts.
pub(crate) fn roots_for(
    dir: &DataDir,
    options: &UploadOptions,
    settings: &Settings,
    server: &str,
) -> Result<ExtraRoots, Error> {
    let meant = |named: Option<&String>| named.is_none_or(|named| is_one_server(named, server));
    let of_this_run = options.server.as_ref().or(settings.upload.server.as_ref());
    let of_run = options.server_ca.as_ref().filter(|_| meant(of_this_run));
    let of_settings =
        settings.upload.server_ca.as_ref().filter(|_| meant(settings.upload.server.as_ref()));
    let path = match of_run.or(of_settings) {
        Some(path) => path.clone(),
        None => {
            let kept = dir.server_root_of(server);
            if !kept.exists() {
                return Ok(ExtraRoots::default());
            }
            kept
        }
    };
    let pem = fs::read(&path).map_err(|cause| Error::DataDir { path: path.clone(), cause })?;
    ExtraRoots::from_pem(&pem)
        .map_err(|cause| Error::Server(format!("{}: {cause}", path.display())))
}

/// Keeps the authority of `server`, or forgets the one that it had.
pub(crate) fn keep(dir: &DataDir, server: &str, pem: Option<&[u8]>) -> Result<(), Error> {
    let path = dir.server_root_of(server);
    let kept = match pem {
        Some(pem) => {
            fs::create_dir_all(dir.server_roots()).and_then(|()| atomic_file::replace(&path, pem))
        }
        None => match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        },
    };
    kept.map_err(|cause| Error::DataDir { path, cause })
}

/// The same, where it is in a file of the player's.
pub(crate) fn keep_file(dir: &DataDir, server: &str, path: &Path) -> Result<(), Error> {
    let pem = fs::read(path).map_err(|cause| Error::DataDir { path: path.to_owned(), cause })?;
    keep(dir, server, Some(&pem))
}

/// Whether two addresses are one server's.
pub(crate) fn is_one_server(one: &str, other: &str) -> bool {
    same(one) == same(other)
}

/// One address, however it was typed.
fn same(server: &str) -> String {
    parsed(server).map_or_else(|_| server.to_owned(), |url| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "https://one.example";
    const OTHER: &str = "https://other.example";

    fn installation() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }

    /// Whether a file is read for `server`, which is none of certificates here.
    fn is_read(dir: &DataDir, options: &UploadOptions, settings: &Settings, server: &str) -> bool {
        roots_for(dir, options, settings, server).is_err()
    }

    #[test]
    fn what_is_kept_of_one_server_is_trusted_for_no_other() {
        let (_folder, dir) = installation();
        keep(&dir, ONE, Some(b"no certificate")).unwrap();
        let (options, settings) = (UploadOptions::default(), Settings::default());
        assert!(is_read(&dir, &options, &settings, ONE));
        assert!(is_read(&dir, &options, &settings, "https://one.example/"));
        assert!(!is_read(&dir, &options, &settings, OTHER));
        keep(&dir, ONE, None).unwrap();
        assert!(!is_read(&dir, &options, &settings, ONE));
    }

    #[test]
    fn what_the_settings_name_is_their_servers_own() {
        let (_folder, dir) = installation();
        let mut settings = Settings::default();
        settings.upload.server = Some(ONE.to_owned());
        settings.upload.server_ca = Some(dir.path().join("missing.pem"));
        let options = UploadOptions::default();
        assert!(is_read(&dir, &options, &settings, ONE));
        assert!(!is_read(&dir, &options, &settings, OTHER));
        let named = UploadOptions {
            server: Some(OTHER.to_owned()),
            server_ca: Some(dir.path().join("missing.pem")),
            ..UploadOptions::default()
        };
        assert!(is_read(&dir, &named, &Settings::default(), OTHER));
        assert!(!is_read(&dir, &named, &Settings::default(), ONE));
    }
}
