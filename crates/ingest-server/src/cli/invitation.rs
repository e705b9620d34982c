//! The link of a new enrolment key, for players.

use std::path::{Path, PathBuf};

use clap::Args;
use ingest_api::Invitation;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use sha2::{Digest, Sha256};

use super::Failure;

/// What an invitation says beside the key.
#[derive(Debug, Args)]
pub(super) struct InvitationArguments {
    /// Print the key as an invitation to this server: a link that players paste or
    /// click. The address is the one that they reach it at.
    #[arg(long, value_name = "https://HOST")]
    invite: Option<String>,
    /// Who runs the server, as players are to read it.
    #[arg(long, value_name = "TEXT", requires = "invite")]
    operator: Option<String>,
    /// The certificate authority that the server's certificate comes from, where
    /// players' systems do not know it: a PEM file with that certificate alone,
    /// which must also stand at the end of `serve --tls-cert`.
    #[arg(long, value_name = "FILE", requires = "invite")]
    ca: Option<PathBuf>,
}

impl InvitationArguments {
    /// The link with this key, where one is asked for.
    pub(super) fn link(&self, key: &str) -> Result<Option<String>, Failure> {
        let Some(server) = &self.invite else { return Ok(None) };
        let ca = self.ca.as_deref().map(sum_of).transpose()?;
        let invitation = Invitation::to(server, key, self.operator.as_deref(), ca);
        let invitation = invitation.map_err(|fault| {
            Failure::Usage(format!(
                "cannot invite to {server:?}: {fault}; it takes an address such as \
                 https://ringside.example or https://ringside.example:8740, without a path, and \
                 http:// for this machine alone"
            ))
        })?;
        Ok(Some(invitation.link()))
    }
}

fn sum_of(path: &Path) -> Result<[u8; 32], Failure> {
    let unusable = || {
        Failure::BadInput(anyhow::anyhow!(
            "could not read the certificate {}: --ca takes a PEM file with one certificate",
            path.display()
        ))
    };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|_| unusable())?;
    let certificates: Result<Vec<_>, _> = certificates.collect();
    match certificates.map_err(|_| unusable())?.as_slice() {
        [certificate] => Ok(Sha256::digest(certificate).into()),
        [] | [_, ..] => Err(unusable()),
    }
}
