//! The host of an invitation: what a player sees is where events would go.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::InvitationFault;

/// RFC 1035: longest name, and longest part of one.
const NAME_CHARS_MAX: usize = 253;
const LABEL_CHARS_MAX: usize = 63;

/// What sort of host an invitation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// A name.
    Name,
    /// A name of letters that can look like other ones, in its `xn--` spelling.
    Lookalike,
    /// A number instead of a name: nobody vouches for who has it.
    Address,
    /// This very machine.
    Loopback,
}

/// The host with its port, in small letters.
pub(super) fn checked(text: &str) -> Result<(String, HostKind), InvitationFault> {
    if text.contains('@') {
        return Err(InvitationFault::UserInfo);
    }
    let text = text.to_ascii_lowercase();
    let (host, port) = split(&text).ok_or(InvitationFault::Host)?;
    let is_port = |port: &str| {
        port.parse::<u16>().is_ok_and(|number| number != 0 && number.to_string() == port)
    };
    if !port.is_none_or(is_port) {
        return Err(InvitationFault::Host);
    }
    let kind = kind(host).ok_or(InvitationFault::Host)?;
    Ok((text, kind))
}

fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let after_host = match text.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(after_host);
    if port.is_empty() {
        return Some((host, None));
    }
    Some((host, Some(port.strip_prefix(':')?)))
}

fn kind(host: &str) -> Option<HostKind> {
    if let Some(bracketed) = host.strip_prefix('[') {
        let address: Ipv6Addr = bracketed.strip_suffix(']')?.parse().ok()?;
        return Some(of_address(address.is_loopback()));
    }
    if is_numbered(host) {
        let address: Ipv4Addr = host.parse().ok()?;
        return Some(of_address(address.is_loopback()));
    }
    let is_name = host.len() <= NAME_CHARS_MAX && host.split('.').all(is_label);
    let has_other_letters = host.split('.').any(|label| label.starts_with("xn--"));
    match (is_name, host) {
        (false, _) => None,
        (true, "localhost") => Some(HostKind::Loopback),
        (true, _) if has_other_letters => Some(HostKind::Lookalike),
        (true, _) => Some(HostKind::Name),
    }
}

fn of_address(is_loopback: bool) -> HostKind {
    if is_loopback { HostKind::Loopback } else { HostKind::Address }
}

/// Whether an address is read out of it: `0x7f.1` and `2130706433` are numbers too,
/// and then only the plain spelling passes.
fn is_numbered(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_hexadecimal || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_label(label: &str) -> bool {
    let fits = (1..=LABEL_CHARS_MAX).contains(&label.len());
    let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits && plain && !label.starts_with('-') && !label.ends_with('-')
}
