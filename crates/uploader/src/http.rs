//! Batches over HTTP.

use std::{sync::Arc, time::Duration};

use delivery::Silence;
use event_model::{BATCH_CONTENT_TYPE, Clock, Origin};
use ingest_api::{
    CLOCK_HEADER, EVENTS_PATH, IDEMPOTENCY_KEY_HEADER, IdempotencyKey, OUTBOX_HEADER, SentClock,
};
use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE},
};

use crate::{Answer, Error, ExtraRoots, Request, ServerUrl, Transport, client};

/// Our events are text with much in common: level 3 makes a tenth of it, at a
/// cost that no game notices.
const COMPRESSION_LEVEL: i32 = 3;

/// Carries batches to one server.
pub struct HttpTransport {
    client: Client,
    events: Url,
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
            client: client::client(server, extra_roots)?,
            events: server.at(EVENTS_PATH),
            clock,
            answer_max: client::REQUEST_MAX,
        })
    }

    /// Waits no longer than this for an answer, instead of the usual time.
    #[must_use]
    pub fn giving_up_after(mut self, answer_max: Duration) -> Self {
        self.answer_max = answer_max;
        self
    }
}

impl Transport for HttpTransport {
    async fn send(&self, request: Request) -> Answer {
        let key = IdempotencyKey::of_body(&request.body);
        let Ok(compressed) = zstd::bulk::compress(&request.body, COMPRESSION_LEVEL) else {
            // Only for want of memory: nothing was sent, and later is better.
            return Answer::Silence(Silence::Broken);
        };
        let mut post = self
            .client
            .post(self.events.clone())
            .timeout(self.answer_max)
            .header(AUTHORIZATION, request.token.authorization())
            .header(CONTENT_TYPE, BATCH_CONTENT_TYPE)
            .header(CONTENT_ENCODING, "zstd")
            .header(OUTBOX_HEADER, request.outbox.to_string())
            .header(IDEMPOTENCY_KEY_HEADER, key.to_string())
            .body(compressed);
        if request.origin == Origin::Live {
            // Read last: the server takes it for the moment of sending.
            let now = self.clock.now();
            let sent = SentClock { clock: now.clock, wall: Some(now.wall) };
            post = post.header(CLOCK_HEADER, sent.to_string());
        }
        client::read(post.send().await).await
    }
}
