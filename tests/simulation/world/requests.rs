//! Requests on their way, and their answers.

use delivery::Silence;
use event_model::OutboxId;
use ingest_api::{IDEMPOTENT_REPLAYED_HEADER, ReceiptPage, ReceiptStatus};
use serde_json::Value;
use tokio::sync::oneshot;
use uploader::Answer;

use super::{Happening, World, verdicts::Verdicts};
use crate::{
    ledger::Stored,
    network::{Fate, Told, Whole},
    server::{self, Headers, Index},
    wire::Sent,
};

/// A request on its way, or its answer.
pub(super) struct Flight {
    device: usize,
    run: u32,
    sent_ms: u64,
    token: String,
    about: Headers,
    body: Vec<u8>,
    told: Told,
    reply: Option<oneshot::Sender<Answer>>,
    answer: Option<Answer>,
}

/// An event of a batch, as far as the simulation looks.
struct Item {
    id: Option<event_model::EventId>,
    sequence: Option<u64>,
    gap: Option<(OutboxId, u64, u64)>,
}

impl World {
    /// A device has sent a request.
    pub(super) fn send(&mut self, device: usize, sent: Sent) -> Result<(), String> {
        let items = items(&sent.request.body);
        self.note_sent(device, sent.request.outbox, &items)?;
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let fate = Fate::of(&self.network, self.weather, &ids, &mut self.chance);
        self.last_flight += 1;
        let flight = self.last_flight;
        let (events, sequences) = (items.len(), items.first().and_then(|item| item.sequence));
        self.trace.say(
            sent.at_ms,
            &format!(
                "device {device}: request {flight}, {events} events from {sequences:?}: {fate:?}"
            ),
        );
        for (nth, after_ms) in fate.arrives_ms.iter().enumerate() {
            self.at(sent.at_ms + after_ms, Happening::Arrival { flight, first: nth == 0 });
        }
        let answer = self.answer_of_another(flight, &sent, &fate.told);
        let flying = Flight {
            device,
            run: self.devices[device].run,
            sent_ms: sent.at_ms,
            token: self.devices[device].shown_token(),
            about: Headers::of(sent.request.outbox, sent.request.origin, sent.clock),
            body: sent.request.body,
            told: fate.told,
            reply: Some(sent.reply),
            answer,
        };
        self.flights.insert(flight, flying);
        Ok(())
    }

    fn note_sent(&mut self, device: usize, outbox: OutboxId, items: &[Item]) -> Result<(), String> {
        for item in items {
            let (Some(id), Some(sequence)) = (item.id, item.sequence) else { continue };
            if self.ledger.deleted.contains(&(device, id)) {
                return Err(format!("device {device} sends {id}, which was deleted before"));
            }
            let last = self.ledger.last_sequence.entry(outbox).or_default();
            *last = sequence.max(*last);
        }
        self.ledger.requests += 1;
        Ok(())
    }

    /// What somebody else than the server answers, where that is its fate.
    fn answer_of_another(&mut self, flight: u64, sent: &Sent, told: &Told) -> Option<Answer> {
        let (after_ms, answer) = match told {
            Told::Other { after_ms, what } => (after_ms, what.clone()),
            Told::Stale { after_ms } => {
                let last = self.last_answers.get(&Some(sent.request.outbox));
                let body = last.cloned().unwrap_or_default();
                (after_ms, Answer::Whole { status: 200, retry_after: None, date: None, body })
            }
            Told::Answer { .. } | Told::ServerDies => return None,
        };
        self.at(sent.at_ms + after_ms, Happening::Answer { flight });
        Some(answer)
    }

    /// A request reaches the server.
    pub(super) fn arrive(&mut self, at_ms: u64, flight: u64, first: bool) -> Result<(), String> {
        let Some(flying) = self.flights.get(&flight) else { return Ok(()) };
        let verdicts = Verdicts::of(self.weather, &flying.body);
        let body = verdicts.left(&flying.body);
        let mut response = self.server.post(at_ms, &flying.token, &flying.about, &body);
        let page: Option<ReceiptPage> = serde_json::from_slice(&response.body).ok();
        let (device, sent_ms) = (flying.device, flying.sent_ms);
        let sent_epoch = flying.about.clock.map(|moment| moment.clock.epoch);
        let mut words = format!("status {}", response.status);
        if let Some(page) = &page {
            let items = items(&body);
            let stored = Stored { arrived_ms: at_ms, sent_ms, sent_epoch };
            let replayed = response.header(IDEMPOTENT_REPLAYED_HEADER).is_some();
            words = self.note_receipts(device, page, &items, (stored, replayed))?;
            response.body = verdicts.among(page);
        }
        self.trace.say(at_ms, &format!("request {flight} arrives: {words}{verdicts}"));
        if first {
            self.answer_of(at_ms, flight, server::answer(&response));
        }
        Ok(())
    }

