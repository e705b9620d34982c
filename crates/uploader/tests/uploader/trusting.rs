//! Which certificates are trusted.

use std::net::{SocketAddr, TcpListener};

use axum_server::tls_rustls::RustlsConfig;
use delivery::{Silence, WaitReason};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
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
