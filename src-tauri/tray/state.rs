//! What the tray says of Ringside.

use companion::live_view::{Capture, PauseCode, Status};

use crate::words::Words;

/// What a player can see without opening the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TrayState {
    /// All is well: what comes is kept, and sent where it is to be sent.
    Capturing,
    /// Events wait for the server.
    Waiting,
    /// The player holds the upload back.
    Held,
    /// All is well by now, but some events never came: the queue was full, or the disk
    /// failed.
    Incomplete,
    /// Something needs the player.
    Trouble,
}

impl TrayState {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] =
        [Self::Capturing, Self::Waiting, Self::Held, Self::Incomplete, Self::Trouble];

    /// What must be known comes before what goes well, as in the window.
    pub(crate) fn of(status: &Status) -> Self {
        let upload = &status.companion.upload;
        match status.capture {
            Capture::Failed { .. } | Capture::WithoutSettings { .. } => return Self::Trouble,
            Capture::Starting | Capture::Running => {}
        }
        let stuck = upload.not_saved > 0 || upload.quarantined > 0;
        if stuck || upload.paused.is_some_and(PauseCode::needs_player) {
            return Self::Trouble;
        }
        match upload.server {
            Some(_) if upload.held => Self::Held,
            // A request that is due is no wait.
            Some(_) if upload.pending > 0 && upload.next_attempt_in_s.is_some() => Self::Waiting,
            Some(_) if upload.given_up() > 0 => Self::Incomplete,
            Some(_) | None => Self::Capturing,
        }
    }

    /// It in words.
    pub(crate) fn said(self, words: &Words) -> &'static str {
        match self {
            Self::Capturing => words.capturing,
            Self::Waiting => words.waiting,
            Self::Held => words.held,
            Self::Incomplete => words.incomplete,
            Self::Trouble => words.trouble,
        }
    }
}

#[cfg(test)]
mod tests {
    use companion::{CompanionStatus, UploadStatus};

    use super::*;

    #[test]
    fn events_without_a_server_wait_for_nobody() {
        let paused = Some(PauseCode::NoServer);
        assert_eq!(of(UploadStatus { pending: 9, paused, ..local() }), TrayState::Capturing);
    }

    #[test]
    fn events_wait_once_the_server_did_not_take_them() {
        let due = UploadStatus { pending: 9, ..sending() };
        assert_eq!(of(due.clone()), TrayState::Capturing);
        let paused = Some(PauseCode::ServerNotReached);
        let waits = UploadStatus { next_attempt_in_s: Some(8), paused, ..due };
        assert_eq!(of(waits.clone()), TrayState::Waiting);
        let held = UploadStatus { held: true, paused: Some(PauseCode::Held), ..waits };
        assert_eq!(of(held), TrayState::Held);
    }

    #[test]
    fn what_needs_the_player_goes_before_the_rest() {
        let not_saved = UploadStatus { not_saved: 1, held: true, ..sending() };
        assert_eq!(of(not_saved), TrayState::Trouble);
        let refused = UploadStatus { paused: Some(PauseCode::TokenRefused), ..sending() };
        assert_eq!(of(refused), TrayState::Trouble);
        // What a server does not take waits for the player and for nobody else.
        assert_eq!(of(UploadStatus { quarantined: 1, ..sending() }), TrayState::Trouble);
        let capture = Capture::Failed { problem: String::new() };
        assert_eq!(TrayState::of(&Status { capture, ..running(sending()) }), TrayState::Trouble);
    }

    #[test]
    fn what_was_given_up_or_lost_is_never_all_well_again() {
        for missing in [
            UploadStatus { pruned: 1, ..sending() },
            UploadStatus { lost: 1, settled: 9, ..sending() },
        ] {
            assert_eq!(of(missing.clone()), TrayState::Incomplete, "{missing:?}");
        }
        let nowhere = UploadStatus { pruned: 1, ..local() };
        assert_eq!(of(nowhere), TrayState::Capturing, "what goes nowhere is missed by nobody");
    }

    fn of(upload: UploadStatus) -> TrayState {
        TrayState::of(&running(upload))
    }

    fn running(upload: UploadStatus) -> Status {
        let companion = CompanionStatus { upload, ..CompanionStatus::default() };
        Status { capture: Capture::Running, companion }
    }

    fn local() -> UploadStatus {
        UploadStatus::default()
    }

    fn sending() -> UploadStatus {
        UploadStatus { server: Some("https://ringside.example".to_owned()), ..local() }
    }
}
