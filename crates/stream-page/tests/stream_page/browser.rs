//! A browser on another device, whose player has compared the certificate with what
//! Ringside shows: it takes that one alone.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use sha2::{Digest, Sha256};
use stream_page::{CodeShown, LanPage};

/// Longer than the longest delay, which a test's clock may jump over.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) struct Browser {
    client: Client,
    /// Without a slash at the end.
    origin: String,
    cookie: Option<String>,
}

impl Browser {
    /// One that was given the address and the fingerprint which the page shows.
    pub(crate) fn of(page: &LanPage) -> Self {
        Self::trusting(page, page.fingerprint())
    }

    pub(crate) fn trusting(page: &LanPage, fingerprint: &str) -> Self {
        let provider = Arc::new(ring::default_provider());
        let pinned =
            Pinned { fingerprint: fingerprint.to_owned(), provider: Arc::clone(&provider) };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(pinned))
            .with_no_client_auth();
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .tls_backend_preconfigured(config);
        let origin = page.address().trim_end_matches('/').to_owned();
        Self { client: client.build().unwrap(), origin, cookie: None }
    }

    /// The same with this cookie.
    pub(crate) fn with_cookie(self, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..self }
    }

    pub(crate) fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.asks(path).send().await.unwrap()
    }

    pub(crate) fn asks(&self, path: &str) -> RequestBuilder {
        let request = self.client.get(format!("{}{path}", self.origin));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// What a form sends that stands on this page.
    pub(crate) fn types(&self, code: &str) -> RequestBuilder {
        let form = format!("code={code}");
        self.client.post(format!("{}/pair", self.origin)).header("origin", &self.origin).body(form)
    }

    pub(crate) async fn tries(&self, code: &str) -> Response {
        self.types(code).send().await.unwrap()
    }

    /// Types the code that the page shows, and keeps what it is given.
    pub(crate) async fn pair(self, page: &LanPage) -> Self {
        let welcome = self.tries(&code(page)).await;
        assert_eq!(welcome.status(), 303);
        assert_eq!(welcome.headers()["location"], "/");
        let cookie = welcome.headers()["set-cookie"].to_str().unwrap();
        for word in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/", "__Host-"] {
            assert!(cookie.contains(word), "{word} in {cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        self.with_cookie(&cookie)
    }

    pub(crate) async fn reader(&self) -> Reader {
        let response = self.get("/events").await;
        assert_eq!(response.status(), 200);
        Reader(response)
    }
}

/// The code that the player reads.
pub(crate) fn code(page: &LanPage) -> String {
    let CodeShown::Open { code, .. } = page.code() else { panic!("there is no code") };
    code.expose().to_owned()
}

/// A code that is not the one that the player reads.
pub(crate) fn wrong(page: &LanPage) -> String {
    format!("{:06}", (code(page).parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// One connection that follows.
pub(crate) struct Reader(Response);

impl Reader {
    /// What comes until these words are among it.
    pub(crate) async fn until(&mut self, words: &str) -> String {
        let mut text = String::new();
        while !text.contains(words) {
            let chunk = self.0.chunk().await.unwrap();
            let chunk = chunk.unwrap_or_else(|| panic!("it ended without {words}: {text}"));
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        text
    }

    /// What comes until it ends or is cut off.
    pub(crate) async fn rest(&mut self) -> String {
        let mut text = String::new();
        while let Ok(Some(chunk)) = self.0.chunk().await {
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        text
    }
}

/// Takes the certificate whose fingerprint was compared, and no other.
#[derive(Debug)]
struct Pinned {
    fingerprint: String,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let digest = Sha256::digest(shown).into_iter().map(|byte| format!("{byte:02X}"));
        if digest.collect::<Vec<_>>().join(":") == self.fingerprint {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("another certificate".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let with = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, with)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let with = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, with)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
