//! Differences as lines of text.

use std::fmt;

use serde_json::Value;

use crate::{Changed, EventDiff, FieldChange};

/// So many differences are written out: a replay of another recording differs
/// everywhere, and the counts say that.
pub const DIFFERENCES_TOLD_MAX: usize = 20;

/// Of one event, so many fields are written out.
const FIELDS_TOLD_MAX: usize = 8;

/// Of one value, so many characters.
const VALUE_CHARS_MAX: usize = 120;

impl fmt::Display for EventDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} missing, {} extra, {} changed, {} moved ({} events expected, {} found)",
            self.missing.len(),
            self.extra.len(),
            self.changed.len(),
            self.moved.len(),
            self.expected,
            self.found,
        )?;
        for line in self.lines().take(DIFFERENCES_TOLD_MAX) {
            write!(f, "\n{line}")?;
        }
        match self.count().saturating_sub(DIFFERENCES_TOLD_MAX) {
            0 => {}
            more => write!(f, "\n… and {more} more")?,
        }
        match self.not_compared {
            0 => Ok(()),
            more => {
                write!(f, "\n{more} further events were not compared: too many are not as expected")
            }
        }
    }
}

impl EventDiff {
    /// One difference a line, but for the fields of what changed: missing, extra,
    /// changed, moved.
    fn lines(&self) -> impl Iterator<Item = String> {
        let missing = self
            .missing
            .iter()
            .map(|one| format!("- event {} is missing: {}", one.place, one.event));
        let extra =
            self.extra.iter().map(|one| format!("+ event {} is extra: {}", one.place, one.event));
        let moved = self.moved.iter().map(|one| {
            let (from, to) = (one.expected.place, one.place);
            format!("> event {from} moved to {to}: {}", one.expected.event)
        });
        missing.chain(extra).chain(self.changed.iter().map(changed)).chain(moved)
    }
}

fn changed(one: &Changed) -> String {
    let Changed { expected, found, fields } = one;
    let at = if expected.place == found.place {
        String::new()
    } else {
        format!(", found as {}", found.place)
    };
    let mut text = format!("~ event {} differs{at}: {}", expected.place, expected.event);
    for field in fields.iter().take(FIELDS_TOLD_MAX) {
        text.push_str("\n    ");
        text.push_str(&field.to_string());
    }
    if let Some(more) = fields.len().checked_sub(FIELDS_TOLD_MAX + 1) {
        text.push_str(&format!("\n    … and {} more fields", more + 1));
    }
    text
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, found } = self;
        match (expected, found) {
            (Some(expected), Some(found)) => {
                write!(f, "{path}: expected {}, found {}", short(expected), short(found))
            }
            (Some(expected), None) => write!(f, "{path}: expected {}, is absent", short(expected)),
            (None, Some(found)) => write!(f, "{path}: not expected, found {}", short(found)),
            (None, None) => f.write_str(path),
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text;
    }
    text.chars().take(VALUE_CHARS_MAX).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::PlainEvent;

    #[test]
    fn however_much_differs_a_screen_is_told_and_the_rest_counted() {
        let all: Vec<_> = (0..50)
            .map(|id| PlainEvent::read(&json!({"id": id.to_string()}).to_string()).unwrap())
            .collect();
        let text = EventDiff::of(all.into_iter(), std::iter::empty()).to_string();
        assert!(text.starts_with("50 missing, 0 extra, 0 changed, 0 moved"), "{text}");
        assert_eq!(text.lines().count(), 1 + DIFFERENCES_TOLD_MAX + 1);
        assert!(text.ends_with("… and 30 more"), "{text}");
    }
}
