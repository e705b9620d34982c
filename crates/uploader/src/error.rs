//! What can go wrong before the first request.

/// Why the client side of HTTP could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The extra root certificates are not PEM, or there is none.
    #[error("there is no certificate in PEM form among the extra roots")]
    ExtraRoots(#[source] Option<reqwest::Error>),
    /// TLS could not be set up; on Linux mostly because no CA certificates are
    /// installed.
    #[error("could not set up TLS")]
    Tls(#[source] reqwest::Error),
    /// The same, where batches go.
    #[error("could not set up TLS")]
    Trust(#[source] rustls::Error),
}
