//! A certificate as the game shows one: under a root of its own, for a name
//! that is not 127.0.0.1.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// The root that signs the certificate of each client.
pub struct Authority(Issuer<'static, KeyPair>);

impl Authority {
    /// Makes a root, and writes it where a client is told to find it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn new(root_file: &Path) -> Result<Self> {
        let (authority, root_pem) = Self::unwritten()?;
        std::fs::write(root_file, root_pem)
            .with_context(|| format!("cannot write {}", root_file.display()))?;
        Ok(authority)
    }

    /// A root that no client was told of: what it signs is accepted by nobody.
    pub(crate) fn unknown() -> Result<Self> {
        Self::unwritten().map(|(authority, _)| authority)
    }

    fn unwritten() -> Result<(Self, String)> {
        let key = KeyPair::generate()?;
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.distinguished_name.push(DnType::CommonName, "Look-alike Game Engineering Authority");
        let root_pem = root.self_signed(&key)?.pem();
        Ok((Self(Issuer::new(root, key)), root_pem))
    }

    /// What one game process serves with.
    pub(crate) fn server_config(&self) -> Result<Arc<ServerConfig>> {
        let leaf_key = KeyPair::generate()?;
        let mut leaf = CertificateParams::new(vec!["rclient.example".to_owned()])?;
        leaf.distinguished_name.push(DnType::CommonName, "rclient");
        let leaf = leaf.signed_by(&leaf_key, &self.0)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)?;
        Ok(Arc::new(config))
    }
}
