//! The bytes of a batch, and where in them each event stands.

use std::{cell::RefCell, io::Read as _, ops::Range};

use serde_json::value::RawValue;

/// Largest decoded batch that is read back: twice the default limit of a
/// request, since an operator may have raised it.
const DECODED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A request's body.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// Decoded: a JSON array.
    pub json: Vec<u8>,
    /// The same as it was sent, where that was one or more whole zstd frames.
    pub zstd: Option<Vec<u8>>,
}

/// How events lie in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    Zstd,
}

impl Encoding {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Json => 0,
            Self::Zstd => 1,
        }
    }

    pub(crate) fn read(number: i64) -> Self {
        if number == 1 { Self::Zstd } else { Self::Json }
    }
}

impl Body {
    /// The whole body as it is kept: as it was sent, which costs nothing.
    pub(crate) fn whole(&self) -> (Encoding, &[u8]) {
        match &self.zstd {
            Some(zstd) => (Encoding::Zstd, zstd),
            None => (Encoding::Json, &self.json),
        }
    }

    /// An array of some of its events.
    pub(crate) fn some<'s>(&self, spans: impl Iterator<Item = &'s Range<usize>>) -> Vec<u8> {
        array(spans.map(|span| self.json.get(span.clone()).unwrap_or(b"null")))
    }
}

/// A JSON array of `items`.
pub(crate) fn array<'i>(items: impl Iterator<Item = &'i [u8]>) -> Vec<u8> {
    let mut bytes = vec![b'['];
    for item in items {
        if bytes.len() > 1 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(item);
    }
    bytes.push(b']');
    bytes
}

/// The array that a row holds; `None` where the row is damaged.
pub(crate) fn decode(encoding: Encoding, bytes: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Json => Some(bytes.to_vec()),
        Encoding::Zstd => unpack_small(bytes).or_else(|| unpack(bytes)),
    }
}

/// A decoder, and room for the largest row that it decodes.
struct Decoder {
    zstd: zstd::bulk::Decompressor<'static>,
    room: Vec<u8>,
}

thread_local! {
    /// One a thread: making one costs more than decoding a small row, and so
    /// does asking for the room each time.
    static DECODER: RefCell<Option<Decoder>> = const { RefCell::new(None) };
}

/// Bytes that are decoded at once; larger ones as a stream.
const SMALL_BYTES: usize = 128 * 1024;

fn unpack_small(bytes: &[u8]) -> Option<Vec<u8>> {
    DECODER.with_borrow_mut(|decoder| {
        if decoder.is_none() {
            let zstd = zstd::bulk::Decompressor::new().ok()?;
            *decoder = Some(Decoder { zstd, room: vec![0; SMALL_BYTES] });
        }
        let Decoder { zstd, room } = decoder.as_mut()?;
        let written = zstd.decompress_to_buffer(bytes, room.as_mut_slice()).ok()?;
        Some(room.get(..written)?.to_vec())
    })
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let reader = zstd::stream::read::Decoder::with_buffer(bytes).ok()?;
    let bound = u64::try_from(DECODED_BYTES_MAX).ok()?;
    reader.take(bound).read_to_end(&mut decoded).ok()?;
    Some(decoded)
}

/// The events of an array, each as it stands.
pub(crate) fn events(array: &[u8]) -> Vec<&RawValue> {
    serde_json::from_slice(array).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let json = br#"[{"a":1} , 7,"x"]"#.to_vec();
        let zstd = zstd::bulk::compress(&json, 3).unwrap();
        for body in
            [Body { json: json.clone(), zstd: None }, Body { json: json.clone(), zstd: Some(zstd) }]
        {
            let (encoding, kept) = body.whole();
            assert_eq!(decode(Encoding::read(encoding.number()), kept).unwrap(), json);
        }
        let body = Body { json: json.clone(), zstd: None };
        let some = body.some([1..8, 11..12].iter());
        assert_eq!(some, br#"[{"a":1},7]"#);
        let texts: Vec<_> = events(&json).iter().map(|event| event.get()).collect();
        assert_eq!(texts, [r#"{"a":1}"#, "7", r#""x""#]);
    }
}
