//! Names as association compares them.
//!
//! Some devices send names and some send pseudonyms of them: both are one player. So a
//! name is compared by its pseudonym, under the key that all devices were given, and
//! shown as it was sent.

use association::joining::Evidence;
use event_model::{ActorIds, Actors, Pseudonyms, is_pseudonym};

use super::told::Told;

/// The names of one event, each as its pseudonym.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Compared {
    pub(super) observer: Option<String>,
    pub(super) actors: Actors,
    pub(super) actor_ids: Option<ActorIds>,
}

impl Compared {
    pub(super) fn of(told: &Told<'_>, pseudonyms: &Pseudonyms) -> Self {
        let one = |name: &Option<String>| name.as_deref().map(|name| by(pseudonyms, name));
        let each = |names: &[String]| names.iter().map(|name| by(pseudonyms, name)).collect();
        let Actors { attacker, victim, assists } = &told.actors;
        let ids = |ids: &ActorIds| ActorIds {
            attacker: one(&ids.attacker),
            victim: one(&ids.victim),
            assists: each(&ids.assists),
        };
        Self {
            observer: one(&told.observer),
            actors: Actors { attacker: one(attacker), victim: one(victim), assists: each(assists) },
            actor_ids: told.actor_ids.as_ref().map(ids),
        }
    }
}

/// The evidence with its players so.
pub(super) fn evidence(mut evidence: Evidence, pseudonyms: &Pseudonyms) -> Evidence {
    for account in &mut evidence.roster {
        *account = by(pseudonyms, account);
    }
    evidence
}

/// A name's pseudonym, and a pseudonym as it is. Whoever calls himself like one is
/// another player to those who send it as it is; nobody else is.
pub(crate) fn by(pseudonyms: &Pseudonyms, name: &str) -> String {
    if is_pseudonym(name) { name.to_owned() } else { pseudonyms.of(name) }
}

#[cfg(test)]
mod tests {
    use event_model::NamesKey;

    use super::*;

    fn compared(attacker: &str, victim: &str, pseudonyms: &Pseudonyms) -> Compared {
        let json = format!(
            r#"{{"specversion":"1.0","id":"1","source":"urn:x","subject":"league:1",
                "type":"ringside.kill.v1","data":{{"game":"league",
                "match":{{"key":"league:1","origin":"native"}},"observer":"Ana#1",
                "actors":{{"attacker":"{attacker}","victim":"{victim}","assists":["Cleo"]}},
                "actor_ids":{{"attacker":"Ana#1","victim":null}},
                "identity":"native","details":{{}}}}}}"#
        );
        Compared::of(&Told::read(&json).unwrap(), pseudonyms)
    }

    #[test]
    fn a_name_and_its_pseudonym_are_compared_alike() {
        let pseudonyms = Pseudonyms::under(&NamesKey::new([7; 32]));
        let plain = compared("Ana", "Ben", &pseudonyms);
        let hidden = compared("Ana", &pseudonyms.of("Ben"), &pseudonyms);
        assert_eq!(plain, hidden);
        assert_ne!(plain, compared("Ana", "Bob", &pseudonyms));
        assert_eq!(plain.observer, Some(pseudonyms.of("Ana#1")));
        assert_eq!(plain.actor_ids.unwrap().attacker, plain.observer, "an account is a name");
    }

    #[test]
    fn a_roster_is_compared_as_its_accounts_are() {
        let pseudonyms = Pseudonyms::under(&NamesKey::new([7; 32]));
        let of = |roster: [&str; 2]| {
            let roster = roster.map(str::to_owned).to_vec();
            evidence(Evidence { roster, ..Evidence::default() }, &pseudonyms)
        };
        assert_eq!(of(["Ana#1", "Ben#2"]), of(["Ana#1", &pseudonyms.of("Ben#2")]));
    }
}
