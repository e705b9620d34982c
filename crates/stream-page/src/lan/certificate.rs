//! The certificate that the page is served with to other devices: made for this run
//! and this address, and signed by nobody else.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use crate::Error;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// For another device's clock that goes wrong.
const VALID_BEFORE: Duration = DAY;

/// Longer than a PC runs on: the key is gone when the switch is turned off.
const VALID_AFTER: Duration = Duration::from_secs(30 * DAY.as_secs());

/// What a browser shows as its owner.
const NAME: &str = "Ringside on this network";

/// A certificate with its key, and what to compare it by.
pub(crate) struct Certificate {
    pub(crate) acceptor: TlsAcceptor,
    /// SHA-256 of it, as browsers write it: pairs of hexadecimal digits.
    pub(crate) fingerprint: String,
}

impl Certificate {
    /// A new one for this address; `now` is the time since 1970.
    ///
    /// # Errors
    /// Where the system gives no random numbers for a key.
    pub(crate) fn make(address: Ipv4Addr, now: Duration) -> Result<Self, Error> {
        let (certificate, key) = signed(address, now).map_err(|_| Error::NoRandomness)?;
        let fingerprint = fingerprint(certificate.der());
        let acceptor = acceptor(&certificate, &key);
        Ok(Self { acceptor, fingerprint })
    }
}

/// What speaks TLS with them, and HTTP/1.1 within.
fn acceptor(certificate: &rcgen::Certificate, key: &KeyPair) -> TlsAcceptor {
    let chain = vec![certificate.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.expect("a key goes with the certificate that it has signed");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

fn signed(address: Ipv4Addr, now: Duration) -> Result<(rcgen::Certificate, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut wanted = CertificateParams::new(vec![address.to_string()])?;
    wanted.distinguished_name.push(DnType::CommonName, NAME);
    wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    wanted.not_before = epoch + now.saturating_sub(VALID_BEFORE);
    wanted.not_after = epoch + now.saturating_add(VALID_AFTER);
    let certificate = wanted.self_signed(&key)?;
    Ok((certificate, key))
}

fn fingerprint(der: &[u8]) -> String {
    let pairs = Sha256::digest(der).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_certificates_are_alike_and_each_is_named_by_its_digest() {
        let made = || Certificate::make(Ipv4Addr::LOCALHOST, Duration::from_secs(1_795_000_000));
        let (one, other) = (made().unwrap().fingerprint, made().unwrap().fingerprint);
        assert_ne!(one, other);
        assert_eq!(one.split(':').filter(|pair| pair.len() == 2).count(), 32, "{one}");
    }
}
