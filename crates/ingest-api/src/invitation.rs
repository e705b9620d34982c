//! The link by which an operator asks a player to send events to their server.
//!
//! `ringside://join/<host[:port]>/<enrolment key>#operator=<text>&ca=<sha256>`.
//! The server's command line writes it, a player's Ringside reads it. Whoever made
//! a link may be a stranger who means ill: everything in it is bounded, and what
//! could be read otherwise than it is meant is refused. The host is always written
//! as it goes over the wire: a name of other letters than these shows as `xn--…`.

mod host;
#[cfg(test)]
mod laws;
mod operator;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub use host::HostKind;

/// Longest link: the longest key and operator in the longest spelling, and a host.
const LINK_BYTES_MAX: usize = 4 * 1024;
/// Longest enrolment key that a server takes.
const KEY_CHARS_MAX: usize = 512;
/// SHA-256 in hexadecimal.
const CA_CHARS: usize = 64;

const BEGINNING: &str = "ringside://join/";

/// What stands for itself in a link: RFC 3986's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A server that somebody asks a player to send to.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    host: String,
    kind: HostKind,
    key: String,
    operator: Option<String>,
    ca_sha256: Option<[u8; 32]>,
}

/// Why a text is no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvitationFault {
    /// It does not begin as one, or a part of it is missing.
    #[error("an invitation reads ringside://join/<host>/<key>")]
    NotOne,
    /// Longer than any invitation is.
    #[error("it is longer than any invitation")]
    TooLong,
    /// The host is no plain host name or address.
    #[error("its host is no plain host name or address")]
    Host,
    /// A user name or password stands before the host: a way to show another one.
    #[error("something stands before its host that could be taken for it")]
    UserInfo,
    /// The key has characters that no key has.
    #[error("its key has characters that no enrolment key has")]
    Key,
    /// The operator's name is too long or holds characters that cannot be seen.
    #[error("its operator's name is too long, or has characters that cannot be seen")]
    Operator,
    /// What should name a certificate does not.
    #[error("what should name its certificate is no SHA-256 in hexadecimal")]
    Certificate,
    /// It says something that this version does not know.
    #[error("it says something that this version of Ringside does not know")]
    Newer,
}

impl Invitation {
    /// An invitation to the server at `server`, such as `https://ringside.example`.
    ///
    /// # Errors
    /// Where the address is none that an invitation can name, or the key or the
    /// operator's name is none.
    pub fn to(
        server: &str,
        key: &str,
        operator: Option<&str>,
        ca_sha256: Option<[u8; 32]>,
    ) -> Result<Self, InvitationFault> {
        let (scheme, host) = server.split_once("://").ok_or(InvitationFault::Host)?;
        let host = host.strip_suffix('/').unwrap_or(host);
        let (host, kind) = host::checked(host)?;
        let invitation = Self {
            host,
            kind,
            key: checked_key(key)?,
            operator: operator.map(operator::checked).transpose()?,
            ca_sha256,
        };
        let scheme = format!("{}://", scheme.to_ascii_lowercase());
        if !invitation.server().starts_with(&scheme) {
            return Err(InvitationFault::Host);
        }
        Ok(invitation)
    }

    /// The invitation that `text` is, with nothing but white space around it.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(text: &str) -> Result<Self, InvitationFault> {
        let text = text.trim();
        if text.len() > LINK_BYTES_MAX {
            return Err(InvitationFault::TooLong);
        }
        let rest = after_beginning(text).ok_or(InvitationFault::NotOne)?;
        let (place, said) = rest.split_once('#').unwrap_or((rest, ""));
        let (host, key) = place.split_once('/').ok_or(InvitationFault::NotOne)?;
        let (host, kind) = host::checked(host)?;
        if key.is_empty() || key.contains(['/', '?']) {
            return Err(InvitationFault::NotOne);
        }
        let key = checked_key(&decoded(key).ok_or(InvitationFault::Key)?)?;
        let mut invitation = Self { host, kind, key, operator: None, ca_sha256: None };
        for part in said.split('&').filter(|part| !part.is_empty()) {
            invitation.take(part)?;
        }
        Ok(invitation)
    }

    fn take(&mut self, part: &str) -> Result<(), InvitationFault> {
        let (name, value) = part.split_once('=').ok_or(InvitationFault::Newer)?;
        match name {
            "operator" if self.operator.is_none() => {
                let said = decoded(value).ok_or(InvitationFault::Operator)?;
                self.operator = Some(operator::checked(&said)?);
            }
            "ca" if self.ca_sha256.is_none() => {
                self.ca_sha256 = Some(sha256(value).ok_or(InvitationFault::Certificate)?);
            }
            // Said twice, one of the two would not be shown.
            "operator" => return Err(InvitationFault::Operator),
            "ca" => return Err(InvitationFault::Certificate),
            _ => return Err(InvitationFault::Newer),
        }
        Ok(())
    }

    /// The server's address. Without TLS only where it is this very machine and the
    /// link names no certificate.
    #[must_use]
    pub fn server(&self) -> String {
        let is_plain = self.kind == HostKind::Loopback && self.ca_sha256.is_none();
        format!("{}://{}", if is_plain { "http" } else { "https" }, self.host)
    }

    /// The host, with its port where one is named: in ASCII, as it is asked for.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What sort of host that is.
    #[must_use]
    pub fn host_kind(&self) -> HostKind {
        self.kind
    }

    /// The enrolment key: a secret of whoever was given the link.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Who runs the server, as the link says. Nobody vouches for it.
    #[must_use]
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    /// The certificate that the server's own must come from, as SHA-256 of its DER.
    #[must_use]
    pub fn ca_sha256(&self) -> Option<[u8; 32]> {
        self.ca_sha256
    }

    /// The invitation as a link, with its key.
    #[must_use]
    pub fn link(&self) -> String {
        let mut link = format!("{BEGINNING}{}/{}", self.host, escaped(&self.key));
        let mut sign = '#';
        if let Some(operator) = &self.operator {
            link.push_str("#operator=");
            link.push_str(&escaped(operator));
            sign = '&';
        }
        if let Some(ca) = self.ca_sha256 {
            link.push(sign);
            link.push_str("ca=");
            for byte in ca {
                write!(link, "{byte:02x}").expect("a text takes what is written into it");
            }
        }
        link
    }
}

impl std::fmt::Debug for Invitation {
    /// Without the key: a log is read by others.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation")
            .field("host", &self.host)
            .field("operator", &self.operator)
            .finish_non_exhaustive()
    }
}

fn after_beginning(text: &str) -> Option<&str> {
    let beginning = text.get(..BEGINNING.len())?;
    beginning.eq_ignore_ascii_case(BEGINNING).then(|| &text[BEGINNING.len()..])
}

fn checked_key(key: &str) -> Result<String, InvitationFault> {
    let fits = (1..=KEY_CHARS_MAX).contains(&key.len());
    if fits && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(key.to_owned())
    } else {
        Err(InvitationFault::Key)
    }
}

fn sha256(text: &str) -> Option<[u8; 32]> {
    if text.len() != CA_CHARS || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, at) in digest.iter_mut().zip((0..CA_CHARS).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(digest)
}

/// What percent signs stand for; nothing where a sign stands for no byte.
fn decoded(text: &str) -> Option<String> {
    let mut after = text.split('%').skip(1);
    let is_whole = after
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()));
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    is_whole.then(|| decoded.into_owned())
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}
