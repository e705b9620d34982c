//! HTTPS with a certificate of one's own.

use std::{fs, path::Path, sync::Arc};

use ingest_server::{Config, Server, Tls};
use reqwest::{Certificate, Client, StatusCode};

use crate::support::{TestServer, client};

/// Files of a certificate and of its key.
fn files(folder: &Path) -> (Tls, String) {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let tls = Tls { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
    fs::write(&tls.cert, made.cert.pem()).unwrap();
    fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    (tls, made.cert.pem())
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_what_belongs_in_it() {
    let (folder, other) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new().unwrap());
    let ((good, _), (other, _)) = (files(folder.path()), files(other.path()));
    let path = |name| folder.path().join(name);
    fs::write(path("prose"), "dear diary").unwrap();
    let cert = |name| Tls { cert: path(name), ..good.clone() };
    let key = |name| Tls { key: path(name), ..good.clone() };
    let wrong = [
        (cert("absent"), ["certificate", "absent", "--tls-cert"]),
        (cert("prose"), ["certificate", "prose", "--tls-cert"]),
        (cert("key.pem"), ["certificate", "key.pem", "--tls-cert"]),
        (key("absent"), ["key", "absent", "--tls-key"]),
        (key("prose"), ["key", "prose", "--tls-key"]),
        (key("cert.pem"), ["key", "cert.pem", "--tls-key"]),
        (Tls { key: other.key, ..good.clone() }, ["cert.pem", "key.pem", "belongs to"]),
    ];
    for (tls, parts) in wrong {
        let data_dir = path("data");
        let mut config = Config::new(([127, 0, 0, 1], 0).into(), data_dir.clone());
        config.tls = Some(tls);
        let clock = Arc::new(boot_clock::BootClock::new());
        let said = Server::bind(config, clock).await.map(drop).unwrap_err().to_string();
        for part in parts {
            assert!(said.contains(part), "{said}");
        }
        assert!(!data_dir.exists(), "{said}");
    }
}

#[tokio::test]
async fn with_a_certificate_it_serves_https() {
    let folder = tempfile::TempDir::new().unwrap();
    let (tls, certificate) = files(folder.path());
    let server = TestServer::start_with(|config| config.tls = Some(tls)).await;
    assert!(server.url.starts_with("https://"));

    let trusted = Certificate::from_pem(certificate.as_bytes()).unwrap();
    let trusting = Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap();
    let reply = trusting.get(server.url("/healthz")).send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(
        client().get(server.url("/healthz")).send().await.is_err(),
        "nobody else vouches for it"
    );
}
