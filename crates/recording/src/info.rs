//! What is in a recording, or would be.

use std::path::Path;

use event_model::WallTime;
use serde::Serialize;

use crate::{
    Counts, Error, Format, Header, Item, Recording, hash::Hashing, import, input::Stored,
    recording::Content,
};

/// A recording, or a file that can become one, in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Info {
    /// What the file is written in.
    pub format: Format,
    /// What the recording says of itself.
    #[serde(flatten)]
    pub header: Header,
    /// Whether it begins in mid-session, with the state at that point.
    pub has_state: bool,
    /// Whether the file is compressed; `null` where it is imported.
    pub compressed: Option<bool>,
    /// What the entries are.
    #[serde(flatten)]
    pub counts: Counts,
    /// Time of the last entry.
    pub duration_ms: u64,
    /// When that was.
    pub ended_at: WallTime,
    /// Why it ended; absent where its writer never said so.
    pub end: Option<String>,
    /// The line in which a crashed writer broke off.
    pub truncated_at_line: Option<u64>,
    /// SHA-256 of the content, in hexadecimal digits.
    pub hash: String,
}

/// Reads a recording, or any file that can be imported, to its end.
///
/// # Errors
/// The first fault in the file.
pub fn info(path: &Path) -> Result<Info, Error> {
    let recording = import(path, None)?;
    let mut hashing = Hashing::default();
    recording.hash_head(&mut hashing);
    let (mut counts, mut duration_ms, mut end) = (Counts::default(), 0, None);
    let mut entries = recording.entries()?;
    for entry in entries.by_ref() {
        let entry = entry?;
        hashing.line(&entry.encode());
        counts.count(&entry.item);
        duration_ms = entry.t_ms;
        if let Item::End(reason) = entry.item {
            end = Some(reason);
        }
    }
    let truncation = entries.truncation();
    Ok(Info {
        format: recording.format(),
        header: recording.header().clone(),
        has_state: recording.state().is_some(),
        compressed: is_compressed(&recording),
        counts,
        duration_ms,
        ended_at: at(recording.header(), duration_ms),
        end,
        truncated_at_line: truncation.map(|truncation| truncation.line),
        hash: hashing.finish().to_string(),
    })
}

fn is_compressed(recording: &Recording) -> Option<bool> {
    match recording.content() {
        Content::Recorded(Stored::Plain) => Some(false),
        Content::Recorded(Stored::Zstd) => Some(true),
        Content::Imported(_) => None,
    }
}

fn at(header: &Header, t_ms: u64) -> WallTime {
    header.recorded_at.plus_ms(i64::try_from(t_ms).unwrap_or(i64::MAX))
}
