//! The address of an ingest server.

use std::{fmt, net::IpAddr, str::FromStr};

use hyper::Uri;
use reqwest::Url;

/// Where batches go. Plain HTTP is accepted only to this machine: a token and
/// a player's matches do not cross a network in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(Url);

/// Why a text is not the address of a server that is uploaded to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServerUrl {
    /// Not a URL, or of another scheme.
    #[error("{0:?} is not an address such as https://ingest.example.org")]
    NotHttp(String),
    /// `http://` to another machine.
    #[error(
        "{0:?} would send the token and the events in the clear: \
         use https://, or http:// to this machine only (127.0.0.1, [::1], localhost)"
    )]
    InTheClear(String),
    /// A name or password in the address.
    #[error("the address must not contain a user name or password, a query or a fragment")]
    Decorated,
}

/// How the server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// With TLS.
    Https,
    /// Without, within this machine.
    LoopbackHttp,
}

impl ServerUrl {
    pub(crate) fn scheme(&self) -> Scheme {
        if self.0.scheme() == "https" { Scheme::Https } else { Scheme::LoopbackHttp }
    }

    /// Where a connection goes to.
    pub(crate) fn uri(&self) -> Uri {
        self.0.as_str().parse().expect("a server's address is a URI too")
    }

    /// The `Host` of a request: the port only where it is not the scheme's.
    pub(crate) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The address of `path` (with its slash) below this server's.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let base = self.0.path().trim_end_matches('/');
        url.set_path(&format!("{base}{path}"));
        url
    }
}

impl FromStr for ServerUrl {
    type Err = InvalidServerUrl;

    fn from_str(text: &str) -> Result<Self, InvalidServerUrl> {
        let not_http = || InvalidServerUrl::NotHttp(text.to_owned());
        let url = Url::parse(text).map_err(|_| not_http())?;
        let host = url.host_str().ok_or_else(not_http)?;
        // What a connection is opened by.
        url.as_str().parse::<Uri>().map_err(|_| not_http())?;
        let decorated = !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some();
        match url.scheme() {
            _ if decorated => Err(InvalidServerUrl::Decorated),
            "https" => Ok(Self(url)),
            "http" if is_loopback(host) => Ok(Self(url)),
            "http" => Err(InvalidServerUrl::InTheClear(text.to_owned())),
            _ => Err(not_http()),
        }
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for here in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"] {
            assert!(here.parse::<ServerUrl>().is_ok(), "{here}");
        }
        for there in [
            "http://ingest.example.org",
            "http://192.168.0.2:8080",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://0.0.0.0:8080",
        ] {
            assert_eq!(
                there.parse::<ServerUrl>(),
                Err(InvalidServerUrl::InTheClear(there.to_owned())),
                "{there}"
            );
        }
    }

    #[test]
    fn other_schemes_and_decorations_are_refused() {
        for text in ["", "ingest.example.org", "ftp://example.org", "file:///etc"] {
            assert_eq!(
                text.parse::<ServerUrl>(),
                Err(InvalidServerUrl::NotHttp(text.to_owned())),
                "{text}"
            );
        }
        for text in ["https://me:secret@example.org", "https://example.org/?a=b", "https://a.b/#c"]
        {
            assert_eq!(text.parse::<ServerUrl>(), Err(InvalidServerUrl::Decorated), "{text}");
        }
    }

    #[test]
    fn a_path_before_the_contract_s_own_is_kept() {
        let server: ServerUrl = "https://example.org/ringside/".parse().unwrap();
        assert_eq!(server.at("/v1/events").as_str(), "https://example.org/ringside/v1/events");
        assert_eq!(server.to_string(), "https://example.org/ringside");
    }
}
