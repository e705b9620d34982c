//! What a page is told when something it asked for cannot be done.

use std::error::Error as _;

use companion::Error;
use serde::Serialize;

/// Why it cannot be done. The page has the words for each code; the detail is
/// the system's own and stands beside them.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct Problem {
    /// What the page says of it.
    code: ProblemCode,
    /// In English, for whoever looks further.
    detail: String,
}

/// What the page has words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProblemCode {
    /// The companion does not run, so there is nobody to ask.
    NotRunning,
    /// The upload queue cannot be read or written.
    Queue,
    /// The settings file cannot be read.
    Settings,
    /// The address is none that events may be sent to.
    Server,
    /// A file or folder cannot be read or written.
    File,
    /// What was named is not an event's id.
    NoSuchEvent,
    /// Something else; the detail says what.
    Other,
}

/// A problem that has no error behind it.
impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Self { code, detail: String::new() }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Outbox(_) | Error::QueueDeleted(_) => ProblemCode::Queue,
            Error::Settings { .. } => ProblemCode::Settings,
            Error::Server(_) => ProblemCode::Server,
            Error::DataDir { .. } | Error::NoDataDir | Error::Identity { .. } => ProblemCode::File,
            Error::AlreadyRunning { .. } => ProblemCode::NotRunning,
            Error::NoRandomness
            | Error::BadInput(_)
            | Error::NoRules { .. }
            | Error::Enrolment { .. }
            | Error::Listener { .. } => ProblemCode::Other,
        };
        let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
        Self { code, detail: format!("{error}{cause}") }
    }
}
