//! Whether the file that makes a game speak to us is there.

use std::{fs, path::Path};

/// The longest config file that is compared: ours has under 1 KiB.
const CONFIG_BYTES_MAX: u64 = 64 * 1024;

/// How the installed file compares with the one that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigState {
    /// There is none.
    Missing,
    /// It says what is needed.
    Current,
    /// It says something else: another port or token, or an older version.
    Differs {
        /// The first line that differs, counted from 1. The line itself may
        /// hold a token.
        line: usize,
    },
    /// It is there and cannot be read.
    Unreadable {
        /// What the system says.
        reason: String,
    },
}

impl ConfigState {
    /// Compares the file at `path` with what it should say.
    pub(crate) fn of(path: &Path, expected: &str) -> Self {
        match text_at(path) {
            Ok(Some(text)) => Self::compare(&text, expected),
            Ok(None) => Self::Missing,
            Err(reason) => Self::Unreadable { reason },
        }
    }

    /// Compares line by line: an editor may have changed the line ends.
    pub(crate) fn compare(text: &str, expected: &str) -> Self {
        let equal =
            text.lines().zip(expected.lines()).take_while(|(is, ought)| is == ought).count();
        if equal == text.lines().count() && equal == expected.lines().count() {
            Self::Current
        } else {
            Self::Differs { line: equal + 1 }
        }
    }
}

/// The bytes of a small file; `None` where there is none.
pub(crate) fn bytes_at(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
        Ok(file) if file.len() > CONFIG_BYTES_MAX => {
            return Err(format!("it has {} bytes", file.len()));
        }
        Ok(_) => {}
    }
    fs::read(path).map(Some).map_err(|error| error.to_string())
}

fn text_at(path: &Path) -> Result<Option<String>, String> {
    let Some(bytes) = bytes_at(path)? else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_| "it is no UTF-8 text".to_owned())
}
