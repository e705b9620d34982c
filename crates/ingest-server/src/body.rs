//! A body, received and decoded within bounds.

use std::{io::Read, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::StatusCode,
};
use http_body_util::BodyExt;
use ingest_api::ProblemKind;

use crate::{
    byte_budget::{ByteBudget, HeldBytes},
    rejection::Rejection,
};

/// Largest window that a zstd frame may ask for: 8 MiB, which is all that the
/// default limit of a decoded body can use.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How a body was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    /// Reads a Content-Encoding.
    pub(crate) fn read(header: &str) -> Option<Self> {
        match header.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// A body as it was sent, and the bytes it takes of the budget.
pub(crate) struct Received {
    pub(crate) sent: Bytes,
    pub(crate) held: HeldBytes,
}

/// Receives a body of at most `bytes_max`.
pub(crate) async fn receive(
    body: Body,
    bytes_max: usize,
    budget: &ByteBudget,
    timeout: Duration,
) -> Result<Received, Rejection> {
    tokio::time::timeout(timeout, collect(body, bytes_max, budget)).await.map_err(|_| {
        let detail = "the body took too long to arrive";
        Rejection::of_status(StatusCode::REQUEST_TIMEOUT, detail).closing()
    })?
}

async fn collect(
    mut body: Body,
    bytes_max: usize,
    budget: &ByteBudget,
) -> Result<Received, Rejection> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > bytes_max {
        return Err(too_large(bytes_max));
    }
    // Room that nothing is written to costs no memory, and one that grows is
    // copied each time.
    let (mut kept, mut held) = (Vec::with_capacity(announced), HeldBytes::default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Rejection::new(ProblemKind::BadRequest, "the body broke off before its end")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if kept.len() + data.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        budget.take(&mut held, data.len())?;
        kept.extend_from_slice(&data);
    }
    Ok(Received { sent: kept.into(), held })
}

/// More than a request may have as sent.
fn too_large(bytes_max: usize) -> Rejection {
    let detail = format!("a request may have {bytes_max} bytes as sent");
    Rejection::new(ProblemKind::TooLarge, detail)
}

/// Decodes a body of at most `bytes_max` decoded bytes. No more than that is
/// ever made of it, whatever it would decode to.
pub(crate) fn decode(
    encoding: Encoding,
    sent: &[u8],
    bytes_max: usize,
) -> Result<Vec<u8>, Rejection> {
    let undecodable = |error: std::io::Error| {
        let detail = format!("the body cannot be decoded: {error}");
        Rejection::new(ProblemKind::MalformedBatch, detail)
    };
    match encoding {
        Encoding::Identity => bounded(sent, bytes_max, undecodable),
        Encoding::Gzip => bounded(flate2::read::MultiGzDecoder::new(sent), bytes_max, undecodable),
        Encoding::Zstd => {
            let mut decoder =
                zstd::stream::read::Decoder::with_buffer(sent).map_err(undecodable)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(undecodable)?;
            bounded(decoder, bytes_max, undecodable)
        }
    }
}

fn bounded(
    reader: impl Read,
    bytes_max: usize,
    undecodable: impl Fn(std::io::Error) -> Rejection,
) -> Result<Vec<u8>, Rejection> {
    let one_more = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    // All the room at once: a vector that grows holds twice what is in it, and
    // what is not written to costs no memory.
    let mut decoded = Vec::with_capacity(bytes_max.saturating_add(1));
    reader.take(one_more).read_to_end(&mut decoded).map_err(undecodable)?;
    if decoded.len() > bytes_max {
        let detail = format!("a request may have {bytes_max} bytes after decoding");
        return Err(Rejection::new(ProblemKind::TooLarge, detail));
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_encoding_gives_the_same_body() {
        let body = b"[1,2,3]".repeat(100);
        let zstd = zstd::encode_all(&*body, 3).unwrap();
        for (encoding, sent) in [
            (Encoding::Identity, body.clone()),
            (Encoding::Gzip, gzip(&body)),
            (Encoding::Zstd, zstd),
        ] {
            assert_eq!(decode(encoding, &sent, body.len()).unwrap(), body, "{encoding:?}");
        }
    }

    #[test]
    fn a_bomb_goes_off_at_the_bound() {
        let zeros = vec![0; 10_000_000];
        let zstd = zstd::encode_all(&*zeros, 19).unwrap();
        assert!(zstd.len() < 10_000, "small as sent");
        assert!(decode(Encoding::Zstd, &zstd, 1_000).is_err());
        assert!(decode(Encoding::Gzip, &gzip(&zeros), 1_000).is_err());
    }

    #[test]
    fn a_torn_body_is_refused() {
        let whole = zstd::encode_all(&b"[1,2,3]".repeat(100)[..], 3).unwrap();
        let torn = whole[..whole.len() / 2].to_vec();
        assert!(decode(Encoding::Zstd, &torn, 10_000).is_err());
    }
}
