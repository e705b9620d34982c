//! Who is answered at all: a browser that was sent to this address, on its own behalf.

use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};

/// Why a request is not answered with what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It was made to another name: by a page that pretends to be this one.
    Misdirected,
    /// It was made by a page of another site.
    ForeignSite,
    /// It would change something that nobody changes.
    ReadOnly,
}

impl Refusal {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::ForeignSite => StatusCode::FORBIDDEN,
            Self::ReadOnly => StatusCode::METHOD_NOT_ALLOWED,
        }
    }
}

/// Judges by what a browser says of itself and cannot be made to hide. `host` is the
/// address that is shown, with its port.
pub(super) fn judge(method: &Method, headers: &HeaderMap, host: &str) -> Result<(), Refusal> {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if said(header::HOST) != Some(host) {
        return Err(Refusal::Misdirected);
    }
    let own = match said(HeaderName::from_static("sec-fetch-site")) {
        None | Some("none" | "same-origin") => true,
        // Who follows a link that they sent to themselves: they see what a stranger
        // sees, in a window of its own.
        Some(_) => {
            said(HeaderName::from_static("sec-fetch-mode")) == Some("navigate")
                && said(HeaderName::from_static("sec-fetch-dest")) == Some("document")
                && matches!(*method, Method::GET | Method::HEAD)
        }
    };
    let origin = said(header::ORIGIN).map(|origin| origin.strip_prefix("https://") == Some(host));
    match *method {
        Method::GET | Method::HEAD if own && origin != Some(false) => Ok(()),
        // A form's browser says where it stands.
        Method::POST if own && origin == Some(true) => Ok(()),
        Method::GET | Method::HEAD | Method::POST => Err(Refusal::ForeignSite),
        _ => Err(Refusal::ReadOnly),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const HOST: &str = "192.168.0.5:28732";
    const OWN: (&str, &str) = ("origin", "https://192.168.0.5:28732");

    #[test]
    fn who_opens_the_address_and_the_page_itself_are_answered() {
        assert_eq!(judged(&Method::GET, &[]), Ok(()));
        assert_eq!(judged(&Method::GET, &[("sec-fetch-site", "none")]), Ok(()));
        assert_eq!(judged(&Method::POST, &[("sec-fetch-site", "same-origin"), OWN]), Ok(()));
    }

    #[test]
    fn a_link_may_lead_there_and_no_other_page_may_ask() {
        let document = ("sec-fetch-dest", "document");
        let link = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), document];
        assert_eq!(judged(&Method::GET, &link), Ok(()));
        assert_eq!(judged(&Method::POST, &link), Err(Refusal::ForeignSite));
        let frame = [link[0], link[1], ("sec-fetch-dest", "iframe")];
        assert_eq!(judged(&Method::GET, &frame), Err(Refusal::ForeignSite));
        let fetched = [link[0], ("sec-fetch-mode", "cors"), document];
        assert_eq!(judged(&Method::GET, &fetched), Err(Refusal::ForeignSite));
    }

    #[test]
    fn a_form_says_where_it_stands_and_that_is_here() {
        for origin in ["https://evil.example", "http://192.168.0.5:28732", "null"] {
            assert_eq!(judged(&Method::POST, &[("origin", origin)]), Err(Refusal::ForeignSite));
        }
        assert_eq!(judged(&Method::POST, &[]), Err(Refusal::ForeignSite));
        assert_eq!(judged(&Method::PUT, &[OWN]), Err(Refusal::ReadOnly));
    }

    #[test]
    fn no_other_name_is_answered_to() {
        for host in ["evil.example:28732", "192.168.0.5", "localhost:28732", ""] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(judge(&Method::GET, &headers, HOST), Err(Refusal::Misdirected), "{host}");
        }
    }

    fn judged(method: &Method, said: &[(&'static str, &'static str)]) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(HOST));
        for (name, value) in said {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        judge(method, &headers, HOST)
    }
}