    fn note_receipts(
        &mut self,
        device: usize,
        page: &ReceiptPage,
        items: &[Item],
        (stored, replayed): (Stored, bool),
    ) -> Result<String, String> {
        let mut verdicts = [0; 5];
        for (receipt, item) in page.receipts.iter().zip(items) {
            let nth = match receipt.status {
                ReceiptStatus::Stored => 0,
                ReceiptStatus::Duplicate => 1,
                ReceiptStatus::Conflict => 2,
                ReceiptStatus::Invalid => 3,
                ReceiptStatus::Retry => 4,
            };
            verdicts[nth] += 1;
            if nth > 1 {
                return Err(format!("the server says of an event of device {device}: {receipt:?}"));
            }
            if let Some(id) = item.id {
                let is_new = receipt.status == ReceiptStatus::Stored && !replayed;
                self.ledger.server.receive((device, id), stored, is_new)?;
            }
            self.ledger.server.gaps.extend(item.gap);
        }
        let known = page.contiguous_sequence;
        Ok(format!("{} stored, {} duplicate, known to {known:?}", verdicts[0], verdicts[1]))
    }

    /// The server has answered.
    fn answer_of(&mut self, at_ms: u64, flight: u64, answer: Answer) {
        let Some(flying) = self.flights.get_mut(&flight) else { return };
        match flying.told {
            Told::Other { .. } | Told::Stale { .. } => {}
            Told::ServerDies => {
                flying.answer = Some(Answer::Silence(Silence::Broken));
                self.at(at_ms + 1, Happening::Answer { flight });
                self.trace.say(at_ms, "the server dies");
                self.server.die(Index::Stays);
            }
            Told::Answer { after_ms, whole } => {
                if let Answer::Whole { status: 200, body, .. } = &answer {
                    self.last_answers.insert(flying.about.outbox, body.clone());
                }
                flying.answer = Some(changed(answer, whole));
                self.at(at_ms + after_ms, Happening::Answer { flight });
            }
        }
    }

    /// An answer reaches its device, where the process that asked is there.
    pub(super) fn answer(&mut self, at_ms: u64, flight: u64) {
        let Some(flying) = self.flights.get_mut(&flight) else { return };
        let (device, run) = (flying.device, flying.run);
        let (reply, answer) = (flying.reply.take(), flying.answer.take());
        if let (Some(reply), Some(answer)) = (reply, answer)
            && self.devices[device].run == run
        {
            self.trace.say(at_ms, &format!("request {flight} is answered"));
            self.devices[device].forget_synced();
            // Nobody waits where the process has just gone.
            drop(reply.send(answer));
        }
    }
}

fn changed(answer: Answer, whole: Whole) -> Answer {
    let Answer::Whole { status, retry_after, date, mut body } = answer else { return answer };
    match whole {
        Whole::AsItIs => {}
        Whole::Cut(percent) => {
            body.truncate(body.len() * usize::try_from(percent).unwrap() / 100);
        }
    }
    Answer::Whole { status, retry_after, date, body }
}

fn items(body: &[u8]) -> Vec<Item> {
    let events: Vec<Value> = serde_json::from_slice(body).unwrap();
    events.iter().map(item).collect()
}

fn item(event: &Value) -> Item {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let is_gap = event["type"] == "ringside.sequence_gap.v1";
    let number = |name: &str| event["data"][name].as_u64();
    let gap = || {
        let outbox = event["data"]["outbox"].as_str()?.parse().ok()?;
        Some((outbox, number("from")?, number("to")?))
    };
    Item {
        id: text(&event["id"]).and_then(|id| id.parse().ok()),
        sequence: text(&event["sequence"]).and_then(|sequence| sequence.parse().ok()),
        gap: is_gap.then(gap).flatten(),
    }
}
