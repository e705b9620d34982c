//! A server in this process, devices that talk to it, and their events.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use event_model::{
    BATCH_CONTENT_TYPE, Clock, ClockEpoch, ClockReading, DeviceId, Moment, WallTime,
};
use ingest_api::{Enrolled, MatchList, OccurrenceList, Problem, ProblemKind, ReceiptPage};
use ingest_server::{Config, Server, Shutdown};
use ingest_store::{ReaderRole, Store, StoreOptions, Token};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const ENROLMENT_KEY: &str = "an-enrolment-key-that-is-long-enough";
pub(crate) const NOW_MS: i64 = 1_795_201_200_000;

/// Stands still until it is moved.
pub(crate) struct TestClock(Mutex<i64>);

impl TestClock {
    pub(crate) fn advance_ms(&self, ms: i64) {
        *self.0.lock().unwrap() += ms;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        let passed_ms = *self.0.lock().unwrap();
        let epoch = ClockEpoch(Uuid::from_u128(5));
        Moment {
            clock: ClockReading { epoch, mono_ms: u64::try_from(passed_ms).unwrap() },
            wall: WallTime::from_unix_ms(NOW_MS + passed_ms),
        }
    }
}

pub(crate) struct TestServer {
    pub(crate) url: String,
    pub(crate) data_dir: TempDir,
    pub(crate) client: Client,
    pub(crate) clock: Arc<TestClock>,
    shutdown: Shutdown,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data_dir = TempDir::new().unwrap();
        let mut config = Config::new(([127, 0, 0, 1], 0).into(), data_dir.path().to_owned());
        config.enrolment_key = Some(Token::from_text(ENROLMENT_KEY));
        change(&mut config);
        let clock = Arc::new(TestClock(Mutex::new(1_000_000)));
        let server = Server::bind(config, clock.clone()).await.unwrap();
        let (url, shutdown) = (server.url(), server.shutdown());
        tokio::spawn(server.run());
        Self { url, data_dir, client: client(), clock, shutdown }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) async fn enrol(&self, number: u128) -> TestDevice {
        let id = DeviceId(Uuid::from_u128(number));
        let reply = self.try_enrol(id, ENROLMENT_KEY).await;
        assert_eq!(reply.status, StatusCode::CREATED);
        TestDevice { id, token: reply.json::<Enrolled>().token }
    }

    pub(crate) async fn try_enrol(&self, device: DeviceId, credential: &str) -> Reply {
        let body = json!({"device": device, "name": "PC"}).to_string();
        let request = self.client.post(self.url("/v1/devices"));
        send(request.header(AUTHORIZATION, format!("Bearer {credential}")).body(body)).await
    }

    /// Posts events as a companion does, without the optional headers.
    pub(crate) async fn post(&self, device: &TestDevice, events: &[Value]) -> Reply {
        send(self.request(device).body(json!(events).to_string())).await
    }

    pub(crate) fn request(&self, device: &TestDevice) -> RequestBuilder {
        self.client
            .post(self.url("/v1/events"))
            .header(AUTHORIZATION, format!("Bearer {}", device.token))
            .header(CONTENT_TYPE, BATCH_CONTENT_TYPE)
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Reply {
        let request = self.client.get(self.url(path));
        send(request.header(AUTHORIZATION, format!("Bearer {token}"))).await
    }

    /// The same, asked again while association is behind: the server waits two
    /// seconds for it, which a machine that does much else may take.
    pub(crate) async fn get_associated(&self, token: &str, path: &str) -> Reply {
        for _ in 0..10 {
            let reply = self.get(token, path).await;
            if reply.status != StatusCode::NOT_FOUND {
                return reply;
            }
        }
        panic!("{path} is not found");
    }

    /// As `ringside-ingest` from the shell, beside the running server.
    pub(crate) fn shell(&self) -> Store {
        Store::open(self.data_dir.path(), StoreOptions::default()).unwrap()
    }

    /// As a signal does.
    pub(crate) fn stop(&self) {
        self.shutdown.begin();
    }

    pub(crate) fn reader(&self) -> String {
        self.token(ReaderRole::Reader)
    }

    pub(crate) fn operator(&self) -> String {
        self.token(ReaderRole::Operator)
    }

    fn token(&self, role: ReaderRole) -> String {
        let now = self.clock.now().wall;
        let (_, token) = self.shell().add_reader("me", role, now).unwrap();
        token.reveal().to_owned()
    }

    /// Asks with a method of one's own.
    pub(crate) async fn ask(&self, method: Method, token: &str, path: &str) -> Reply {
        let request = self.client.request(method, self.url(path));
        send(request.header(AUTHORIZATION, format!("Bearer {token}"))).await
    }

    pub(crate) async fn occurrences(&self, key: &str) -> OccurrenceList {
        let path = format!("/v1/matches/{key}/occurrences");
        self.get(&self.reader(), &path).await.json()
    }

    pub(crate) async fn matches(&self) -> MatchList {
        self.get(&self.reader(), "/v1/matches").await.json()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// A test that waits longer has failed; none is slower where it works.
const ANSWERED_WITHIN: Duration = Duration::from_mins(2);

pub(crate) fn client() -> Client {
    // Set already by another test of this process: that one is the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().timeout(ANSWERED_WITHIN).build().unwrap()
}

/// One that opens a connection for each request.
pub(crate) fn connecting_anew() -> Client {
    Client::builder().no_proxy().timeout(ANSWERED_WITHIN).pool_max_idle_per_host(0).build().unwrap()
}

pub(crate) async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    Reply {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

pub(crate) struct TestDevice {
    pub(crate) id: DeviceId,
    pub(crate) token: String,
}

impl TestDevice {
    /// A kill of round `round` in the match `cs2:1`.
    pub(crate) fn kill(&self, id: &str, sequence: u64, round: u32) -> Value {
        self.event("kill", id, sequence, round)
    }

    pub(crate) fn event(&self, kind: &str, id: &str, sequence: u64, round: u32) -> Value {
        json!({
            "specversion": "1.0", "id": id, "source": self.id.urn(),
            "type": format!("ringside.{kind}.v1"), "subject": "cs2:1", "partitionkey": "cs2:1",
            "time": WallTime::from_unix_ms(NOW_MS).to_string(), "sequence": sequence.to_string(),
            "sequencetype": "Integer", "origin": "live", "datacontenttype": "application/json",
            "data": {
                "game": "cs2", "match": {"key": "cs2:1", "origin": "native"}, "observer": "Ana",
                "actors": {"attacker": "Ana", "victim": "Bo ", "assists": []}, "round": round,
                "ordinal": null, "identity": "native", "match_clock_ms": null,
                "observed": {"epoch": Uuid::from_u128(8), "mono_ms": 5_000}, "details": {},
            },
        })
    }
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn page(&self) -> ReceiptPage {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// What became of each event, as the wire says it: `stored`,
    /// `invalid/unknown_kind`.
    pub(crate) fn verdicts(&self) -> Vec<String> {
        let page: Value = self.json();
        let verdict = |receipt: &Value| {
            let status = receipt["status"].as_str().unwrap();
            receipt["code"].as_str().map_or(status.to_owned(), |code| format!("{status}/{code}"))
        };
        page["receipts"].as_array().unwrap().iter().map(verdict).collect()
    }

    /// The kind of a problem document, its form checked.
    pub(crate) fn problem(&self) -> ProblemKind {
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json");
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16(), "document and response agree");
        problem.kind().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}
