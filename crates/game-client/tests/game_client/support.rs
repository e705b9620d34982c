//! A clock that tests set, and a server like the one inside League.

use std::{
    collections::VecDeque,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::IntoResponse,
};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use event_model::{Clock, ClockEpoch, ClockReading, Moment, WallTime};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

pub(crate) const ROOT: &[u8] = include_bytes!("fixtures/root.pem");
pub(crate) const LEAF_SHA256: &[u8] = include_bytes!("fixtures/leaf-sha256.pem");
pub(crate) const LEAF_SHA1: &[u8] = include_bytes!("fixtures/leaf-sha1.pem");
pub(crate) const LEAF_OF_OTHER_ROOT: &[u8] = include_bytes!("fixtures/leaf-of-other-root.pem");
const LEAF_KEY: &[u8] = include_bytes!("fixtures/leaf.key");

/// Within the certificates' dates.
pub(crate) const IN_2030: &str = "2030-01-01T00:00:00Z";
/// After them.
pub(crate) const IN_2040: &str = "2040-01-01T00:00:00Z";
/// Before them.
pub(crate) const IN_1990: &str = "1990-01-01T00:00:00Z";

/// A clock that stands where it was set.
pub(crate) struct SetClock(AtomicI64);

impl SetClock {
    pub(crate) fn at(time: &str) -> Arc<Self> {
        let time: WallTime = time.parse().unwrap();
        Arc::new(Self(AtomicI64::new(time.unix_ms())))
    }
}

impl Clock for SetClock {
    fn now(&self) -> Moment {
        let wall = WallTime::from_unix_ms(self.0.load(Ordering::Relaxed));
        Moment { clock: ClockReading { epoch: ClockEpoch(uuid::Uuid::nil()), mono_ms: 7 }, wall }
    }
}

/// What the server says, one after the other; the last stays.
type Script = Arc<Mutex<VecDeque<(StatusCode, String)>>>;

/// Every request that came: method, path, and what it showed.
type Asked = Arc<Mutex<Vec<String>>>;

/// A server like League's, with another certificate.
pub(crate) struct LookAlike {
    pub(crate) port: u16,
    asked: Asked,
    handle: Handle<SocketAddr>,
}

impl LookAlike {
    pub(crate) fn serving(leaf: &[u8], says: Vec<(u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::on(listener, leaf, says)
    }

    pub(crate) fn on(listener: TcpListener, leaf: &[u8], says: Vec<(u16, String)>) -> Self {
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let says = says.into_iter().map(|(status, body)| (status.try_into().unwrap(), body));
        let script: Script = Arc::new(Mutex::new(says.collect()));
        let handle = Handle::new();
        let server = axum_server::from_tcp_rustls(listener, tls(leaf)).unwrap();
        let asked = Asked::default();
        let app = Router::new().fallback(say).with_state((script, Arc::clone(&asked)));
        tokio::spawn(server.handle(handle.clone()).serve(app.into_make_service()));
        Self { port, asked, handle }
    }

    /// Every request so far: method, path, and what it showed.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Ends as a process does: every connection breaks.
    pub(crate) fn quit(&self) {
        self.handle.shutdown();
    }
}

async fn say(
    State((script, asked)): State<(Script, Asked)>,
    request: Request,
) -> impl IntoResponse {
    let shown = request.headers().get("authorization");
    let shown = shown.map_or("", |shown| shown.to_str().unwrap());
    let line = format!("{} {} {shown}", request.method(), request.uri());
    asked.lock().unwrap().push(line);
    let mut script = script.lock().unwrap();
    let next = if script.len() > 1 { script.pop_front() } else { script.front().cloned() };
    let (status, body) = next.unwrap();
    (status, [("content-type", "application/json"), ("location", "/elsewhere")], body)
}

fn tls(leaf: &[u8]) -> RustlsConfig {
    let chain = vec![CertificateDer::from_pem_slice(leaf).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(LEAF_KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    RustlsConfig::from_config(Arc::new(config))
}
