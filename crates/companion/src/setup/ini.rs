//! Which keys of a game's own ini a setup changed, and how they go back where the game
//! or the player has changed the rest of it since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::LeftKey;

/// One key that a setup changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeyChange {
    section: String,
    key: String,
    /// Its values before, as often as it stood there; none where it did not.
    before: Vec<String>,
    /// What was written there, the last one last: it may be that the last one was not
    /// written any more.
    wrote: Vec<Vec<String>>,
    /// The section was not there before.
    #[serde(default)]
    new_section: bool,
}

/// A key's values, by its section and its name.
type Values<'t> = BTreeMap<(&'t str, &'t str), Vec<&'t str>>;

/// What one line of an ini says.
enum Line<'t> {
    Section(&'t str),
    Value {
        key: &'t str,
        value: &'t str,
    },
    /// A comment, an empty line, or nothing that is known.
    Other,
}

/// The keys that `after` has otherwise than `before`. A setup takes none away.
pub(super) fn changes(before: &str, after: &str) -> Vec<KeyChange> {
    let (was, is) = (values(before), values(after));
    let owned = |values: Option<&Vec<&str>>| -> Vec<String> {
        values.into_iter().flatten().map(|value| (*value).to_owned()).collect()
    };
    let sections: Vec<&str> = before.lines().filter_map(section_of).collect();
    is.iter()
        .filter(|(place, values)| was.get(*place) != Some(*values))
        .map(|((section, key), values)| KeyChange {
            section: (*section).to_owned(),
            key: (*key).to_owned(),
            before: owned(was.get(&(*section, *key))),
            wrote: vec![owned(Some(values))],
            new_section: !section.is_empty() && !sections.contains(section),
        })
        .collect()
}

/// What was written over what an earlier setup had written, as one change of what stood
/// there before both.
pub(super) fn merged(earlier: &[KeyChange], later: Vec<KeyChange>) -> Vec<KeyChange> {
    let at = |change: &KeyChange| (change.section.clone(), change.key.clone());
    let mut all: BTreeMap<_, KeyChange> =
        earlier.iter().map(|change| (at(change), change.clone())).collect();
    for change in later {
        match all.get_mut(&at(&change)) {
            Some(known) if known.wrote.contains(&change.before) => known.wrote.extend(change.wrote),
            // Somebody set it in between: that is what was there before.
            Some(known) => {
                let new_section = known.new_section;
                *known = KeyChange { new_section, ..change };
            }
            None => drop(all.insert(at(&change), change)),
        }
    }
    all.into_values().collect()
}

/// `now` with every key as it was before, where it is still what was written. All else
/// stays, byte for byte.
pub(super) fn put_back(now: &str, changes: &[KeyChange]) -> String {
    let stands = values(now);
    let ours: BTreeMap<(&str, &str), &KeyChange> = changes
        .iter()
        .map(|change| ((change.section.as_str(), change.key.as_str()), change))
        .filter(|(place, change)| {
            stands.get(place).is_some_and(|is| change.wrote.iter().any(|wrote| wrote == is))
        })
        .collect();
    let (mut section, mut seen, mut kept) = ("", BTreeMap::<_, usize>::new(), Vec::new());
    for line in now.split_inclusive('\n') {
        match read(line) {
            Line::Section(name) => section = name,
            Line::Value { key, value } => {
                if let Some(change) = ours.get(&(section, key)) {
                    let nth = seen.entry((section, key)).or_default();
                    if let Some(before) = change.before.get(*nth) {
                        kept.push(with_value(line, value, before));
                    }
                    *nth += 1;
                    continue;
                }
            }
            Line::Other => {}
        }
        kept.push(line.to_owned());
    }
    without_empty(&kept, changes)
}

/// The keys that somebody has set since: they say neither what was written nor what
/// was there before.
pub(super) fn theirs(now: &str, changes: &[KeyChange]) -> Vec<LeftKey> {
    let stands = values(now);
    changes
        .iter()
        .filter(|change| {
            let is = stands.get(&(change.section.as_str(), change.key.as_str()));
            let is = is.map_or(&[][..], Vec::as_slice);
            *is != *change.before && !change.wrote.iter().any(|wrote| *is == **wrote)
        })
        .map(|change| LeftKey { section: change.section.clone(), key: change.key.clone() })
        .collect()
}

/// Without the sections that a setup added, where nothing is left in them.
fn without_empty(lines: &[String], changes: &[KeyChange]) -> String {
    let is_new = |name: &str| changes.iter().any(|one| one.new_section && one.section == name);
    let mut text = String::new();
    let mut rest = lines;
    while let [line, behind @ ..] = rest {
        let (blank, further) = split_blank(behind);
        let ends = further.first().is_none_or(|next| matches!(read(next), Line::Section(_)));
        match read(line) {
            Line::Section(name) if is_new(name) && ends => rest = further,
            Line::Section(_) | Line::Value { .. } | Line::Other => {
                text.push_str(line);
                blank.iter().for_each(|line| text.push_str(line));
                rest = further;
            }
        }
    }
    text
}

