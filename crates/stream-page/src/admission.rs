//! Who is served: a browser that was given the address, and nobody who merely
//! reaches the port.

use axum::http::{HeaderMap, StatusCode, header};
use loopback::Hosts;

/// Why a request is not answered with what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It was made to another name: by a page that pretends to be this one.
    AnotherHost,
    /// It was made by a page of another site.
    AnotherSite,
}

impl Refusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::AnotherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::AnotherSite => StatusCode::FORBIDDEN,
        }
    }
}

/// Judges by what a browser says of itself and cannot be made to hide.
pub(crate) fn judge(headers: &HeaderMap, hosts: &Hosts) -> Result<(), Refusal> {
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if !said(header::HOST).is_some_and(|host| hosts.has(host)) {
        return Err(Refusal::AnotherHost);
    }
    // OBS opens the page itself (`none`); the page fetches from its own origin.
    match said(header::HeaderName::from_static("sec-fetch-site")) {
        None | Some("none" | "same-origin") => Ok(()),
        Some(_) => Err(Refusal::AnotherSite),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_page_and_who_opens_it_are_served() {
        assert_eq!(judged("127.0.0.1:9", None), Ok(()));
        assert_eq!(judged("localhost:9", Some("none")), Ok(()));
        assert_eq!(judged("localhost:9", Some("same-origin")), Ok(()));
    }

    #[test]
    fn another_name_or_site_is_refused() {
        assert_eq!(judged("evil.example:9", None), Err(Refusal::AnotherHost));
        assert_eq!(judged("", None), Err(Refusal::AnotherHost));
        for site in ["cross-site", "same-site", "x"] {
            assert_eq!(judged("127.0.0.1:9", Some(site)), Err(Refusal::AnotherSite), "{site}");
        }
    }

    fn judged(host: &'static str, site: Option<&'static str>) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        if let Some(site) = site {
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
        }
        judge(&headers, &Hosts::of(9))
    }
}
