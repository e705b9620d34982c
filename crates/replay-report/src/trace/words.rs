//! Times and bodies as they stand on the page.

use std::borrow::Cow;

/// Of one body, so many bytes are shown: a whole League document of a long match.
const BODY_BYTES_SHOWN: usize = 256 * 1024;

/// `1:02:03.004`, without hours where there are none.
pub(super) fn clock(t_ms: u64) -> String {
    let (s, ms) = (t_ms / 1000, t_ms % 1000);
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}.{ms:03}") } else { format!("{m}:{s:02}.{ms:03}") }
}

/// A body as text, and what is to be said of it.
pub(super) fn body(bytes: &[u8]) -> (Cow<'_, str>, Option<String>) {
    let mut end = bytes.len().min(BODY_BYTES_SHOWN);
    // A character is not cut through.
    while end < bytes.len() && end > 0 && bytes[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    let (shown, rest) = bytes.split_at(end);
    let text = String::from_utf8_lossy(shown);
    let cut = (!rest.is_empty()).then(|| format!("{} more bytes are not shown", rest.len()));
    let foreign = matches!(text, Cow::Owned(_)).then(|| "not UTF-8 in places".to_owned());
    let said: Vec<_> = cut.into_iter().chain(foreign).collect();
    (text, (!said.is_empty()).then(|| said.join("; ")))
}

/// `1 frame`, `2 frames`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
