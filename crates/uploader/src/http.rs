//! Batches over HTTP.

use std::{sync::Arc, time::Duration};

use delivery::Silence;
use event_model::{BATCH_CONTENT_TYPE, Clock, Origin};
use http_body_util::Full;
use hyper::{
    Method,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, USER_AGENT},
};
use ingest_api::{
    CLOCK_HEADER, EVENTS_PATH, IDEMPOTENCY_KEY_HEADER, IdempotencyKey, OUTBOX_HEADER, SentClock,
};

use crate::{
    Answer, Error, ExtraRoots, Request, ServerUrl, Transport,
    client::{REQUEST_MAX, USER_AGENT_OURS},
    link::Link,
};

/// Our events are text with much in common: level 3 makes a tenth of it, at a
/// cost that no game notices.
const COMPRESSION_LEVEL: i32 = 3;

/// Carries batches to one server.
pub struct HttpTransport {
    link: Link,
    path: String,
    host: String,
    clock: Arc<dyn Clock>,
    answer_max: Duration,
}

impl HttpTransport {
    /// A transport to `server`.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(
        server: &ServerUrl,
        extra_roots: &ExtraRoots,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        Ok(Self {
            link: Link::to(server, extra_roots)?,
            path: server.at(EVENTS_PATH).path().to_owned(),
            host: server.host(),
            clock,
            answer_max: REQUEST_MAX,
        })
    }

    /// Waits no longer than this for an answer, instead of the usual time.
    #[must_use]
    pub fn giving_up_after(mut self, answer_max: Duration) -> Self {
        self.answer_max = answer_max;
        self
    }

    /// The request as it is at this moment: written when the connection stands,
    /// since the server takes its clock for the moment of sending.
    fn post(&self, request: &Request, compressed: &Bytes) -> hyper::Request<Full<Bytes>> {
        let mut post = hyper::Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(HOST, &self.host)
            .header(USER_AGENT, USER_AGENT_OURS)
            .header(AUTHORIZATION, request.token.authorization())
            .header(CONTENT_TYPE, BATCH_CONTENT_TYPE)
            .header(CONTENT_ENCODING, "zstd")
            .header(OUTBOX_HEADER, request.outbox.to_string());
        if !request.is_inquiry() {
            let key = IdempotencyKey::of_body(&request.body);
            post = post.header(IDEMPOTENCY_KEY_HEADER, key.to_string());
        }
        if request.origin == Origin::Live {
            let now = self.clock.now();
            let sent = SentClock { clock: now.clock, wall: Some(now.wall) };
            post = post.header(CLOCK_HEADER, sent.to_string());
        }
        post.body(Full::new(compressed.clone())).expect("our headers are text")
    }
}

impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Answer {
        let Ok(compressed) = zstd::bulk::compress(&request.body, COMPRESSION_LEVEL) else {
            // Only for want of memory: nothing was sent, and later is better.
            return Answer::Silence(Silence::Broken);
        };
        let compressed = Bytes::from(compressed);
        let exchange =
            self.link.exchange(|| self.clock.now().clock, || self.post(&request, &compressed));
        match tokio::time::timeout(self.answer_max, exchange).await {
            Ok(answer) => answer,
            Err(_) => Answer::Silence(Silence::TimedOut),
        }
    }
}
