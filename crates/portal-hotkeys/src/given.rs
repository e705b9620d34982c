//! The hotkeys that a desktop gave.

#[cfg(target_os = "linux")]
pub(crate) use read::{Listed, of_answer, of_list};

/// A hotkey that the desktop gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// As it was asked for.
    pub id: String,
    /// The desktop's words for its keys; `None` where it says none.
    pub keys: Option<String>,
}

/// Longer lists are cut: nobody asks for as many.
pub const GIVEN_MAX: usize = 32;

/// Longer words for keys are cut, in letters: they stand in a row of a page.
pub const KEYS_LETTERS_MAX: usize = 80;

#[cfg(target_os = "linux")]
mod read {
    use std::collections::HashMap;

    use zbus::zvariant::OwnedValue;

    use super::{GIVEN_MAX, Given, KEYS_LETTERS_MAX};

    /// A hotkey as the interface has it: its id, and what is said of it.
    pub(crate) type Listed = (String, HashMap<String, OwnedValue>);

    /// The `shortcuts` of an answer; none where it has no such list.
    pub(crate) fn of_answer(mut results: HashMap<String, OwnedValue>) -> Vec<Given> {
        let listed = results.remove("shortcuts").map(Vec::<Listed>::try_from);
        of_list(listed.and_then(Result::ok).unwrap_or_default())
    }

    /// The same of a list of its own.
    pub(crate) fn of_list(listed: Vec<Listed>) -> Vec<Given> {
        let given = |(id, mut said): Listed| {
            let keys = said.remove("trigger_description").map(String::try_from);
            let keys = keys.and_then(Result::ok).filter(|keys| !keys.trim().is_empty());
            Given { id, keys: keys.map(|keys| keys.chars().take(KEYS_LETTERS_MAX).collect()) }
        };
        listed.into_iter().take(GIVEN_MAX).map(given).collect()
    }
}
