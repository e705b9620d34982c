//! Which server is trusted, how long it may take, and the HTTP client of an
//! enrolment.

use std::{io, sync::Arc, time::Duration};

use delivery::Silence;
use reqwest::{Certificate, Client, ClientBuilder, Response, redirect};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::{Answer, Error, ServerUrl, server_url::Scheme};

/// A TCP and TLS handshake takes five round trips; a second each is generous.
pub(crate) const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A full batch (1 MiB) over 1 Mbit/s takes eight seconds, and the server's
/// commit one.
pub(crate) const REQUEST_MAX: Duration = Duration::from_secs(30);
/// A thousand receipts with long words take 0.6 MiB: more is not an answer of
/// ours.
pub(crate) const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How we call ourselves.
pub(crate) const USER_AGENT_OURS: &str = concat!("ringside/", env!("CARGO_PKG_VERSION"));

/// Root certificates trusted in the system's stead, for a server with a
/// certificate of its operator's own making: nobody else's will do for it.
#[derive(Debug, Clone, Default)]
pub struct ExtraRoots {
    roots: Vec<Certificate>,
    /// The same for the link of the batches.
    ders: Vec<CertificateDer<'static>>,
}

impl ExtraRoots {
    /// The certificates in a PEM file.
    ///
    /// # Errors
    /// Where it holds none, or something else.
    pub fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let roots =
            Certificate::from_pem_bundle(pem).map_err(|cause| Error::ExtraRoots(Some(cause)))?;
        let ders: Vec<_> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
        if roots.is_empty() || ders.is_empty() {
            return Err(Error::ExtraRoots(None));
        }
        Ok(Self { roots, ders })
    }

    /// What is trusted of `server`.
    pub(crate) fn tls_config(&self, server: &ServerUrl) -> Result<ClientConfig, Error> {
        let provider = provider();
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Error::Trust)?;
        match server.scheme() {
            Scheme::Https if self.ders.is_empty() => {
                let system = builder.with_platform_verifier().map_err(Error::Trust)?;
                Ok(system.with_no_client_auth())
            }
            // The system's roots are not read where no TLS is spoken: there are
            // none then.
            Scheme::Https | Scheme::LoopbackHttp => {
                let mut store = RootCertStore::empty();
                store.add_parsable_certificates(self.ders.iter().cloned());
                Ok(builder.with_root_certificates(store).with_no_client_auth())
            }
        }
    }
}

/// A client for `server` and nobody else.
pub(crate) fn client(server: &ServerUrl, extra_roots: &ExtraRoots) -> Result<Client, Error> {
    // Whoever was first installed one: only that there is one matters.
    drop(provider().as_ref().clone().install_default());
    let builder = Client::builder()
        .user_agent(USER_AGENT_OURS)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_MAX)
        .timeout(REQUEST_MAX);
    trusting(builder, server, extra_roots).build().map_err(Error::Tls)
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn trusting(builder: ClientBuilder, server: &ServerUrl, extra: &ExtraRoots) -> ClientBuilder {
    match server.scheme() {
        Scheme::Https if extra.roots.is_empty() => builder,
        Scheme::Https => builder.tls_certs_only(extra.roots.clone()),
        // The system's roots are not read where no TLS is spoken.
        Scheme::LoopbackHttp => builder.tls_certs_only([]),
    }
}

/// Reads an answer to its end, within bounds.
pub(crate) async fn read(answer: Result<Response, reqwest::Error>) -> Answer {
    match read_whole(answer).await {
        Ok(answer) => answer,
        Err(error) => Answer::Silence(silence(&error)),
    }
}

async fn read_whole(answer: Result<Response, reqwest::Error>) -> Result<Answer, reqwest::Error> {
    let mut response = answer?;
    let header = |name| {
        let value = response.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let (retry_after, date) = (header(reqwest::header::RETRY_AFTER), header(reqwest::header::DATE));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Ok(Answer::Silence(Silence::TooLong));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer::Whole { status: response.status().as_u16(), retry_after, date, body })
}

fn silence(error: &reqwest::Error) -> Silence {
    if error.is_timeout() {
        Silence::TimedOut
    } else if is_distrust(error) {
        Silence::Untrusted
    } else if error.is_connect() {
        Silence::Unreachable
    } else {
        Silence::Broken
    }
}

/// Whether the other end could not show that it is the server.
pub(crate) fn is_distrust(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_));
    }
    // An I/O error does not name what it wraps as its source.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => is_distrust(wrapped),
        None => error.source().is_some_and(is_distrust),
    }
}
