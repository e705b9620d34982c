//! The bytes of an answer, written straight from the verdicts.
//!
//! The same verdicts give the same bytes, today and in a later version: a kept
//! answer is not kept as bytes but written again.

use std::io::Write as _;

use ingest_api::{RECEIPT_VERSION, Receipt, ReceiptStatus};
use uuid::Uuid;

use crate::{Batch, Tally, Verdict};

/// What the gate said of an event, or that the judge had spoken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    Stored,
    Duplicate,
    Conflict,
    Erased,
    /// The judge's receipt stands.
    Refused,
    /// The store could not.
    Retry,
}

/// Bytes of a receipt with a UUID, so that a page is allocated once.
const RECEIPT_BYTES: usize = 72;

impl Code {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Stored => 0,
            Self::Duplicate => 1,
            Self::Conflict => 2,
            Self::Erased => 3,
            Self::Refused => 4,
            Self::Retry => 5,
        }
    }

    pub(crate) fn read(number: u8) -> Self {
        match number {
            0 => Self::Stored,
            1 => Self::Duplicate,
            2 => Self::Conflict,
            3 => Self::Erased,
            4 => Self::Refused,
            _ => Self::Retry,
        }
    }

    /// All of a receipt behind its id.
    fn tail(self) -> &'static [u8] {
        match self {
            Self::Stored => br#","status":"stored"}"#,
            Self::Duplicate => br#","status":"duplicate"}"#,
            Self::Conflict => {
                br#","status":"conflict","code":"fingerprint_differs","detail":"another event is stored under this id"}"#
            }
            Self::Erased => {
                br#","status":"invalid","code":"erased","detail":"deleted at the device's own wish"}"#
            }
            Self::Refused => br#","status":"invalid"}"#,
            Self::Retry => {
                br#","status":"retry","code":"store_unavailable","detail":"the store could not take it this time"}"#
            }
        }
    }
}

/// What an answer says besides the verdicts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'p> {
    pub(crate) server_version: &'p str,
    pub(crate) store: Uuid,
    pub(crate) contiguous: Option<u64>,
}

impl Page<'_> {
    /// The whole body. `refused` has the judge's receipts in order.
    pub(crate) fn write<'r>(
        &self,
        batch: &Batch,
        codes: &[Code],
        refused: impl IntoIterator<Item = &'r Receipt>,
    ) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160 + codes.len() * RECEIPT_BYTES);
        bytes.extend_from_slice(br#"{"ringside":""#);
        bytes.extend_from_slice(RECEIPT_VERSION.as_bytes());
        bytes.extend_from_slice(br#"","server_version":"#);
        json(&mut bytes, &self.server_version);
        bytes.extend_from_slice(br#","store":"#);
        json(&mut bytes, &self.store);
        bytes.extend_from_slice(br#","receipts":["#);
        let mut refused = refused.into_iter();
        for (index, (code, item)) in codes.iter().zip(&batch.items).enumerate() {
            if index > 0 {
                bytes.push(b',');
            }
            match (code, refused_here(*code, &mut refused)) {
                (Code::Refused, Some(receipt)) => json(&mut bytes, receipt),
                (_, _) => {
                    bytes.extend_from_slice(br#"{"id":"#);
                    json(&mut bytes, &id(&item.verdict));
                    bytes.extend_from_slice(code.tail());
                }
            }
        }
        bytes.extend_from_slice(br#"],"contiguous_sequence":"#);
        json(&mut bytes, &self.contiguous);
        bytes.push(b'}');
        bytes
    }
}

fn refused_here<'r>(
    code: Code,
    refused: &mut impl Iterator<Item = &'r Receipt>,
) -> Option<&'r Receipt> {
    if code == Code::Refused { refused.next() } else { None }
}

fn id(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Sound(event) => &event.id,
        Verdict::Refused(receipt) => &receipt.id,
    }
}

fn json(bytes: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(&mut *bytes, value).expect("plain values are always JSON");
    bytes.flush().expect("memory needs no flushing");
}

/// The receipts that the judge gave.
pub(crate) fn judged(batch: &Batch) -> impl Iterator<Item = &Receipt> {
    batch.items.iter().filter_map(|item| match &item.verdict {
        Verdict::Refused(receipt) => Some(&**receipt),
        Verdict::Sound(_) => None,
    })
}

/// Counts verdicts.
pub(crate) fn tally(batch: &Batch, codes: &[Code]) -> Tally {
    let mut tally = Tally::default();
    for (code, item) in codes.iter().zip(&batch.items) {
        let status = match (&item.verdict, code) {
            (Verdict::Refused(receipt), _) => receipt.status,
            (Verdict::Sound(_), Code::Stored) => ReceiptStatus::Stored,
            (Verdict::Sound(_), Code::Duplicate) => ReceiptStatus::Duplicate,
            (Verdict::Sound(_), Code::Conflict) => ReceiptStatus::Conflict,
            (Verdict::Sound(_), Code::Erased | Code::Refused) => ReceiptStatus::Invalid,
            (Verdict::Sound(_), Code::Retry) => ReceiptStatus::Retry,
        };
        *match status {
            ReceiptStatus::Stored => &mut tally.stored,
            ReceiptStatus::Duplicate => &mut tally.duplicate,
            ReceiptStatus::Conflict => &mut tally.conflict,
            ReceiptStatus::Invalid => &mut tally.invalid,
            ReceiptStatus::Retry => &mut tally.retry,
        } += 1;
    }
    tally
}
