//! What can go wrong with an installation as a whole.

use std::{io, path::PathBuf};

/// Why the companion cannot do what it was asked.
///
/// A game that is not running and a server that is not there are no errors:
/// they are states, in [`crate::CompanionStatus`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system names no folder for this user's data.
    #[error("no folder for this user's data is known; name one with --data-dir")]
    NoDataDir,
    /// The data folder cannot be used.
    #[error("{} cannot be read or written{}", path.display(), remedy(cause).unwrap_or_default())]
    DataDir {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The identity file cannot be used; it was left as it is.
    #[error(
        "{} holds this PC's identity and cannot be read or written; it was not changed, and \
         every event in the upload queue is kept{}",
        path.display(),
        remedy(cause).unwrap_or(PUT_BACK)
    )]
    Identity {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The settings file says something that is no setting.
    #[error(
        "{} cannot be read as settings; it was not changed, and every event in the upload queue \
         is kept: correct it where the following says, or delete it, and the next start writes \
         one with the defaults and without a server",
        path.display()
    )]
    Settings {
        /// The file.
        path: PathBuf,
        /// Which, and where.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Somebody deleted the upload queue while a recording was replayed.
    #[error(
        "the upload queue was deleted while the recording was replayed and could not be put back: \
         what waited in it is lost on this PC, and another replay makes the same events again"
    )]
    QueueDeleted(#[source] outbox::Error),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes, so no device id can be made")]
    NoRandomness,
    /// Another process owns this data folder's outbox.
    #[error(
        "another Ringside is already running on {}; stop it or name another --data-dir",
        path.display()
    )]
    AlreadyRunning {
        /// The outbox.
        path: PathBuf,
    },
    /// The outbox cannot be opened or written.
    #[error(
        "the upload queue cannot be read or written; what is in it stays as it is, and what \
         was not saved comes again with the same frames"
    )]
    Outbox(#[source] outbox::Error),
    /// What waits was to be deleted before anything is sent, and so many events are still
    /// marked as being sent.
    #[error(
        "{0} events were being sent and cannot be taken back; the others are deleted, and \
         nothing is sent: try again"
    )]
    UnderWay(u64),
    /// The history of matches cannot be opened or written.
    #[error("the history of matches cannot be read or written; the upload queue does not need it")]
    History(#[source] match_archive::Error),
    /// A recording or another input file is not what it should be.
    #[error(transparent)]
    BadInput(recording::Error),
    /// The recording is of a game that this version cannot replay.
    #[error(
        "{}: recorded from {source_name}, which this version cannot replay yet",
        file.display()
    )]
    NoRules {
        /// The recording.
        file: PathBuf,
        /// The source.
        source_name: event_model::Source,
    },
    /// The recording has no such part as was asked for.
    #[error("{0}")]
    NoSuchSection(String),
    /// The address is not one that events may be sent to.
    #[error("{0}")]
    Server(String),
    /// The device could not enrol.
    #[error("this PC could not enrol at {server}")]
    Enrolment {
        /// Where.
        server: String,
        /// Why.
        #[source]
        cause: uploader::EnrolError,
    },
    /// A server did not erase what this PC sent.
    #[error("{server} did not erase everything; this PC keeps what it has")]
    NotErased {
        /// Which.
        server: String,
        /// Why.
        #[source]
        cause: uploader::EraseError,
    },
    /// A recording cannot be had.
    #[error(transparent)]
    Recording(#[from] crate::RecordingError),
    /// A game cannot be set up, or not be put back.
    #[error(transparent)]
    Setup(#[from] crate::SetupError),
    /// A local port is taken.
    #[error("the local listener for {game} cannot start")]
    Listener {
        /// For which game.
        game: &'static str,
        /// Why.
        #[source]
        cause: game_client::Error,
    },
}

/// What to do about an identity file that is not as it was written.
const PUT_BACK: &str = ": put a copy of it back; where there is none, this PC has to enrol as \
                        another device, and the guide says how under \"Files in the data folder\"";

/// What to do about a file or folder, where the cause says it.
fn remedy(cause: &io::Error) -> Option<&'static str> {
    if outbox::wants_room(cause) {
        return Some(": make room on its disk");
    }
    let is_denied = cause.kind() == io::ErrorKind::PermissionDenied;
    is_denied.then_some(": let your user read and write it")
}

/// An error with every cause, in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

/// An error and its cause, in one line.
pub(crate) fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
