//! What a browser is told with everything that is served.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// In what the listeners differ.
pub(crate) struct Listener {
    /// The content policy's word on where forms may go.
    forms: &'static str,
    /// To whom a browser says where it comes from.
    referrer: &'static str,
}

/// The address has the token in it, and nothing asks.
pub(crate) const LOOPBACK: Listener =
    Listener { forms: "form-action 'none'", referrer: "no-referrer" };

/// A form says where it stands: with `no-referrer` a browser would not let it.
pub(crate) const LAN: Listener = Listener { forms: "form-action 'self'", referrer: "same-origin" };

/// The answer with what a browser may do with it.
pub(crate) fn with_headers(mut response: Response, of: &Listener) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = HeaderValue::try_from(format!("{POLICY}; {}", of.forms));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.expect("the policy is made of words that a header may have"),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(of.referrer));
    response
}
