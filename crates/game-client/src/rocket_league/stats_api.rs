//! What the game's ini has to say, without changing anything else in it. Pure: whoever
//! installs it reads and writes the file.
//!
//! The file is the player's and the game's: every byte but two values stays, with its
//! line ends and in its encoding. The engine writes its files in UTF-16 where a name
//! in them needs it.

use crate::text_file::{Refused, TextFile};

/// The section of the file that is meant.
pub const SECTION: &str = "TAGame.MatchStatsExporter_TA";

/// States a second that are asked for where none are sent: a counter is read within a
/// tenth of a second, at a sixth of what the game could send. A player who chose
/// another number keeps it.
pub const SEND_RATE: u32 = 10;

const RATE_KEY: &str = "PacketSendRate";
const PORT_KEY: &str = "Port";

/// The file as it has to be for the game to serve on `port`. One that says so
/// already stays as it is.
///
/// # Errors
/// Where its encoding cannot be told.
pub fn with_stats_api(file: &[u8], port: u16) -> Result<Vec<u8>, Refused> {
    let file = TextFile::read(file)?;
    Ok(file.saying(&with_stats_api_text(file.text(), port)))
}

/// The same for its text.
#[must_use]
pub fn with_stats_api_text(text: &str, port: u16) -> String {
    let sends = |value: &str| value.parse().is_ok_and(|rate: f32| rate.is_finite() && rate > 0.0);
    let text = with_value(text, RATE_KEY, &SEND_RATE.to_string(), sends);
    let port = port.to_string();
    with_value(&text, PORT_KEY, &port, |value| value == port)
}

/// The text with every value of a key that does not do replaced, or the key added
/// where there is none.
fn with_value(text: &str, key: &str, value: &str, does: impl Fn(&str) -> bool) -> String {
    let found = values(text, key);
    if found.is_empty() {
        return with_key(text, key, value);
    }
    let mut out = text.to_owned();
    for span in found.into_iter().rev() {
        if !does(&text[span.clone()]) {
            out.replace_range(span, value);
        }
    }
    out
}

fn with_key(text: &str, key: &str, value: &str) -> String {
    let line_end = if text.contains("\r\n") || text.is_empty() { "\r\n" } else { "\n" };
    let entry = format!("{key}={value}{line_end}");
    let header = lines(text).find(|line| section(line.text).is_some_and(is_ours));
    match header {
        Some(header) if header.text.ends_with('\n') => {
            let end = header.begins + header.text.len();
            [&text[..end], &entry, &text[end..]].concat()
        }
        Some(_) => [text, line_end, &entry].concat(),
        None => {
            let between = if text.is_empty() || text.ends_with('\n') { "" } else { line_end };
            [text, between, &format!("[{SECTION}]{line_end}"), &entry].concat()
        }
    }
}

/// Where the values of a key stand, in our section.
fn values(text: &str, key: &str) -> Vec<std::ops::Range<usize>> {
    let mut is_within = false;
    let mut found = Vec::new();
    for line in lines(text) {
        if let Some(name) = section(line.text) {
            is_within = is_ours(name);
        } else if let Some(span) = value_of(line.text, key).filter(|_| is_within) {
            found.push(line.begins + span.start..line.begins + span.end);
        }
    }
    found
}

/// A line with its end, and where it begins.
struct Line<'t> {
    begins: usize,
    text: &'t str,
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.split_inclusive('\n').scan(0, |begins, text| {
        let line = Line { begins: *begins, text };
        *begins += text.len();
        Some(line)
    })
}

/// The name of the section that a line begins.
fn section(line: &str) -> Option<&str> {
    line.trim().trim_start_matches('\u{feff}').strip_prefix('[')?.strip_suffix(']')
}

fn is_ours(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(SECTION)
}

/// Where the value stands in a line that is the key's: without what the line ends
/// with, and without a remark.
fn value_of(line: &str, key: &str) -> Option<std::ops::Range<usize>> {
    let (name, rest) = line.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case(key) {
        return None;
    }
    let value = rest.split([';', '\r', '\n']).next().unwrap_or_default();
    let begins = line.len() - rest.len() + (value.len() - value.trim_start().len());
    Some(begins..begins + value.trim().len())
}

#[cfg(test)]
mod tests;
