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

/// Parts of a gzip body. Every client makes one; some tools that split their
/// work make a few.
const GZIP_MEMBERS_MAX: usize = 16;

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

/// A body that is refused, and how many bytes were made of it until then.
#[derive(Debug)]
pub(crate) struct Undecodable {
    pub(crate) rejection: Rejection,
    pub(crate) bytes: usize,
}

/// Decodes a body of at most `bytes_max` decoded bytes. No more than that is
/// ever made of it, whatever it would decode to.
pub(crate) fn decode(
    encoding: Encoding,
    sent: &[u8],
    bytes_max: usize,
) -> Result<Vec<u8>, Undecodable> {
    // All the room at once: a vector that grows holds twice what is in it, and
    // what is not written to costs no memory.
    let mut decoded = Vec::with_capacity(bytes_max.saturating_add(1));
    let read = match encoding {
        Encoding::Identity => bounded(sent, bytes_max, &mut decoded),
        Encoding::Gzip => gunzip(sent, bytes_max, &mut decoded),
        Encoding::Zstd => unzstd(sent, bytes_max, &mut decoded),
    };
    match read {
        Ok(()) => Ok(decoded),
        Err(rejection) => Err(Undecodable { rejection, bytes: decoded.len() }),
    }
}

fn unzstd(sent: &[u8], bytes_max: usize, decoded: &mut Vec<u8>) -> Result<(), Rejection> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(sent).map_err(undecodable)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(undecodable)?;
    bounded(decoder, bytes_max, decoded)
}

/// Each member costs a new decoder, however little is in it.
fn gunzip(mut sent: &[u8], bytes_max: usize, decoded: &mut Vec<u8>) -> Result<(), Rejection> {
    for _ in 0..GZIP_MEMBERS_MAX {
        let mut member = flate2::bufread::GzDecoder::new(sent);
        bounded(&mut member, bytes_max, decoded)?;
        sent = member.into_inner();
        if sent.is_empty() {
            return Ok(());
        }
    }
    let detail = format!("a gzip body may have {GZIP_MEMBERS_MAX} members");
    Err(Rejection::new(ProblemKind::MalformedBatch, detail))
}

/// Appends what the reader has, to at most one byte more than `bytes_max`.
fn bounded(reader: impl Read, bytes_max: usize, decoded: &mut Vec<u8>) -> Result<(), Rejection> {
    let room = bytes_max.saturating_add(1).saturating_sub(decoded.len());
    let room = u64::try_from(room).unwrap_or(u64::MAX);
    reader.take(room).read_to_end(decoded).map_err(undecodable)?;
    if decoded.len() > bytes_max {
        let detail = format!("a request may have {bytes_max} bytes after decoding");
        return Err(Rejection::new(ProblemKind::TooLarge, detail));
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn undecodable(error: std::io::Error) -> Rejection {
    let detail = format!("the body cannot be decoded: {error}");
    Rejection::new(ProblemKind::MalformedBatch, detail)
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
        for (encoding, sent) in [(Encoding::Zstd, zstd), (Encoding::Gzip, gzip(&zeros))] {
            let refused = decode(encoding, &sent, 1_000).unwrap_err();
            assert_eq!(refused.bytes, 1_001, "{encoding:?}: what was made of it is known");
        }
    }

    #[test]
    fn a_gzip_body_may_have_some_members_and_not_many() {
        let member = gzip(b"[]");
        assert_eq!(decode(Encoding::Gzip, &member.repeat(16), 32).unwrap(), b"[]".repeat(16));
        assert!(decode(Encoding::Gzip, &member.repeat(16), 31).is_err(), "together too large");
        assert!(decode(Encoding::Gzip, &member.repeat(17), 100).is_err());
        let mut trailing = member;
        trailing.push(b'x');
        assert!(decode(Encoding::Gzip, &trailing, 100).is_err(), "what follows is no member");
    }

    #[test]
    fn a_torn_body_is_refused() {
        let whole = zstd::encode_all(&b"[1,2,3]".repeat(100)[..], 3).unwrap();
        let torn = whole[..whole.len() / 2].to_vec();
        assert!(decode(Encoding::Zstd, &torn, 10_000).is_err());
    }
}
