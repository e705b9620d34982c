//! How a line that becomes an event is read, member by member.

use std::collections::BTreeMap;

use event_model::Kind;
use serde_json::Value;

use super::{journal::Build, line::Line, rows::ROWS};
use crate::{Step, fields::TEXT_BYTES_MAX};

/// What a member of a line is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A detail under its own name, with `_` between the words.
    Detail,
    /// A detail under another one.
    As(&'static str),
    /// Who did it.
    Attacker,
    /// To whom.
    Victim,
    /// Several who did it, by whose hand nobody says.
    Wing,
    /// Known, and not needed.
    Rest,
}

/// A line that becomes an event.
#[derive(Debug)]
pub(super) struct Entry {
    /// The journal's word.
    pub(super) event: &'static str,
    pub(super) kind: Kind,
    /// Whether the commander did it.
    pub(super) is_own_deed: bool,
    /// Whether it was done to the commander.
    pub(super) is_own_harm: bool,
    /// Every member that such a line is known to have.
    pub(super) members: &'static [(&'static str, Use)],
}

/// The entry of a word, where it becomes an event.
pub(super) fn entry(event: &str) -> Option<&'static Entry> {
    ROWS.iter().find(|entry| entry.event == event)
}

impl Entry {
    /// What of a line is worth keeping; what is unknown in it is counted.
    pub(super) fn details(
        &self,
        line: &Line,
        build: &Build,
        step: &mut Step,
    ) -> BTreeMap<String, Value> {
        let mut details = BTreeMap::new();
        for (member, value) in &line.members {
            let shown = || format!("{}.{member}", self.event);
            match self.use_of(member) {
                Some(Use::Detail) => self.keep(snake(member), &shown, value, &mut details, step),
                Some(Use::As(name)) => {
                    self.keep(name.to_owned(), &shown, value, &mut details, step);
                }
                Some(Use::Attacker | Use::Victim | Use::Wing | Use::Rest) => {}
                None => step.drift.count(&format!("{}{}", shown(), build.suffix())),
            }
        }
        details
    }

    fn keep(
        &self,
        name: String,
        shown: &dyn Fn() -> String,
        value: &Value,
        details: &mut BTreeMap<String, Value>,
        step: &mut Step,
    ) {
        match value {
            Value::Bool(_) | Value::Number(_) => drop(details.insert(name, value.clone())),
            Value::String(text) if text.is_empty() => {}
            Value::String(text) if text.len() <= TEXT_BYTES_MAX => {
                details.insert(name, value.clone());
            }
            Value::String(_) => step.drift.count(&format!("{}: too long", shown())),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                step.drift.count(&format!("{}: no single value", shown()));
            }
        }
    }

    fn use_of(&self, member: &str) -> Option<Use> {
        if matches!(member, "timestamp" | "event") {
            return Some(Use::Rest);
        }
        let known = |name: &str| self.members.iter().find(|(member, _)| *member == name);
        let meaning = || member.strip_suffix("_Localised").and_then(known);
        known(member).map(|(_, used)| *used).or_else(|| meaning().map(|_| Use::Rest))
    }
}

/// `StarSystem` as `star_system`, `MissionID` as `mission_id`.
fn snake(member: &str) -> String {
    let mut out = String::with_capacity(member.len() + 4);
    let mut before = ' ';
    for letter in member.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
        before = letter;
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::elite::{rows::ROWS, silent};

    #[test]
    fn a_word_becomes_an_event_or_stays_silent_and_never_both() {
        let told: BTreeSet<_> = ROWS.iter().map(|entry| entry.event).collect();
        assert_eq!(told.len(), ROWS.len());
        assert!(told.iter().all(|event| !silent::is_known(event)));
    }

    #[test]
    fn words_of_a_member_are_parted_by_an_underscore() {
        let shown = ["StarSystem", "MissionID", "IsPlayer", "FuelUsed", "CGID"].map(snake);
        assert_eq!(shown, ["star_system", "mission_id", "is_player", "fuel_used", "cgid"]);
    }
}