/// The empty lines at the beginning, and what is behind them.
fn split_blank(lines: &[String]) -> (&[String], &[String]) {
    let blank = lines.iter().take_while(|line| line.trim().is_empty()).count();
    lines.split_at(blank)
}

/// The line with another value at its place; everything around it stays.
fn with_value(line: &str, value: &str, other: &str) -> String {
    let begin = line.find('=').map_or(0, |at| at + 1);
    let (name, rest) = line.split_at(begin);
    let (space, rest) = rest.split_at(rest.len() - rest.trim_start_matches([' ', '\t']).len());
    format!("{name}{space}{other}{}", rest.strip_prefix(value).unwrap_or_default())
}

fn values(text: &str) -> Values<'_> {
    let (mut section, mut values) = ("", Values::new());
    for line in text.lines() {
        match read(line) {
            Line::Section(name) => section = name,
            Line::Value { key, value } => values.entry((section, key)).or_default().push(value),
            Line::Other => {}
        }
    }
    values
}

fn section_of(line: &str) -> Option<&str> {
    match read(line) {
        Line::Section(name) => Some(name),
        Line::Value { .. } | Line::Other => None,
    }
}

fn read(line: &str) -> Line<'_> {
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.starts_with([';', '#']) || line.starts_with("//") {
        return Line::Other;
    }
    if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Line::Section(name.trim());
    }
    match line.split_once('=') {
        Some((key, value)) => Line::Value { key: key.trim(), value: value.trim() },
        None => Line::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEFORE: &str =
        "; the game's\r\n[Engine]\r\nPort=1\r\n[Stats]\r\nPort = 49123\r\nRate=0\r\n";
    const AFTER: &str =
        "; the game's\r\n[Engine]\r\nPort=1\r\n[Stats]\r\nPort = 5000\r\nRate=30\r\n";

    #[test]
    fn only_the_keys_that_were_changed_go_back_and_what_else_was_written_stays() {
        let changed = changes(BEFORE, AFTER);
        assert_eq!(changed.len(), 2, "{changed:?}");
        let since = AFTER.replace("[Engine]\r\nPort=1", "[Engine]\r\nPort=7\r\nNew=yes");
        let expected = BEFORE.replace("[Engine]\r\nPort=1", "[Engine]\r\nPort=7\r\nNew=yes");
        assert_eq!(put_back(&since, &changed), expected);
    }

    #[test]
    fn a_key_that_somebody_has_set_since_is_theirs() {
        let changed = changes(BEFORE, AFTER);
        let since = AFTER.replace("Rate=30", "Rate=60");
        assert_eq!(put_back(&since, &changed), BEFORE.replace("Rate=0", "Rate=60"));
        let rate = LeftKey { section: "Stats".to_owned(), key: "Rate".to_owned() };
        assert_eq!(theirs(&since, &changed), [rate], "and it is said");
        for ours_or_before in [AFTER, BEFORE] {
            assert_eq!(theirs(ours_or_before, &changed), []);
        }
    }

    #[test]
    fn what_was_added_is_taken_out_with_its_section_unless_more_stands_in_it() {
        let before = "[Zone]\nLogLevel=1\n";
        let after = "[Zone]\nLogLevel=1\n[Power]\nLogLevel=1\nVerbose=true\n";
        let changed = changes(before, after);
        assert_eq!(put_back(after, &changed), before);
        let more = format!("{after}Theirs=1\n");
        assert_eq!(put_back(&more, &changed), "[Zone]\nLogLevel=1\n[Power]\nTheirs=1\n");
    }

    #[test]
    fn what_two_setups_wrote_is_one_change_of_what_was_there_before_both() {
        let second = AFTER.replace("5000", "6000");
        let both = merged(&changes(BEFORE, AFTER), changes(AFTER, &second));
        assert_eq!(put_back(&second, &both), BEFORE);
    }

    #[test]
    fn a_mark_of_the_encoding_before_the_first_section_hides_it_not() {
        let before = "\u{feff}[Stats]\nRate=0\n";
        let after = "\u{feff}[Stats]\nRate=30\n";
        let changed = changes(before, after);
        assert!(changed.iter().all(|change| !change.new_section), "{changed:?}");
        assert_eq!(put_back(after, &changed), before);
    }

    proptest! {
        #[test]
        fn a_text_without_our_values_stays_byte_for_byte(
            text in "([\\[\\]a-c=; \r\n]|Rate=3|Port=1){0,60}"
        ) {
            let ours = changes("", "[Stats]\nRate=30\nPort=5000\n");
            prop_assert_eq!(put_back(&text, &ours), text);
        }

        #[test]
        fn what_was_changed_goes_back_to_the_same_keys(
            before in "(\\[[ab]\\]\n|[xy]=[0-2]\n|;c\n|\n){0,12}", value in "[0-9]"
        ) {
            let after = format!("{before}[new]\nx={value}\n");
            prop_assert_eq!(put_back(&after, &changes(&before, &after)), before);
        }
    }
}
