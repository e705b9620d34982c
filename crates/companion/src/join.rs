//! Joins a server that somebody invited the player to.

use delivery::Silence;
use ingest_api::{HostKind, Invitation, InvitationFault};
use serde::Serialize;
use uploader::EnrolError;

use crate::{Backlog, Companion, Error, Identity, Settings, UploadChange, upload};

/// What an invitation says, as a player is shown it before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct InvitationShown {
    /// The host, as it is asked for: other letters than these stand as `xn--…`.
    pub host: String,
    /// The server's whole address.
    pub server: String,
    /// Who runs it, as the link says; nobody vouches for that.
    pub operator: Option<String>,
    /// What to look at twice.
    pub warnings: Vec<InvitationWarning>,
}

/// What a player should look at twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum InvitationWarning {
    /// The host's letters can look like other ones.
    Lookalike,
    /// The host is a number and no name.
    Address,
    /// The server is on this very PC.
    ThisPc,
    /// The server's certificate is of its operator's own making.
    OwnCertificate,
}

/// What a pasted text is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum InvitationRead {
    /// An invitation.
    Invitation(InvitationShown),
    /// None.
    Refused {
        /// Why.
        why: InvitationRefused,
    },
}

/// Why a text is no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum InvitationRefused {
    /// It does not look like one, or a part is missing.
    NotOne,
    /// A part of it could be read otherwise than it is meant.
    Misleading,
    /// It says something that this version does not know.
    Newer,
}

/// How an attempt to join ended. Where it failed nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Joining {
    /// Events are sent there from now on.
    Joined,
    /// The server does not take the key: mistyped, expired or used up.
    KeyRefused,
    /// The server knows this PC, and its token is not here.
    AlreadyEnrolled,
    /// Nobody answers there.
    Unreachable,
    /// The server cannot show that it is the one it should be.
    Untrusted,
    /// Something else answers there.
    NotRingside,
    /// The server is one of ours and says no.
    Refused {
        /// Its own words.
        detail: String,
    },
}

/// What `text` is. Sends nothing and asks nobody.
#[must_use]
pub fn read_invitation(text: &str) -> InvitationRead {
    match Invitation::read(text) {
        Ok(invitation) => InvitationRead::Invitation(shown(&invitation)),
        Err(fault) => InvitationRead::Refused { why: refused(fault) },
    }
}

fn shown(invitation: &Invitation) -> InvitationShown {
    let of_host = match invitation.host_kind() {
        HostKind::Name => None,
        HostKind::Lookalike => Some(InvitationWarning::Lookalike),
        HostKind::Address => Some(InvitationWarning::Address),
        HostKind::Loopback => Some(InvitationWarning::ThisPc),
    };
    let of_certificate = invitation.ca_sha256().map(|_| InvitationWarning::OwnCertificate);
    InvitationShown {
        host: invitation.host().to_owned(),
        server: invitation.server(),
        operator: invitation.operator().map(str::to_owned),
        warnings: of_host.into_iter().chain(of_certificate).collect(),
    }
}

fn refused(fault: InvitationFault) -> InvitationRefused {
    match fault {
        InvitationFault::NotOne | InvitationFault::TooLong | InvitationFault::Key => {
            InvitationRefused::NotOne
        }
        InvitationFault::Host
        | InvitationFault::UserInfo
        | InvitationFault::Operator
        | InvitationFault::Certificate => InvitationRefused::Misleading,
        InvitationFault::Newer => InvitationRefused::Newer,
    }
}

impl Companion {
    /// Enrols at the server that `text` invites to and sends events there from now on,
    /// and of those that wait what `backlog` says. The player agreed to that.
    ///
    /// # Errors
    /// Where `text` is no invitation, or this PC cannot keep what it is given: then
    /// nothing is sent. What the server says is no error but an answer.
    pub async fn join(&self, text: &str, backlog: Backlog) -> Result<Joining, Error> {
        let invitation =
            Invitation::read(text).map_err(|fault| Error::Server(fault.to_string()))?;
        // Who cannot write down that the player agreed asks no server for a token.
        let settings = Settings::load_or_create(self.data_dir())?;
        let root = match upload::enrol_by(self.data_dir(), &settings, &invitation).await {
            Ok(root) => root,
            Err(Error::Enrolment { cause, .. }) => return answered(cause),
            Err(error) => return Err(error),
        };
        let server = invitation.server();
        upload::keep_root(self.data_dir(), &server, root.as_deref().map(str::as_bytes))?;
        self.change_upload_after(backlog, UploadChange::Join { server }).await?;
        Ok(Joining::Joined)
    }

    /// Sends events to a server that this PC is enrolled at, and of those that wait what
    /// `backlog` says. The player agreed to that.
    ///
    /// # Errors
    /// As [`change_upload`](Self::change_upload), where this PC is not enrolled there, or
    /// where what waits cannot be deleted: then nothing is sent.
    pub async fn agree(&self, server: String, backlog: Backlog) -> Result<(), Error> {
        let address = upload::parsed(&server)?.to_string();
        let identity = Identity::look(self.data_dir());
        if identity.is_none_or(|identity| identity.token(&address).is_none()) {
            return Err(Error::Server(format!("this PC is not enrolled at {server}")));
        }
        self.change_upload_after(backlog, UploadChange::Agree { server }).await
    }
}

fn answered(cause: EnrolError) -> Result<Joining, Error> {
    Ok(match cause {
        EnrolError::KeyRefused => Joining::KeyRefused,
        EnrolError::AlreadyEnrolled => Joining::AlreadyEnrolled,
        EnrolError::Silence(Silence::Untrusted) => Joining::Untrusted,
        EnrolError::Silence(Silence::Unreachable | Silence::TimedOut | Silence::Broken) => {
            Joining::Unreachable
        }
        EnrolError::Silence(Silence::TooLong) | EnrolError::Answered { detail: None, .. } => {
            Joining::NotRingside
        }
        EnrolError::Answered { detail: Some(detail), .. } => Joining::Refused { detail },
        EnrolError::Client(error) => return Err(Error::Server(crate::error::with_cause(&error))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_sees_the_host_the_operator_and_what_to_look_at_twice() {
        let ca = "0".repeat(64);
        let text = format!("ringside://join/xn--e1awd7f.example/k#operator=Ana&ca={ca}");
        let InvitationRead::Invitation(shown) = read_invitation(&text) else {
            panic!("it is an invitation")
        };
        assert_eq!(shown.host, "xn--e1awd7f.example");
        assert_eq!(shown.server, "https://xn--e1awd7f.example");
        assert_eq!(shown.operator.as_deref(), Some("Ana"));
        let expected = [InvitationWarning::Lookalike, InvitationWarning::OwnCertificate];
        assert_eq!(shown.warnings, expected);
    }

    #[test]
    fn a_player_is_told_why_a_text_is_no_invitation() {
        for (text, why) in [
            ("hello", InvitationRefused::NotOne),
            ("ringside://join/a@b.example/k", InvitationRefused::Misleading),
            ("ringside://join/b.example/k#operator=a%E2%80%AEb", InvitationRefused::Misleading),
            ("ringside://join/b.example/k#later=1", InvitationRefused::Newer),
        ] {
            assert_eq!(read_invitation(text), InvitationRead::Refused { why }, "{text}");
        }
    }

    #[test]
    fn nothing_that_is_shown_holds_the_key() {
        let shown = read_invitation("ringside://join/a.example/rsk_secret#operator=Ana");
        assert!(!serde_json::to_string(&shown).unwrap().contains("secret"));
    }
}
