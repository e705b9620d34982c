//! Fetches a certificate authority of an operator's own that is known by its sum.
//!
//! An invitation has room for a sum and none for a certificate. The server shows the
//! certificates in its handshake; the one with that sum is then what it must come
//! from. Nothing but the handshake is sent.

use std::sync::{Arc, OnceLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use delivery::Silence;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};
use tower_service::Service;

use crate::{
    EnrolError, Error, ExtraRoots, ServerUrl,
    client::{CONNECT_MAX, is_distrust, provider},
};

/// How many characters a line of PEM has (RFC 7468).
const PEM_LINE_CHARS: usize = 64;

/// A certificate authority that a server's certificate comes from.
#[derive(Debug, Clone)]
pub struct NamedRoot {
    /// To be kept: the next run trusts it by this.
    pub pem: String,
    /// To be trusted in the system's stead.
    pub roots: ExtraRoots,
}

/// The certificate with this SHA-256 that `server` shows, and that its own comes from.
///
/// # Errors
/// [`Silence::Untrusted`] where it shows none such, or its own does not come from it;
/// else where it does not answer.
pub async fn named_root(server: &ServerUrl, sha256: [u8; 32]) -> Result<NamedRoot, EnrolError> {
    let named = Arc::new(ByItsSum { sha256, provider: provider(), found: OnceLock::new() });
    shake_hands(server, Arc::clone(&named)).await?;
    let pem = pem(named.found.get().ok_or(EnrolError::Silence(Silence::Untrusted))?);
    let roots = ExtraRoots::from_pem(pem.as_bytes())?;
    Ok(NamedRoot { pem, roots })
}

async fn shake_hands(server: &ServerUrl, named: Arc<ByItsSum>) -> Result<(), EnrolError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(Error::Trust)?
        .dangerous()
        .with_custom_certificate_verifier(named)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    let mut connector = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_only()
        .enable_http1()
        .wrap_connector(tcp);
    let shaken = tokio::time::timeout(CONNECT_MAX, connector.call(server.uri())).await;
    let shaken = shaken.map_err(|_| EnrolError::Silence(Silence::TimedOut))?;
    shaken.map(drop).map_err(|error| {
        let untrusted = is_distrust(&*error);
        EnrolError::Silence(if untrusted { Silence::Untrusted } else { Silence::Unreachable })
    })
}

/// Trusts what comes from the one certificate with this sum, in all else like any
/// client: names, dates and signatures are looked at.
#[derive(Debug)]
struct ByItsSum {
    sha256: [u8; 32],
    provider: Arc<CryptoProvider>,
    found: OnceLock<CertificateDer<'static>>,
}

impl ServerCertVerifier for ByItsSum {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = std::iter::once(end_entity).chain(intermediates);
        let named = shown
            .into_iter()
            .find(|shown| *Sha256::digest(shown.as_ref()) == self.sha256)
            .ok_or(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer))?
            .clone()
            .into_owned();
        let mut roots = RootCertStore::empty();
        roots.add(named.clone())?;
        let provider = Arc::clone(&self.provider);
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        let verified =
            usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        // One handshake shows one chain: a second time it is the same certificate.
        drop(self.found.set(named));
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let text = STANDARD.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(PEM_LINE_CHARS) {
        pem.push_str(str::from_utf8(line).expect("base64 is ASCII"));
        pem.push('\n');
    }
    pem + "-----END CERTIFICATE-----\n"
}
