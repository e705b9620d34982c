//! What goes over a connection: batches in; receipts, or a fault, out.

use std::io;

use ingest_api::{RECEIPT_VERSION, Receipt, ReceiptPage, ReceiptStatus};
use tokio::{io::BufReader, net::TcpStream};
use uuid::Uuid;

use crate::{
    accepting::{End, Shared, Stage},
    fault::{Act, Fault, Record},
    http::{self, Request},
    ledger::Batch,
};

/// The server's database.
const STORE: Uuid = Uuid::from_u128(0xFA);
/// A batch is eight mebibytes at most, decoded.
const DECODED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a hotel answers to everything.
const LOGIN_PAGE: &[u8] = b"<!DOCTYPE html><title>Welcome</title><form>Room number</form>";
const HTML: (&str, &str) = ("content-type", "text/html");
const JSON: (&str, &str) = ("content-type", "application/json");
/// Proxies refuse with words of their own.
const FOREIGN_WORDS: &[u8] = b"request refused\n";

/// Answers requests until the connection ends.
pub(crate) async fn converse(
    stream: &mut BufReader<TcpStream>,
    shared: &Shared,
) -> io::Result<End> {
    while let Some(request) = http::read(stream).await? {
        let batch = batch_of(&request, shared)?;
        if act(stream, shared, &batch).await? == End::Reset {
            return Ok(End::Reset);
        }
    }
    Ok(End::Closed)
}

/// The batch; an error where the client does not speak as it should, which
/// shows as a loss.
fn batch_of(request: &Request, shared: &Shared) -> io::Result<Batch> {
    let token = format!("Bearer {}", shared.token);
    if request.header("authorization") != Some(token.as_str()) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let decoded = match request.header("content-encoding") {
        Some("zstd") => zstd::bulk::decompress(&request.body, DECODED_BYTES_MAX)?,
        _ => request.body.clone(),
    };
    Batch::read(&decoded).map_err(io::Error::other)
}

async fn act(stream: &mut BufReader<TcpStream>, shared: &Shared, batch: &Batch) -> io::Result<End> {
    let (at, plan) = (shared.second(), shared.plan);
    shared.ledger().see(at, batch);
    let (numbers, poison) = (batch.numbers(), Fault::poison(plan.events()));
    let act = match shared.stage() {
        Stage::Before => Act::Take,
        Stage::Since(_) => shared.fault.act(at, &numbers, poison),
        Stage::After => shared.fault.act_afterwards(&numbers, poison),
    };
    match act {
        Act::Take => {
            let page = take(shared, batch);
            http::answer(stream, 200, &[JSON], &page).await?;
        }
        Act::Status(status) => http::answer(stream, status, &[], FOREIGN_WORDS).await?,
        Act::RateLimit => {
            let rest = plan.rest_s().to_string();
            http::answer(stream, 429, &[("retry-after", &rest)], FOREIGN_WORDS).await?;
        }
        Act::Portal => http::answer(stream, 200, &[HTML], LOGIN_PAGE).await?,
        Act::Reset(record) => {
            shared.ledger().record(batch, record);
            return Ok(End::Reset);
        }
        Act::Late(record) => return late(stream, shared, batch, record).await,
        Act::Silence => std::future::pending().await,
    }
    Ok(End::Closed)
}

async fn late(
    stream: &mut BufReader<TcpStream>,
    shared: &Shared,
    batch: &Batch,
    record: Record,
) -> io::Result<End> {
    match record {
        Record::Yes => {
            let page = take(shared, batch);
            tokio::time::sleep(shared.plan.late()).await;
            http::answer(stream, 200, &[JSON], &page).await?;
            Ok(End::Closed)
        }
        Record::No => {
            tokio::time::sleep(shared.plan.late()).await;
            Ok(End::Reset)
        }
    }
}

/// Records a batch; the receipts.
fn take(shared: &Shared, batch: &Batch) -> Vec<u8> {
    let mut ledger = shared.ledger();
    let new = ledger.record(batch, Record::Yes);
    let receipts = batch.events.iter().zip(new).map(|(sent, new)| Receipt {
        id: sent.id.clone(),
        status: if new { ReceiptStatus::Stored } else { ReceiptStatus::Duplicate },
        code: None,
        detail: None,
    });
    let page = ReceiptPage {
        ringside: RECEIPT_VERSION.to_owned(),
        server_version: "0.0.0".to_owned(),
        store: STORE,
        receipts: receipts.collect(),
        contiguous_sequence: Some(ledger.contiguous()),
    };
    serde_json::to_vec(&page).expect("a page of plain values is always JSON")
}
