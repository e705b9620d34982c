//! What goes to stdout.

use std::io::{self, Write};

use serde::Serialize;

/// For whom a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// A person.
    Text,
    /// A program.
    Json,
}

impl Format {
    pub(super) fn of_flag(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }

    /// One thing: `text` for a person, the whole of it for a program.
    pub(super) fn print<T: Serialize>(self, item: &T, text: &str) -> io::Result<()> {
        match self {
            Self::Text => line(text),
            Self::Json => line(&json(item)),
        }
    }

    /// A list: a line each for a person, one array for a program.
    pub(super) fn print_all<T: Serialize>(
        self,
        items: &[T],
        text: impl Fn(&T) -> String,
    ) -> io::Result<()> {
        match self {
            Self::Text => items.iter().try_for_each(|item| line(&text(item))),
            Self::Json => line(&json(&items)),
        }
    }
}

/// One line, at once: whoever started the process may be waiting for it.
pub(super) fn line(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

fn json(item: &impl Serialize) -> String {
    serde_json::to_string_pretty(item).expect("plain data with string keys is always JSON")
}
