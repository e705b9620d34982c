//! A certificate as the game shows one: under a root of its own, for a name
//! that is not 127.0.0.1.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Makes a root and a leaf, writes the root where a client is told to find it.
pub(super) fn server_config(root_file: &Path) -> Result<Arc<ServerConfig>> {
    let root_key = KeyPair::generate()?;
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name.push(DnType::CommonName, "Look-alike Game Engineering Authority");
    let root_pem = root.self_signed(&root_key)?.pem();
    std::fs::write(root_file, root_pem)
        .with_context(|| format!("cannot write {}", root_file.display()))?;

    let leaf_key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(vec!["rclient.example".to_owned()])?;
    leaf.distinguished_name.push(DnType::CommonName, "rclient");
    let leaf = leaf.signed_by(&leaf_key, &Issuer::new(root, root_key))?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)?;
    Ok(Arc::new(config))
}
