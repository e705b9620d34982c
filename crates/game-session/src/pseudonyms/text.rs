//! Names within a text.

/// Where a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// Anywhere, also in the midst of a word: a person's own note.
    Anything,
    /// Where it stands by itself: a value that may be a word of the game's.
    WholeWords,
}

/// The text without these names; they come the longest first.
pub(super) fn without(text: &str, names: &[(String, String)], within: Within) -> String {
    let (mut rest, mut out) = (text, String::with_capacity(text.len()));
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        let named = names.iter().find(|(name, _)| {
            rest.starts_with(name.as_str())
                && (within == Within::Anything || stands_alone(before, name, rest))
        });
        let taken = match named {
            Some((name, pseudonym)) => {
                out.push_str(pseudonym);
                name.len()
            }
            None => {
                out.push(next);
                next.len_utf8()
            }
        };
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    out
}

fn stands_alone(before: Option<char>, name: &str, rest: &str) -> bool {
    let after = rest[name.len()..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
