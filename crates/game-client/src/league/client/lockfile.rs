//! The file that the client keeps while it runs: where it serves, and its password.
//!
//! `LeagueClient:PID:PORT:PASSWORD:https`, on one line. It is read strictly: what is a
//! little different comes from something else, and a password is sent to nobody on a guess.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::LeagueClientHealth;

/// Its name, in the folder that the client is installed in.
const NAME: &str = "lockfile";

/// Who writes it. The Riot client's, of the same form, begins with another name.
const WRITER: &str = "LeagueClient";

/// What the client serves with.
const PROTOCOL: &str = "https";

/// The longest file taken: ten times the length of a real one.
const BYTES_MAX: u64 = 512;

/// The longest password taken; the client's have 22 characters.
const PASSWORD_BYTES_MAX: usize = 128;

/// Where the client serves, and what it wants to be shown. It has no `Debug`: nothing
/// prints a password.
pub(super) struct Lockfile {
    port: u16,
    password: String,
}

/// What is wrong with a file. It quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Spoilt {
    #[error("it is longer than any of the client's")]
    TooLong,
    #[error("it is no text")]
    NoText,
    #[error("it has not five parts")]
    Parts,
    #[error("the League client did not write it")]
    Writer,
    #[error("its process is no number")]
    Process,
    #[error("its port is none")]
    Port,
    #[error("its password is none")]
    Password,
    #[error("its protocol is not https")]
    Protocol,
}

impl Lockfile {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Spoilt> {
        let text = std::str::from_utf8(bytes).map_err(|_| Spoilt::NoText)?;
        let line =
            text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
        let parts: Vec<&str> = line.split(':').collect();
        let [writer, process, port, password, protocol] = parts[..] else {
            return Err(Spoilt::Parts);
        };
        if writer != WRITER {
            return Err(Spoilt::Writer);
        }
        number::<u32>(process).ok_or(Spoilt::Process)?;
        let port = number::<u16>(port).ok_or(Spoilt::Port)?;
        if !is_password(password) {
            return Err(Spoilt::Password);
        }
        if protocol != PROTOCOL {
            return Err(Spoilt::Protocol);
        }
        Ok(Self { port, password: password.to_owned() })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }
}

/// A number above zero in digits alone: a sign or a space is not the client's.
fn number<T: std::str::FromStr + Default + PartialEq>(text: &str) -> Option<T> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && *number != T::default())
}

/// Base64's letters for addresses, as the client writes them.
fn is_password(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=PASSWORD_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_letter)
}

/// The newest lockfile in these folders: a client that ended badly leaves its own behind.
pub(super) fn find(folders: &[PathBuf]) -> Result<Lockfile, LeagueClientHealth> {
    let there = folders.iter().filter_map(|folder| {
        let path = folder.join(NAME);
        let written = fs::metadata(&path).ok()?.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Some((written, path))
    });
    let Some((_, path)) = there.max_by_key(|(written, _)| *written) else {
        return Err(LeagueClientHealth::NoLockfile { folders: folders.to_vec() });
    };
    match bytes_of(&path) {
        Ok(bytes) => Lockfile::read(&bytes).map_err(|spoilt| LeagueClientHealth::SpoiltLockfile {
            reason: spoilt.to_string(),
            path,
        }),
        // The client took it away meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(LeagueClientHealth::NoLockfile { folders: folders.to_vec() })
        }
        Err(error) => Err(LeagueClientHealth::SpoiltLockfile { reason: error.to_string(), path }),
    }
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(io::Error::other(Spoilt::TooLong));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoilt(text: &str) -> Option<Spoilt> {
        Lockfile::read(text.as_bytes()).err()
    }

    #[test]
    fn the_clients_own_says_where_it_serves_and_its_password() {
        let lockfile =
            Lockfile::read(b"LeagueClient:7432:52113:Kx2-9_aZ0bQmYtUvWxYz12:https").unwrap();
        assert_eq!((lockfile.port(), lockfile.password()), (52_113, "Kx2-9_aZ0bQmYtUvWxYz12"));
        assert!(Lockfile::read(b"LeagueClient:1:1:p:https\r\n").is_ok(), "a line may end");
    }

    #[test]
    fn what_is_a_little_different_is_refused() {
        for (text, why) in [
            ("", Spoilt::Parts),
            ("LeagueClient:1:2:p", Spoilt::Parts),
            ("LeagueClient:1:2:p:q:https", Spoilt::Parts),
            ("Riot Client:1:2:p:https", Spoilt::Writer),
            ("LeagueClient::2:p:https", Spoilt::Process),
            ("LeagueClient:+1:2:p:https", Spoilt::Process),
            ("LeagueClient:1:0:p:https", Spoilt::Port),
            ("LeagueClient:1:65536:p:https", Spoilt::Port),
            ("LeagueClient:1: 2:p:https", Spoilt::Port),
            ("LeagueClient:1:2::https", Spoilt::Password),
            ("LeagueClient:1:2:p q:https", Spoilt::Password),
            ("LeagueClient:1:2:p@evil.example/:https", Spoilt::Password),
            ("LeagueClient:1:2:p:http", Spoilt::Protocol),
            ("LeagueClient:1:2:p:https\n\n", Spoilt::Protocol),
        ] {
            assert_eq!(spoilt(text), Some(why), "{text}");
        }
        assert_eq!(Lockfile::read(&[0xff, b':']).err(), Some(Spoilt::NoText));
        assert_eq!(
            spoilt(&format!("LeagueClient:1:2:{}:https", "p".repeat(129))),
            Some(Spoilt::Password)
        );
    }

    #[test]
    fn the_newest_of_several_counts_and_none_is_said_with_its_places() {
        let place = tempfile::tempdir().unwrap();
        let folders = ["old", "new", "none"].map(|name| place.path().join(name)).to_vec();
        let none = find(&folders).err().unwrap();
        assert_eq!(none, LeagueClientHealth::NoLockfile { folders: folders.clone() });
        for (folder, port) in folders.iter().zip([1, 2]) {
            fs::create_dir(folder).unwrap();
            let path = folder.join(NAME);
            fs::write(&path, format!("LeagueClient:1:{port}:p:https")).unwrap();
            let written = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(port);
            File::options().append(true).open(path).unwrap().set_modified(written).unwrap();
        }
        assert_eq!(find(&folders).ok().unwrap().port(), 2);
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(NAME), vec![b'x'; 4096]).unwrap();
        let folders = [place.path().to_owned()];
        let Err(LeagueClientHealth::SpoiltLockfile { reason, .. }) = find(&folders) else {
            panic!("it is longer than any lockfile")
        };
        assert_eq!(reason, Spoilt::TooLong.to_string());
    }
}
