//! A transport that notes what it carried, for whoever looks at a replay.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use event_model::Clock;
use ingest_api::{Receipt, ReceiptPage, ReceiptStatus};
use replay_report::{Exchange, ReceiptLine};
use serde::Deserialize;
use uploader::{Answer, HttpTransport, Request, Transport};

/// Requests that are noted; further ones are counted. A page of more is read by nobody.
const EXCHANGES_MAX: usize = 1_000;

/// Events of all noted requests together.
const EVENTS_MAX: usize = 50_000;

/// What was sent since the beginning, and what came back.
#[derive(Clone)]
pub(crate) struct Notes {
    clock: Arc<dyn Clock>,
    began_ms: u64,
    noted: Arc<Mutex<Noted>>,
}

#[derive(Default)]
struct Noted {
    exchanges: Vec<Exchange>,
    events: usize,
    left_out: u64,
}

/// The transport of every upload: it notes where there is somebody to note for.
pub(super) struct NotedTransport {
    pub(super) inner: HttpTransport,
    pub(super) notes: Option<Notes>,
}

impl Transport for NotedTransport {
    async fn send(&self, request: Request) -> Answer {
        let Some(notes) = &self.notes else { return self.inner.send(request).await };
        let sent = notes.begin(&request.body);
        let answer = self.inner.send(request).await;
        notes.end(sent, &answer);
        answer
    }
}

impl Notes {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { began_ms: clock.now().clock.mono_ms, clock, noted: Arc::default() }
    }

    /// What was noted, and how many requests were not.
    pub(crate) fn take(&self) -> (Vec<Exchange>, u64) {
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        (noted.exchanges, noted.left_out)
    }

    fn begin(&self, body: &[u8]) -> Exchange {
        let at_ms = self.clock.now().clock.mono_ms.saturating_sub(self.began_ms);
        Exchange { at_ms, ids: ids(body), ..Exchange::default() }
    }

    fn end(&self, sent: Exchange, answer: &Answer) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.exchanges.len() >= EXCHANGES_MAX || noted.events + sent.ids.len() > EVENTS_MAX {
            noted.left_out += 1;
            return;
        }
        noted.events += sent.ids.len();
        let (answer, receipts) = told(answer);
        noted.exchanges.push(Exchange { answer, receipts, ..sent });
    }
}

fn ids(body: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Sent {
        id: String,
    }
    let sent: Vec<Sent> = serde_json::from_slice(body).unwrap_or_default();
    sent.into_iter().map(|event| event.id).collect()
}

fn told(answer: &Answer) -> (String, Vec<ReceiptLine>) {
    match answer {
        Answer::Silence(silence) => (format!("no answer: {silence:?}").to_lowercase(), Vec::new()),
        Answer::Whole { status, body, .. } => match serde_json::from_slice::<ReceiptPage>(body) {
            Ok(page) => {
                let words: BTreeSet<_> = page.receipts.iter().map(|one| status_word(one)).collect();
                let words: Vec<_> = words.into_iter().collect();
                let said =
                    if words.is_empty() { String::new() } else { format!(" {}", words.join(", ")) };
                (format!("{status}{said}"), page.receipts.iter().map(line).collect())
            }
            Err(_) => (format!("{status}, and no receipts"), Vec::new()),
        },
    }
}

fn line(receipt: &Receipt) -> ReceiptLine {
    let code = receipt.code.map(|code| format!("{code:?}"));
    let detail: Vec<_> = code.into_iter().chain(receipt.detail.clone()).collect();
    ReceiptLine {
        id: receipt.id.clone(),
        status: status_word(receipt).to_owned(),
        detail: detail.join(": "),
    }
}

fn status_word(receipt: &Receipt) -> &'static str {
    match receipt.status {
        ReceiptStatus::Stored => "stored",
        ReceiptStatus::Duplicate => "duplicate",
        ReceiptStatus::Conflict => "conflict",
        ReceiptStatus::Invalid => "invalid",
        ReceiptStatus::Retry => "retry",
    }
}
