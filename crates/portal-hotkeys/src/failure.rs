//! Why a desktop gives no hotkeys.

use std::fmt;

/// Why a desktop gives no hotkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There is no session bus, or nobody on it has the interface.
    NoPortal,
    /// The desktop gives none to a program that it does not know as installed.
    NotInstalled,
    /// The player said no to the desktop's question.
    Refused,
    /// The question was taken back before there was an answer.
    Withdrawn,
    /// Anything else, in the desktop's own words; empty where it has none.
    Failed(String),
}

#[cfg(target_os = "linux")]
/// The portal's way to say that a program has no id.
const NOT_ALLOWED: &str = "org.freedesktop.portal.Error.NotAllowed";

#[cfg(target_os = "linux")]
/// The bus's ways to say that nobody is there, or has no such interface.
const NOBODY: [&str; 5] = [
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.UnknownInterface",
    "org.freedesktop.DBus.Error.UnknownMethod",
    "org.freedesktop.DBus.Error.UnknownObject",
];

#[cfg(target_os = "linux")]
impl From<zbus::Error> for Failure {
    fn from(error: zbus::Error) -> Self {
        let zbus::Error::MethodError(name, text, _) = &error else {
            return Self::Failed(error.to_string());
        };
        match name.as_str() {
            NOT_ALLOWED => Self::NotInstalled,
            name if NOBODY.contains(&name) => Self::NoPortal,
            _ => Self::Failed(text.clone().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPortal => f.write_str("the desktop has no portal for hotkeys"),
            Self::NotInstalled => {
                f.write_str("the desktop knows no installed program behind this one")
            }
            Self::Refused => f.write_str("the player refused"),
            Self::Withdrawn => f.write_str("the question was taken back"),
            Self::Failed(said) if said.is_empty() => f.write_str("the desktop gives no reason"),
            Self::Failed(said) => f.write_str(said),
        }
    }
}

impl std::error::Error for Failure {}
