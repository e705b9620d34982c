//! A server's own words, as they are kept and shown.

/// Words of a server for a screen: of a bounded length, and plain text.
#[must_use]
pub fn server_words(text: &str) -> String {
    plain(text, DETAIL_CHARS_MAX)
}

/// At most `chars_max` characters of `text`, none of which moves a terminal's
/// cursor or breaks a line.
pub(crate) fn plain(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Longest word of a server that is kept with an event: a screen shows no more.
pub(crate) const DETAIL_CHARS_MAX: usize = 500;

/// A code and what was said of it, as one sentence; nothing where there is
/// neither.
pub(crate) fn in_words(code: Option<&str>, detail: Option<&str>) -> Option<String> {
    let words: Vec<&str> = [code, detail].into_iter().flatten().collect();
    (!words.is_empty()).then(|| plain(&words.join(": "), DETAIL_CHARS_MAX))
}
