//! The one place that prints: data to stdout, words to stderr.

use std::io::Write;

use serde::Serialize;

/// A line of data.
///
/// A closed pipe (`ringside outbox list | head`) is no error of ours: what
/// follows has no reader.
pub(crate) fn line(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// A value as JSON, indented for people who look.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A value as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(value)?);
    Ok(())
}

/// A word on the side.
pub(crate) fn note(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// What went wrong.
pub(crate) fn complain(text: &str) {
    note(&format!("ringside: {text}"));
}

/// Data that brings its own line ends.
pub(crate) fn bytes(bytes: &[u8]) {
    drop(std::io::stdout().lock().write_all(bytes));
}
