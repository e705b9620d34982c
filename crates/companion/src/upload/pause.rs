//! Why nothing is sent: a code that pages have words for, and a sentence.

use delivery::{Silence, WaitReason};
use live_view::PauseCode;
use uploader::EnrolError;

use super::Asked;
use crate::Error;

/// Why nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) code: PauseCode,
    /// With its particulars, in English.
    pub(crate) reason: String,
}

impl Pause {
    pub(crate) fn new(code: PauseCode, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

impl From<WaitReason> for Pause {
    fn from(reason: WaitReason) -> Self {
        Self::new(code_of_wait(reason), reason.to_string())
    }
}

/// What an answer to an enrolment, or to the question for a key of names, means.
pub(super) fn code_of_enrolment(asked: Asked, error: &Error) -> PauseCode {
    let Error::Enrolment { cause, .. } = error else { return PauseCode::Other };
    match (cause, asked) {
        (EnrolError::KeyRefused, Asked::Enrolment) => PauseCode::KeyRefused,
        (EnrolError::KeyRefused, Asked::NamesKey) => PauseCode::TokenRefused,
        (EnrolError::AlreadyEnrolled, _) => PauseCode::AlreadyEnrolled,
        (EnrolError::Silence(silence), _) => code_of_silence(*silence),
        // Without a word of our server's own it was somebody else who answered.
        (EnrolError::Answered { detail: None, .. }, _) => PauseCode::NotOurServer,
        (EnrolError::Answered { status, detail: Some(_) }, _) => code_of_status(*status),
        (EnrolError::Client(_), _) => PauseCode::Other,
    }
}

fn code_of_wait(reason: WaitReason) -> PauseCode {
    match reason {
        WaitReason::NotEnrolled => PauseCode::NotEnrolled,
        WaitReason::Unauthenticated => PauseCode::TokenRefused,
        WaitReason::Forbidden => PauseCode::NotLetIn,
        WaitReason::UpgradeRequired => PauseCode::TooOldVersion,
        WaitReason::Silence(silence) => code_of_silence(silence),
        WaitReason::Status(status) => code_of_status(status),
        WaitReason::NotOurServer => PauseCode::NotOurServer,
        WaitReason::AskedAgain => PauseCode::AskedAgain,
        WaitReason::OutboxFailed => PauseCode::QueueUnreadable,
    }
}

fn code_of_silence(silence: Silence) -> PauseCode {
    match silence {
        Silence::Unreachable | Silence::TimedOut | Silence::Broken => PauseCode::ServerNotReached,
        Silence::Untrusted => PauseCode::Certificate,
        Silence::TooLong => PauseCode::NotOurServer,
    }
}

fn code_of_status(status: u16) -> PauseCode {
    match status {
        429 | 500..=599 => PauseCode::ServerBusy,
        _ => PauseCode::ServerRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_has_a_code_beside_its_sentence() {
        let codes = [
            (WaitReason::NotEnrolled, PauseCode::NotEnrolled),
            (WaitReason::Unauthenticated, PauseCode::TokenRefused),
            (WaitReason::Forbidden, PauseCode::NotLetIn),
            (WaitReason::UpgradeRequired, PauseCode::TooOldVersion),
            (WaitReason::Silence(Silence::TimedOut), PauseCode::ServerNotReached),
            (WaitReason::Silence(Silence::Untrusted), PauseCode::Certificate),
            (WaitReason::Silence(Silence::TooLong), PauseCode::NotOurServer),
            (WaitReason::Status(429), PauseCode::ServerBusy),
            (WaitReason::Status(503), PauseCode::ServerBusy),
            (WaitReason::Status(400), PauseCode::ServerRefused),
            (WaitReason::OutboxFailed, PauseCode::QueueUnreadable),
        ];
        for (reason, code) in codes {
            assert_eq!(Pause::from(reason), Pause::new(code, reason.to_string()));
        }
    }

    #[test]
    fn who_refuses_a_key_refuses_what_it_was_asked_with() {
        let refused = refused(EnrolError::KeyRefused);
        assert_eq!(code_of_enrolment(Asked::Enrolment, &refused), PauseCode::KeyRefused);
        assert_eq!(code_of_enrolment(Asked::NamesKey, &refused), PauseCode::TokenRefused);
    }

    #[test]
    fn an_answer_without_a_word_of_our_servers_is_somebody_elses() {
        let answer = |detail| refused(EnrolError::Answered { status: 503, detail });
        let code = |detail| code_of_enrolment(Asked::Enrolment, &answer(detail));
        assert_eq!(code(None), PauseCode::NotOurServer);
        assert_eq!(code(Some("full".to_owned())), PauseCode::ServerBusy);
    }

    fn refused(cause: EnrolError) -> Error {
        Error::Enrolment { server: "https://ringside.example".to_owned(), cause }
    }
}
