//! What `log.config` has to say.

/// The section of the log that is read.
pub const SECTION: &str = "Power";

/// What the section has to say: to a file, and everything (hsreplay.net, "Logging").
const KEYS: [(&str, &str); 5] = [
    ("LogLevel", "1"),
    ("FilePrinting", "true"),
    ("ConsolePrinting", "false"),
    ("ScreenPrinting", "false"),
    ("Verbose", "true"),
];

/// A `log.config` with what makes the game write its Power.log; everything else of it
/// stays byte for byte. Other trackers of decks have sections of their own there, and
/// need the same of this one.
#[must_use]
pub fn with_log_config(text: &str) -> String {
    let end = if text.contains("\r\n") || text.is_empty() { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(begins) = lines.iter().position(|line| is_section(line)) else {
        return appended(text, end);
    };
    let behind = begins + 1;
    let length = lines[behind..].iter().take_while(|line| !is_any_section(line)).count();
    let (before, rest) = lines.split_at(behind);
    let (section, after) = rest.split_at(length);
    let mut out = before.concat();
    close(&mut out, end);
    out.push_str(&with_keys(section, end));
    out.push_str(&after.concat());
    out
}

/// The file with the section at its end.
fn appended(text: &str, end: &str) -> String {
    let mut out = text.to_owned();
    close(&mut out, end);
    out.push_str(&format!("[{SECTION}]{end}"));
    for (key, value) in KEYS {
        out.push_str(&format!("{key}={value}{end}"));
    }
    out
}

/// The section's lines with our values. What is missing comes before the blank lines
/// that part it from the next.
fn with_keys(section: &[&str], end: &str) -> String {
    let mut missing: Vec<_> = KEYS.to_vec();
    let mut lines: Vec<String> = Vec::new();
    for line in section {
        let (content, ending) = parted(line);
        let Some((name, (key, value))) = content.split_once('=').and_then(|(name, _)| {
            let known = KEYS.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name.trim()));
            Some((name, known?))
        }) else {
            lines.push((*line).to_owned());
            continue;
        };
        missing.retain(|(other, _)| *other != key);
        let stands = content[name.len() + 1..].trim();
        let is_right = stands.eq_ignore_ascii_case(value);
        lines.push(if is_right { (*line).to_owned() } else { format!("{name}={value}{ending}") });
    }
    let blank = lines.iter().rev().take_while(|line| line.trim().is_empty()).count();
    let (kept, blank) = lines.split_at(lines.len() - blank);
    let mut out = kept.concat();
    for (key, value) in missing {
        close(&mut out, end);
        out.push_str(&format!("{key}={value}{end}"));
    }
    out.push_str(&blank.concat());
    out
}

/// Ends the last line where it has no end.
fn close(text: &mut String, end: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
}

/// A line, and what it ends on.
fn parted(line: &str) -> (&str, &str) {
    line.split_at(line.trim_end_matches(['\r', '\n']).len())
}

fn name_of_section(line: &str) -> Option<&str> {
    line.trim_start_matches('\u{feff}').trim().strip_prefix('[')?.strip_suffix(']')
}

fn is_section(line: &str) -> bool {
    name_of_section(line).is_some_and(|name| name.trim().eq_ignore_ascii_case(SECTION))
}

fn is_any_section(line: &str) -> bool {
    name_of_section(line).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: &str = "[Power]\r\nLogLevel=1\r\nFilePrinting=true\r\nConsolePrinting=false\r\n\
                         ScreenPrinting=false\r\nVerbose=true\r\n";

    #[test]
    fn nothing_becomes_the_section() {
        assert_eq!(with_log_config(""), WHOLE);
    }

    #[test]
    fn what_others_log_stays() {
        let others = "[Zone]\r\nLogLevel=1\r\nFilePrinting=False\r\n";
        assert_eq!(with_log_config(others), format!("{others}{WHOLE}"));
        let torn = "[Zone]\nLogLevel=1";
        let added = WHOLE.replace("\r\n", "\n");
        assert_eq!(with_log_config(torn), format!("{torn}\n{added}"));
    }

    #[test]
    fn a_section_that_is_there_gets_what_it_lacks() {
        let text = "[Power]\nLogLevel=1\nFilePrinting=False\nConsolePrinting=False\n; mine\n\n[Zone]\nVerbose=false\n";
        let expected = "[Power]\nLogLevel=1\nFilePrinting=true\nConsolePrinting=False\n; mine\nScreenPrinting=false\nVerbose=true\n\n[Zone]\nVerbose=false\n";
        assert_eq!(with_log_config(text), expected);
    }

    #[test]
    fn a_section_that_other_trackers_wrote_stays_as_it_is() {
        let text = "[Power]\r\nLogLevel=1\r\nFilePrinting=True\r\nConsolePrinting=False\r\nScreenPrinting=False\r\nVerbose=True\r\n";
        assert_eq!(with_log_config(text), text);
    }

    proptest! {
        #[test]
        fn once_is_enough_and_no_line_is_lost(
            lines in prop::collection::vec(prop::sample::select(vec![
                "[Power]", "[power]", "[Zone]", "Verbose=true", "Verbose = false", "LogLevel=0", "x=1", "", "; a note", "[",
            ]), 0..12),
            end in prop::sample::select(vec!["\n", "\r\n"]),
            is_torn in any::<bool>(),
        ) {
            let mut text: String = lines.iter().map(|line| format!("{line}{end}")).collect();
            if is_torn {
                text.truncate(text.trim_end().len());
            }
            let once = with_log_config(&text);
            prop_assert_eq!(&with_log_config(&once), &once);
            let kept = |text: &str| -> Vec<String> {
                let of_others = |line: &&str| !line.trim().is_empty() && !KEYS.iter().any(|(key, _)| line.starts_with(key));
                text.lines().filter(of_others).map(str::to_owned).collect()
            };
            let mut expected = kept(&text);
            if !text.lines().any(is_section) {
                expected.push(format!("[{SECTION}]"));
            }
            prop_assert_eq!(kept(&once), expected);
        }
    }
}
