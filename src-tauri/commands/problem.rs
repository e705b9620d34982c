//! What a page is told when something it asked for cannot be done.

use std::error::Error as _;

use companion::{Error, RecordingError, SetupError};
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
    /// The player's own history of matches cannot be read or written.
    History,
    /// The settings file cannot be read.
    Settings,
    /// The address is none that events may be sent to.
    Server,
    /// A file or folder cannot be read or written.
    File,
    /// What was named is not an event's id.
    NoSuchEvent,
    /// A match runs; what was asked for waits until it is over.
    MatchRuns,
    /// A server did not erase what this PC sent: it does not answer, does not take this
    /// PC's token, or is not done yet.
    NotErased,
    /// An erasure got stuck: a part is gone, and the rest is there.
    PartlyErased,
    /// The folder is none of the game's.
    NotTheGame,
    /// Somebody changed the game's file meanwhile; it was left as it is.
    ChangedSince,
    /// What stood in the game's folder before is kept no more.
    BackupGone,
    /// This user may not write there.
    Denied,
    /// The disk is full.
    NoRoom,
    /// The file is no recording that this version can play.
    Recording,
    /// No recording has that name any more.
    NoSuchRecording,
    /// The recording is being written at the moment.
    BeingRecorded,
    /// Something else; the detail says what.
    Other,
}

impl Problem {
    /// A problem of this kind, and what another program said of it.
    pub(crate) fn new(code: ProblemCode, detail: String) -> Self {
        Self { code, detail }
    }

    /// Whether it is of this kind.
    pub(super) fn is(&self, code: ProblemCode) -> bool {
        self.code == code
    }

    /// The same, for whoever knows better what it means.
    pub(super) fn known_as(self, code: ProblemCode) -> Self {
        Self { code, ..self }
    }
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
            Error::Outbox(_) | Error::QueueDeleted(_) | Error::UnderWay(_) => ProblemCode::Queue,
            Error::History(_) => ProblemCode::History,
            Error::Settings { .. } => ProblemCode::Settings,
            Error::Server(_) => ProblemCode::Server,
            Error::DataDir { .. } | Error::NoDataDir | Error::Identity { .. } => ProblemCode::File,
            Error::Setup(problem) => of_setup(problem),
            Error::Recording(RecordingError::Missing { .. }) => ProblemCode::NoSuchRecording,
            Error::Recording(RecordingError::Running { .. }) => ProblemCode::BeingRecorded,
            Error::BadInput(cause) if cause.is_bad_input() => ProblemCode::Recording,
            Error::BadInput(_) => ProblemCode::File,
            Error::NoRules { .. } | Error::NoSuchSection(_) => ProblemCode::Recording,
            Error::AlreadyRunning { .. } => ProblemCode::NotRunning,
            Error::NotErased { .. } => ProblemCode::NotErased,
            Error::NoRandomness | Error::Enrolment { .. } | Error::Listener { .. } => {
                ProblemCode::Other
            }
        };
        let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
        Self { code, detail: format!("{error}{cause}") }
    }
}

fn of_setup(problem: &SetupError) -> ProblemCode {
    match problem {
        SetupError::NotTheGame { .. } => ProblemCode::NotTheGame,
        SetupError::ChangedSince { .. } => ProblemCode::ChangedSince,
        SetupError::BackupGone { .. } => ProblemCode::BackupGone,
        SetupError::File { .. } if problem.is_denied() => ProblemCode::Denied,
        SetupError::File { .. } if problem.wants_room() => ProblemCode::NoRoom,
        SetupError::File { .. } | SetupError::NotText { .. } | SetupError::NotFound { .. } => {
            ProblemCode::File
        }
    }
}
