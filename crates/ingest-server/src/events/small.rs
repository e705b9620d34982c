//! Small bodies are decoded and judged where the request is: handing half a
//! millisecond of work to another thread costs more than doing it.

use std::cell::RefCell;

use crate::body::Encoding;

/// Decoded bytes that are not handed over: about a hundred events, half a
/// millisecond of judging.
const DECODED_BYTES_MAX: usize = 96 * 1024;

/// A decoder, and room for the largest body that it decodes.
struct Decoder {
    zstd: zstd::bulk::Decompressor<'static>,
    room: Vec<u8>,
}

thread_local! {
    /// One a thread: making one costs more than decoding a small body, and so
    /// does asking for the room each time.
    static DECODER: RefCell<Option<Decoder>> = const { RefCell::new(None) };
}

/// The decoded body; `None` where it is not small, or not in order: then it is
/// decoded elsewhere, with care.
pub(crate) fn decode_small(encoding: Encoding, sent: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Identity => (sent.len() <= DECODED_BYTES_MAX).then(|| sent.to_vec()),
        Encoding::Zstd if sent.len() <= DECODED_BYTES_MAX => unpack(sent),
        Encoding::Zstd | Encoding::Gzip => None,
    }
}

fn unpack(sent: &[u8]) -> Option<Vec<u8>> {
    DECODER.with_borrow_mut(|decoder| {
        if decoder.is_none() {
            let zstd = zstd::bulk::Decompressor::new().ok()?;
            *decoder = Some(Decoder { zstd, room: vec![0; DECODED_BYTES_MAX] });
        }
        let Decoder { zstd, room } = decoder.as_mut()?;
        // The bound is on what is written, whatever the frame says of itself.
        let written = zstd.decompress_to_buffer(sent, room.as_mut_slice()).ok()?;
        Some(room.get(..written)?.to_vec())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_body_is_decoded_at_once_and_a_bomb_is_not() {
        let json = b"[1,2,3]".repeat(100);
        let sent = zstd::encode_all(&*json, 3).unwrap();
        for _ in 0..2 {
            assert_eq!(decode_small(Encoding::Zstd, &sent), Some(json.clone()));
            let zeros = zstd::encode_all(&*vec![0; 10_000_000], 19).unwrap();
            assert_eq!(decode_small(Encoding::Zstd, &zeros), None);
            assert_eq!(decode_small(Encoding::Zstd, &sent[..sent.len() / 2]), None, "torn");
        }
        assert_eq!(decode_small(Encoding::Identity, &json), Some(json.clone()));
        assert_eq!(decode_small(Encoding::Gzip, &json), None);
    }

    #[test]
    fn all_frames_of_a_body_are_decoded() {
        let frame = |text: &[u8]| zstd::encode_all(text, 3).unwrap();
        let two = [frame(b"[1,"), frame(b"2]")].concat();
        assert_eq!(decode_small(Encoding::Zstd, &two), Some(b"[1,2]".to_vec()));
    }
}
