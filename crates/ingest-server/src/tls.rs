//! The server's own certificate and key, read from their files.

use std::{path::PathBuf, sync::Arc};

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use tokio_rustls::TlsAcceptor;

use crate::Tls;

/// Which of the two files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The certificate cannot be read.
    #[error(
        "could not read the TLS certificate {}: --tls-cert takes a PEM file with the certificate \
         and its chain", .0.display()
    )]
    Certificate(PathBuf, #[source] pem::Error),
    /// The key cannot be read.
    #[error(
        "could not read the TLS key {}: --tls-key takes a PEM file with the certificate's private \
         key, without a password", .0.display()
    )]
    Key(PathBuf, #[source] pem::Error),
    /// Both were read, and do not go together.
    #[error(
        "could not use the TLS certificate {} with the key {}: --tls-key takes the private key that \
         belongs to the certificate", .0.cert.display(), .0.key.display()
    )]
    Pair(Tls, #[source] rustls::Error),
}

/// What speaks TLS with them.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let chain = chain(tls).map_err(|cause| TlsError::Certificate(tls.cert.clone(), cause))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|cause| TlsError::Key(tls.key.clone(), cause))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|cause| TlsError::Pair(tls.clone(), cause))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// At least one: to a file without any nothing belongs.
fn chain(tls: &Tls) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
    let chain = CertificateDer::pem_file_iter(&tls.cert)?.collect::<Result<Vec<_>, _>>()?;
    if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) }
}
