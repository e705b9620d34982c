//! Puts what was measured into the pages that show it.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};
use boot_clock::BootClock;
use event_model::Clock;

use crate::process;

/// What is between a mark and this is written here, and by nobody else.
const END: &str = "<!-- /measured -->";

/// When it was measured, a day of UTC, and at which commit.
pub(crate) fn stamp(root: &Path) -> Result<String> {
    let now = BootClock::new().now().wall.to_string();
    let (day, _) = now.split_once('T').context("a time without a day")?;
    Ok(format!("Measured on {day} at commit {}.", commit(root)?))
}

fn commit(root: &Path) -> Result<String> {
    let git =
        |arguments: &[&str]| process::output(Command::new("git").args(arguments).current_dir(root));
    let hash = git(&["rev-parse", "--short", "HEAD"])?;
    // Pages, among them the one that was measured into a moment ago, change no program.
    let programs = ["--", ".", ":(exclude)*.md"];
    let changed =
        git(&[&["status", "--porcelain", "--untracked-files=no"], &programs[..]].concat())?;
    Ok(if changed.is_empty() { hash } else { format!("{hash}, with changes of its own") })
}

/// Writes `text` behind the mark `begin` of a page.
pub(crate) fn write(page: &Path, begin: &str, text: &str) -> Result<()> {
    let before = fs::read_to_string(page)?;
    let after = between_marks(&before, begin, text)
        .with_context(|| format!("{} has no place for it", page.display()))?;
    Ok(fs::write(page, after)?)
}

fn between_marks(page: &str, begin: &str, text: &str) -> Option<String> {
    let (head, rest) = page.split_once(begin)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{begin}\n\n{text}\n\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "<!-- measured -->";

    #[test]
    fn only_what_is_between_the_marks_is_written() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let written = between_marks(&page, BEGIN, "new").unwrap();
        assert_eq!(written, format!("before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"));
        assert_eq!(between_marks(&written, BEGIN, "new").unwrap(), written, "twice is the same");
        assert_eq!(between_marks("a page without marks", BEGIN, "new"), None);
    }
}
