//! Which certificates are trusted.

use std::net::{SocketAddr, TcpListener};

use axum_server::tls_rustls::RustlsConfig;
use delivery::{Silence, WaitReason};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use sha2::Digest;
use uploader::{ExtraRoots, UploadState, Uploader};

use crate::{
    support::{Device, Running},
    wire::Server,
};

/// A server with a certificate of its own making; its address and that, in PEM.
pub(crate) async fn start(server: &Server) -> (String, String) {
    drop(rustls::crypto::ring::default_provider().install_default());
    start_with(server, certificate("localhost", 4_096)).await
}

/// A certificate for `name` that is good until the end of `year`, and its key.
fn certificate(name: &str, year: i32) -> (String, String) {
    let mut made = CertificateParams::new([name.to_owned()]).expect("the name is one");
    made.not_after = date_time_ymd(year, 12, 31);
    let key = KeyPair::generate().expect("a key can be made");
    let certificate = made.self_signed(&key).expect("a certificate can be made");
    (certificate.pem(), key.serialize_pem())
}

async fn start_with(server: &Server, (pem, key): (String, String)) -> (String, String) {
    let config = RustlsConfig::from_pem(pem.clone().into_bytes(), key.into_bytes())
        .await
        .expect("the certificate is right");
    let listener =
        TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
    listener.set_nonblocking(true).expect("a socket can be made non-blocking");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    let serving = axum_server::from_tcp_rustls(listener, config).expect("the socket is right");
    let router = server.router();
    tokio::spawn(async move { serving.serve(router.into_make_service()).await });
    (format!("https://localhost:{port}"), pem)
}

#[tokio::test]
async fn a_certificate_of_the_operator_s_own_is_trusted_when_it_is_named() {
    let (device, server) = (Device::new(), Server::default());
    device.append(0..3);
    let (address, pem) = start(&server).await;
    let mut config = device.config(&address);
    config.extra_roots = ExtraRoots::from_pem(pem.as_bytes()).unwrap();
    Running::start(Uploader::new(config).unwrap()).until_idle_with(3).await;
}

#[tokio::test]
async fn an_unknown_certificate_gets_neither_token_nor_events() {
    let (device, server) = (Device::new(), Server::default());
    device.append(0..3);
    let (address, _) = start(&server).await;
    let (_, other) = start(&Server::default()).await;
    let mut config = device.config(&address);
    config.extra_roots = ExtraRoots::from_pem(other.as_bytes()).unwrap();
    let mut running = Running::start(Uploader::new(config).unwrap());
    let waiting = running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
    let UploadState::Waiting { reason, .. } = waiting.state else { unreachable!() };
    assert_eq!(reason, WaitReason::Silence(Silence::Untrusted));
    assert!(server.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_certificate_for_another_name_or_another_year_is_not_trusted() {
    drop(rustls::crypto::ring::default_provider().install_default());
    for certificate in
        [certificate("elsewhere.example.org", 4_096), certificate("localhost", 2_020)]
    {
        let (device, server) = (Device::new(), Server::default());
        device.append(0..3);
        let (address, pem) = start_with(&server, certificate).await;
        let mut config = device.config(&address);
        config.extra_roots = ExtraRoots::from_pem(pem.as_bytes()).unwrap();
        let mut running = Running::start(Uploader::new(config).unwrap());
        let waiting = running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
        let UploadState::Waiting { reason, .. } = waiting.state else { unreachable!() };
        assert_eq!(reason, WaitReason::Silence(Silence::Untrusted));
        assert!(server.seen.lock().unwrap().is_empty());
    }
}

#[test]
fn a_file_without_certificates_is_no_root() {
    assert!(ExtraRoots::from_pem(b"-----BEGIN CERTIFICATE-----\n!\n").is_err());
    assert!(ExtraRoots::from_pem(b"hello").is_err());
}

/// A server whose certificate comes from an authority that it shows behind it; the
/// address and that authority's DER.
async fn start_under_an_authority(name: &str) -> (String, Vec<u8>) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut authority = CertificateParams::new([]).expect("no name is needed");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key can be made");
    let authority_cert = authority.self_signed(&authority_key).expect("it can be made");
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key can be made");
    let server = CertificateParams::new([name.to_owned()]).expect("the name is one");
    let server = server.signed_by(&key, &issuer).expect("it can be signed");
    let chain = server.pem() + &authority_cert.pem();
    let (address, _) = start_with(&Server::default(), (chain, key.serialize_pem())).await;
    (address, authority_cert.der().to_vec())
}

fn sum(der: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(der).into()
}

#[tokio::test]
async fn an_authority_that_is_known_by_its_sum_is_fetched_and_trusted() {
    let (address, authority) = start_under_an_authority("localhost").await;
    let url: uploader::ServerUrl = address.parse().unwrap();
    let root = uploader::named_root(&url, sum(&authority)).await.unwrap();
    assert!(ExtraRoots::from_pem(root.pem.as_bytes()).is_ok(), "the next run reads it");
    let (device, key) = (event_model::DeviceId(uuid::Uuid::nil()), crate::support::token("key"));
    let enrolled = uploader::enrol(&url, &root.roots, &key, device, "PC", &key).await.unwrap_err();
    let silent = matches!(enrolled, uploader::EnrolError::Silence(_));
    assert!(!silent, "it answers, and so it is trusted: {enrolled}");
}

#[tokio::test]
async fn another_authority_or_another_name_is_not_trusted_by_a_sum() {
    let (address, _) = start_under_an_authority("localhost").await;
    let (other_name, other) = start_under_an_authority("elsewhere.example.org").await;
    for (address, sum) in [(address, sum(&other)), (other_name, sum(&other))] {
        let url: uploader::ServerUrl = address.parse().unwrap();
        let error = uploader::named_root(&url, sum).await.unwrap_err();
        let untrusted = matches!(error, uploader::EnrolError::Silence(Silence::Untrusted));
        assert!(untrusted, "{address}: {error}");
    }
}

#[tokio::test]
async fn nobody_at_all_is_no_distrust() {
    let closed = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let url: uploader::ServerUrl = format!("https://localhost:{port}").parse().unwrap();
    let error = uploader::named_root(&url, [0; 32]).await.unwrap_err();
    let unreachable = matches!(error, uploader::EnrolError::Silence(Silence::Unreachable));
    assert!(unreachable, "{error}");
}
