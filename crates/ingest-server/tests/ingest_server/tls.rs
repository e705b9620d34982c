//! HTTPS with a certificate of one's own.

use ingest_server::Tls;
use reqwest::{Certificate, Client, StatusCode};

use crate::support::{TestServer, client};

#[tokio::test]
async fn with_a_certificate_it_serves_https() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let files = tempfile::TempDir::new().unwrap();
    let tls = Tls { cert: files.path().join("cert.pem"), key: files.path().join("key.pem") };
    std::fs::write(&tls.cert, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    let server = TestServer::start_with(|config| config.tls = Some(tls)).await;
    assert!(server.url.starts_with("https://"));

    let trusted = Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let trusting = Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap();
    let reply = trusting.get(server.url("/healthz")).send().await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(
        client().get(server.url("/healthz")).send().await.is_err(),
        "nobody else vouches for it"
    );
}
