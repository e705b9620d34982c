//! Trust in the one certificate authority under which League serves.
//!
//! Riot's root is of 2013: X.509 version 1, signed with SHA-1. The leaf the
//! game shows is made under it for a name that is not `127.0.0.1`, and may be
//! signed with SHA-1 too. General verification refuses all of that, so this
//! client alone has a verifier of its own, and a narrow one: the chain must
//! lead to the pinned root's key, and the server must be 127.0.0.1 or ::1. What
//! is left out is the name, since a name says nothing on loopback, and the dates
//! (docs/decisions/0005). The handshake's own signatures are held to today's rules.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use event_model::Clock;
use ring::signature;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{
        AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName,
        SignatureVerificationAlgorithm, TrustAnchor, UnixTime, alg_id, pem::PemObject,
    },
    time_provider::TimeProvider,
};
use webpki::{EndEntityCert, KeyUsage};

use crate::Error;

/// Verifies a server on this machine against one pinned root.
#[derive(Debug)]
pub(super) struct PinnedRoot {
    anchor: TrustAnchor<'static>,
    provider: Arc<CryptoProvider>,
}

impl PinnedRoot {
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let unusable = |why: String| Error::Root(why);
        let root =
            CertificateDer::from_pem_slice(pem).map_err(|error| unusable(error.to_string()))?;
        let anchor =
            webpki::anchor_from_trusted_cert(&root).map_err(|error| unusable(error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(Self { anchor: anchor.to_owned(), provider })
    }

    /// A TLS configuration that trusts this root and reads the given clock.
    pub(super) fn client_config(self, clock: Arc<dyn Clock>) -> Result<ClientConfig, Error> {
        let provider = Arc::clone(&self.provider);
        Ok(ClientConfig::builder_with_details(provider, Arc::new(OwnClock(clock)))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Root(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(self))
            .with_no_client_auth())
    }

    fn handshake_algorithms(&self) -> &WebPkiSupportedAlgorithms {
        &self.provider.signature_verification_algorithms
    }

    fn verify_chain(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        at: UnixTime,
    ) -> Result<(), webpki::Error> {
        EndEntityCert::try_from(end_entity)?
            .verify_for_usage(
                &self.chain_algorithms(),
                std::slice::from_ref(&self.anchor),
                intermediates,
                at,
                KeyUsage::server_auth(),
                None,
                None,
            )
            .map(drop)
    }

    fn chain_algorithms(&self) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
        let mut algorithms = self.handshake_algorithms().all.to_vec();
        algorithms.push(&RsaSha1);
        algorithms
    }
}

impl ServerCertVerifier for PinnedRoot {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !is_this_machine(server_name) {
            return Err(CertificateError::NotValidForName.into());
        }
        match self.verify_chain(end_entity, intermediates, now) {
            Err(error) => match nearest_valid(&error) {
                Some(instant) => self.verify_chain(end_entity, intermediates, instant),
                None => Err(error),
            },
            Ok(()) => Ok(()),
        }
        .map_err(refusal)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, self.handshake_algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, self.handshake_algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.handshake_algorithms().supported_schemes()
    }
}

fn is_this_machine(server_name: &ServerName<'_>) -> bool {
    let ServerName::IpAddress(address) = server_name else { return false };
    let address = IpAddr::from(*address);
    address == Ipv4Addr::LOCALHOST || address == Ipv6Addr::LOCALHOST
}

/// The instant nearest to now at which a certificate is valid, where its dates
/// are all that was wrong: the game has shipped an expired one, and a PC's clock
/// may be wrong (docs/decisions/0005). The chain is then verified in full.
#[expect(clippy::wildcard_enum_match_arm, reason = "another crate's enum, open to additions")]
fn nearest_valid(error: &webpki::Error) -> Option<UnixTime> {
    match error {
        webpki::Error::CertExpired { not_after, .. } => Some(*not_after),
        webpki::Error::CertNotValidYet { not_before, .. } => Some(*not_before),
        _ => None,
    }
}

/// The refusals a person can act on by name, the rest in the library's words.
#[expect(clippy::wildcard_enum_match_arm, reason = "another crate's enum, open to additions")]
fn refusal(error: webpki::Error) -> rustls::Error {
    match error {
        webpki::Error::CertExpired { .. } => CertificateError::Expired.into(),
        webpki::Error::CertNotValidYet { .. } => CertificateError::NotValidYet.into(),
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer.into(),
        webpki::Error::InvalidSignatureForPublicKey => CertificateError::BadSignature.into(),
        other => rustls::Error::General(other.to_string()),
    }
}

/// RSA with SHA-1, for certificates under the pinned root and nothing else.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        // sha1WithRSAEncryption (1.2.840.113549.1.1.5) with NULL parameters.
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
        ])
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let algorithm = &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
        signature::UnparsedPublicKey::new(algorithm, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }
}

/// The program's clock as the TLS library wants it.
struct OwnClock(Arc<dyn Clock>);

impl fmt::Debug for OwnClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnClock")
    }
}

impl TimeProvider for OwnClock {
    fn current_time(&self) -> Option<UnixTime> {
        let unix_ms = u64::try_from(self.0.now().wall.unix_ms()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_millis(unix_ms)))
    }
}
