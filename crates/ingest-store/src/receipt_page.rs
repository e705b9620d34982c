//! The bytes of an answer, written straight from the verdicts.
//!
//! The same verdicts give the same bytes, today and in a later version: a kept
//! answer is not kept as bytes but written again.

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

#[cfg(test)]
mod tests {
    use association::{Sighting, TimeQuality};
    use event_model::{DeviceId, Fingerprint, WallTime};
    use ingest_api::{ReceiptCode, ReceiptPage};
    use proptest::prelude::*;

    use super::*;
    use crate::{Body, Item, SoundEvent};

    fn any_item() -> impl Strategy<Value = (Item, Code)> {
        let code = (0u8..6).prop_map(Code::read);
        (".{0,12}", code).prop_map(|(id, code)| {
            let verdict = if code == Code::Refused {
                let (status, code) = (ReceiptStatus::Invalid, Some(ReceiptCode::TooDeep));
                Verdict::Refused(Box::new(Receipt { id, status, code, detail: None }))
            } else {
                let at = WallTime::from_unix_ms(0);
                let corrected = Sighting { at, quality: TimeQuality::Good };
                let fingerprint = Fingerprint([0; 32]);
                let (span, origin, gap) = (0..0, None, None);
                Verdict::Sound(SoundEvent { id, fingerprint, span, origin, corrected, gap })
            };
            (Item { sequence: None, verdict }, code)
        })
    }

    /// The page as the contract's own types write it.
    fn as_the_contract_says(page: &Page<'_>, batch: &Batch, codes: &[Code]) -> Vec<u8> {
        let receipts = batch.items.iter().zip(codes).map(|(item, code)| {
            let (status, why) = match code {
                Code::Stored => (ReceiptStatus::Stored, None),
                Code::Duplicate => (ReceiptStatus::Duplicate, None),
                Code::Conflict => (
                    ReceiptStatus::Conflict,
                    Some((
                        ReceiptCode::FingerprintDiffers,
                        "another event is stored under this id",
                    )),
                ),
                Code::Erased => (
                    ReceiptStatus::Invalid,
                    Some((ReceiptCode::Erased, "deleted at the device's own wish")),
                ),
                Code::Retry => (
                    ReceiptStatus::Retry,
                    Some((ReceiptCode::StoreUnavailable, "the store could not take it this time")),
                ),
                Code::Refused => (ReceiptStatus::Invalid, None),
            };
            match &item.verdict {
                Verdict::Refused(receipt) => (**receipt).clone(),
                Verdict::Sound(event) => Receipt {
                    id: event.id.clone(),
                    status,
                    code: why.map(|(code, _)| code),
                    detail: why.map(|(_, detail)| detail.to_owned()),
                },
            }
        });
        let page = ReceiptPage {
            ringside: RECEIPT_VERSION.to_owned(),
            server_version: page.server_version.to_owned(),
            store: page.store,
            receipts: receipts.collect(),
            contiguous_sequence: page.contiguous,
        };
        serde_json::to_vec(&page).unwrap()
    }

    proptest! {
        #[test]
        fn a_page_is_written_as_the_contract_says(
            items in prop::collection::vec(any_item(), 0..6), contiguous: Option<u64>,
        ) {
            let (items, codes): (Vec<_>, Vec<_>) = items.into_iter().unzip();
            let batch = Batch {
                device: DeviceId(Uuid::nil()),
                outbox: None,
                received_at: WallTime::from_unix_ms(0),
                idempotency: None,
                body: Body::default(),
                items,
            };
            let page = Page { server_version: "0.1.0", store: Uuid::max(), contiguous };
            let written = page.write(&batch, &codes, judged(&batch));
            prop_assert_eq!(written, as_the_contract_says(&page, &batch, &codes));
        }

        #[test]
        fn codes_are_read_back(number in 0u8..6) {
            prop_assert_eq!(Code::read(number).number(), number);
        }
    }
}
