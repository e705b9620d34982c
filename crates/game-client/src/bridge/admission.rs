//! Who may speak to the bridge: Overwolf's page, a program of this machine that has the
//! token, and no page of anybody else's.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use loopback::Hosts;

use super::BRIDGE_PROTOCOL;
use crate::GsiToken;

/// Where a page inside Overwolf comes from, before its own id.
const OVERWOLF: &str = "overwolf-extension://";

/// What a browser says of who makes a request.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How a page hands over the token of a socket, which can carry no header of its own.
const TOKEN_PROTOCOL: &str = "ringside.token.";

/// What is asked of a request.
pub(super) struct Admission {
    hosts: Hosts,
    token: GsiToken,
}

/// The answer, named for the counter it goes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Admitted,
    /// Another page's, or for another host.
    Foreign,
    /// Without our token.
    Unauthorised,
}

impl Admission {
    pub(super) fn new(port: u16, token: GsiToken) -> Self {
        Self { hosts: Hosts::of(port), token }
    }

    /// Judges a request by its headers.
    pub(super) fn judge(&self, headers: &HeaderMap) -> Verdict {
        if !self.is_of_this_machine(headers) {
            return Verdict::Foreign;
        }
        match token(headers) {
            Some(token) if self.token.matches(token) => Verdict::Admitted,
            Some(_) | None => Verdict::Unauthorised,
        }
    }

    /// The page that may read an answer; nothing where the request is no page's, or
    /// another's.
    pub(super) fn page<'h>(&self, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.is_of_this_machine(headers).then_some(origin)
    }

    fn is_of_this_machine(&self, headers: &HeaderMap) -> bool {
        let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let is_here = text(&header::HOST).is_some_and(|host| self.hosts.has(host));
        let is_ours = match text(&header::ORIGIN) {
            Some(origin) => is_overwolfs(origin),
            // A program's; a browser says so of every page but the one typed in.
            None => text(&FETCH_SITE).is_none(),
        };
        is_here && is_ours
    }
}

/// `overwolf-extension://` and an id of letters and digits.
fn is_overwolfs(origin: &str) -> bool {
    let id = origin.strip_prefix(OVERWOLF).map(|id| id.strip_suffix('/').unwrap_or(id));
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(bearer) = bearer {
        return bearer.strip_prefix("Bearer ");
    }
    protocols(headers).find_map(|protocol| protocol.strip_prefix(TOKEN_PROTOCOL))
}

/// Whether a socket is asked for that speaks as ours does.
pub(super) fn speaks(headers: &HeaderMap) -> bool {
    protocols(headers).any(|protocol| protocol == BRIDGE_PROTOCOL)
}

fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',').map(str::trim))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "abcdefghijklmnop";
    const PAGE: &str = "overwolf-extension://lpmkjihgfedcbaponmlkjihgfedcba";

    fn judged(headers: &[(&'static str, &str)]) -> Verdict {
        let admission = Admission::new(28_734, GsiToken::new(TOKEN).unwrap());
        let map = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        admission.judge(&map.collect())
    }

    const HERE: (&str, &str) = ("host", "127.0.0.1:28734");
    const TOLD: (&str, &str) = ("authorization", "Bearer abcdefghijklmnop");

    #[test]
    fn overwolfs_page_and_a_program_are_admitted_with_the_token() {
        assert_eq!(judged(&[HERE, TOLD]), Verdict::Admitted);
        assert_eq!(judged(&[HERE, TOLD, ("origin", PAGE)]), Verdict::Admitted);
        let page = [HERE, TOLD, ("origin", PAGE), ("sec-fetch-site", "cross-site")];
        assert_eq!(judged(&page), Verdict::Admitted);
        let socket = ("sec-websocket-protocol", "ringside.gep.v1, ringside.token.abcdefghijklmnop");
        assert_eq!(judged(&[HERE, socket, ("origin", PAGE)]), Verdict::Admitted);
    }

    #[test]
    fn another_page_is_foreign_whatever_it_knows() {
        for origin in [
            "https://evil.example",
            "http://127.0.0.1:28734",
            "http://localhost:28734",
            "null",
            "file://",
            "",
            "overwolf-extension://",
            "overwolf-extension://a.b/c",
            "https://overwolf-extension://a",
        ] {
            assert_eq!(judged(&[HERE, TOLD, ("origin", origin)]), Verdict::Foreign, "{origin}");
        }
        for site in ["cross-site", "same-site", "same-origin", "none"] {
            assert_eq!(judged(&[HERE, TOLD, ("sec-fetch-site", site)]), Verdict::Foreign, "{site}");
        }
        assert_eq!(judged(&[("host", "evil.example:28734"), TOLD]), Verdict::Foreign);
        assert_eq!(judged(&[TOLD]), Verdict::Foreign);
    }

    #[test]
    fn without_the_token_nobody_is_admitted() {
        for told in ["Bearer abcdefghijklmnoq", "abcdefghijklmnop", "Bearer ", ""] {
            let verdict = judged(&[HERE, ("authorization", told), ("origin", PAGE)]);
            assert_eq!(verdict, Verdict::Unauthorised, "{told}");
        }
        assert_eq!(judged(&[HERE, ("origin", PAGE)]), Verdict::Unauthorised);
    }
}
