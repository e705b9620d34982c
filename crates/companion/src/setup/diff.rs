//! What a change does to a text, line by line.

use serde::Serialize;

/// One line of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct DiffLine {
    /// What becomes of it.
    pub is: DiffIs,
    /// The line, with its end where it has one.
    pub text: String,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DiffIs {
    /// It stays.
    Same,
    /// It is new.
    Added,
    /// It goes.
    Removed,
}

/// The lines of both texts, in order: those that stay once, and as many of them
/// as there can be.
pub(super) fn lines(old: &str, new: &str) -> Vec<DiffLine> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let longest = longest_common(&old, &new);
    let (mut at, mut beside, mut lines) = (0, 0, Vec::new());
    while at < old.len() || beside < new.len() {
        let (is, text) = match (old.get(at), new.get(beside)) {
            (Some(gone), Some(come)) if gone == come => {
                (at, beside) = (at + 1, beside + 1);
                (DiffIs::Same, *gone)
            }
            (Some(gone), come) if come.is_none() || longest.goes_on_below(at, beside) => {
                at += 1;
                (DiffIs::Removed, *gone)
            }
            (_, Some(come)) => {
                beside += 1;
                (DiffIs::Added, *come)
            }
            (_, None) => break,
        };
        lines.push(DiffLine { is, text: text.to_owned() });
    }
    lines
}

/// How many lines the rests of two texts have in common, from every place of the
/// one and the other on.
struct Common {
    counts: Vec<u32>,
    width: usize,
}

impl Common {
    fn at(&self, at: usize, beside: usize) -> u32 {
        self.counts[at * self.width + beside]
    }

    /// Whether as much stays where the old text's line goes first.
    fn goes_on_below(&self, at: usize, beside: usize) -> bool {
        self.at(at + 1, beside) >= self.at(at, beside + 1)
    }
}

fn longest_common(old: &[&str], new: &[&str]) -> Common {
    let width = new.len() + 1;
    let mut common = Common { counts: vec![0; (old.len() + 1) * width], width };
    for at in (0..old.len()).rev() {
        for beside in (0..new.len()).rev() {
            common.counts[at * width + beside] = if old[at] == new[beside] {
                common.at(at + 1, beside + 1) + 1
            } else {
                common.at(at + 1, beside).max(common.at(at, beside + 1))
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text_of(lines: &[DiffLine], without: DiffIs) -> String {
        lines.iter().filter(|line| line.is != without).map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_changed_line_is_one_gone_and_one_come() {
        let told: Vec<_> = lines("a\nb\nc\n", "a\nB\nc\n").iter().map(|line| line.is).collect();
        assert_eq!(told, [DiffIs::Same, DiffIs::Removed, DiffIs::Added, DiffIs::Same]);
    }

    #[test]
    fn a_new_file_is_all_added_and_an_equal_one_all_the_same() {
        assert!(lines("", "a\nb").iter().all(|line| line.is == DiffIs::Added));
        assert!(lines("a\nb", "a\nb").iter().all(|line| line.is == DiffIs::Same));
    }

    proptest! {
        #[test]
        fn a_diff_holds_both_texts_byte_for_byte(old in "[ab\r\n]{0,40}", new in "[ab\r\n]{0,40}") {
            let told = lines(&old, &new);
            prop_assert_eq!(text_of(&told, DiffIs::Added), old);
            prop_assert_eq!(text_of(&told, DiffIs::Removed), new);
        }
    }
}
