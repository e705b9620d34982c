//! What players did, as far as an occurrence tells.
//!
//! Only what can be believed counts: confirmed or supported, or seen by the only
//! one who could, under the game's own identity. What only recordings tell, what
//! came after the seal and what others speak against counts for nobody.

use std::collections::BTreeMap;

use event_model::{ActorIds, Actors, Kind};

use crate::{LogNo, MatchState, NameKey, Occurrence, Packed, ReportNo, trust::Standing};

/// Most helpers that are counted of one occurrence: a team of any game has fewer,
/// and a sender of garbage must not fill a table.
const ASSISTS_MAX: usize = 16;

/// What is to be known of an occurrence to count it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What happened.
    pub kind: Kind,
    /// How it stands among those who should have seen it.
    pub standing: Standing,
    /// How many saw it whose word counts.
    pub seen_by: u16,
    /// How many saw it or should have.
    pub expected: u16,
    /// What its reports say about that.
    pub grounds: Grounds,
    /// Whether it began after the seal.
    pub is_late: bool,
    /// Who, to whom, with whose help, by name.
    pub actors: &'a Actors,
    /// The same by account, where the game tells it.
    pub actor_ids: Option<&'a ActorIds>,
    /// Whether whoever did it can be a player: not a turret, not a minion.
    pub by_player: bool,
}

/// What the reports of an occurrence say about how far it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grounds {
    /// The game's own counter or index names it, as one of them at least read it.
    pub is_native: bool,
    /// All of them are of recordings that were read again.
    pub is_replayed: bool,
    /// Most accounts name the helpers that are shown of it.
    pub assists_agreed: bool,
}

/// What one player did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Players killed.
    pub kills: u32,
    /// Times killed.
    pub deaths: u32,
    /// Kills and goals helped with.
    pub assists: u32,
    /// Objectives, structures, goals, bombs planted and defused.
    pub objectives: u32,
}

/// What an occurrence counts for each account that it names: by the game's
/// account id where it gives one, else by name.
#[must_use]
pub fn tally<'a>(facts: &Facts<'a>) -> BTreeMap<&'a str, Tally> {
    let mut tallies: BTreeMap<&'a str, Tally> = BTreeMap::new();
    let seen = (facts.seen_by, facts.expected);
    if !counts(facts.standing, seen, facts.grounds, facts.is_late) {
        return tallies;
    }
    let attacker = attacker(facts).filter(|_| facts.by_player);
    let mut add = |account: Option<&'a str>, what: fn(&mut Tally) -> &mut u32| {
        if let Some(account) = account.filter(|account| !account.is_empty()) {
            *what(tallies.entry(account).or_default()) += 1;
        }
    };
    match facts.kind {
        Kind::Kill | Kind::Death => {
            let victim = victim(facts);
            // Who dies by his own hand has killed nobody.
            add(attacker.filter(|_| attacker != victim), |tally| &mut tally.kills);
            add(victim, |tally| &mut tally.deaths);
        }
        Kind::ObjectiveTaken
        | Kind::StructureDestroyed
        | Kind::Goal
        | Kind::BombPlanted
        | Kind::BombDefused => add(attacker, |tally| &mut tally.objectives),
        Kind::MatchStarted
        | Kind::MatchEnded
        | Kind::RoundStarted
        | Kind::RoundEnded
        | Kind::Knock
        | Kind::Revive
        | Kind::FirstBlood
        | Kind::MultiKill
        | Kind::Ace
        | Kind::BombExploded
        | Kind::Shot
        | Kind::Save
        | Kind::Demolition
        | Kind::Other
        | Kind::SessionEvidence
        | Kind::SequenceGap => {}
    }
    if matches!(facts.kind, Kind::Kill | Kind::Goal) && facts.grounds.assists_agreed {
        helpers(facts).into_iter().for_each(|helper| add(Some(helper), |tally| &mut tally.assists));
    }
    tallies
}

/// Of what is lone only what a witness tells: what nobody saw whose word counts,
/// such as devices of nobody and accounts without a vote tell it, counts for none.
fn counts(standing: Standing, seen: (u16, u16), grounds: Grounds, is_late: bool) -> bool {
    let is_believed = match standing {
        Standing::Confirmed | Standing::Supported => true,
        Standing::Lone => grounds.is_native && seen == (1, 1),
        Standing::Contradicted => false,
    };
    is_believed && !grounds.is_replayed && !is_late
}

impl Occurrence {
    /// Whether it counts for anybody, whoever it names.
    #[must_use]
    pub fn counts(&self) -> bool {
        let seen = (self.belief.seen_by, self.belief.expected);
        counts(self.belief.standing, seen, self.grounds, self.is_late)
    }
}

fn attacker<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let by_id = facts.actor_ids.and_then(|ids| ids.attacker.as_deref());
    by_id.or(facts.actors.attacker.as_deref())
}

fn victim<'a>(facts: &Facts<'a>) -> Option<&'a str> {
    let by_id = facts.actor_ids.and_then(|ids| ids.victim.as_deref());
    by_id.or(facts.actors.victim.as_deref())
}

/// Each helper once. Ids are taken only where every helper has one: which name
/// has which id is not told.
fn helpers<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let names = &facts.actors.assists;
    let ids = facts.actor_ids.map(|ids| &ids.assists).filter(|ids| ids.len() == names.len());
    let mut helpers: Vec<&'a str> = ids.unwrap_or(names).iter().map(String::as_str).collect();
    helpers.sort_unstable();
    helpers.dedup();
    helpers.truncate(ASSISTS_MAX);
    helpers
}

impl MatchState {
    /// The grounds that these reports are, of which one tells the helpers.
    pub(crate) fn grounds(&self, members: &[ReportNo], assists_from: LogNo) -> Grounds {
        let told = || members.iter().filter_map(|no| self.reports().get(*no));
        let shown = told().find(|report| report.position == assists_from.0);
        // Where that one was withdrawn, the first of them tells.
        let shown = shown.or_else(|| told().min_by_key(|report| report.position));
        let helpers = shown.map_or(NameKey::NONE, |report| report.assists);
        let mut accounts: BTreeMap<NameKey, bool> = BTreeMap::new();
        let of_players = told().filter(|report| !self.reports().stream_of(report).is_nameless());
        for report in of_players {
            let names_them = accounts.entry(self.reports().stream_of(report).account).or_default();
            *names_them |= report.assists == helpers;
        }
        let naming = accounts.values().filter(|names_them| **names_them).count();
        Grounds {
            is_native: told().any(Packed::is_native),
            is_replayed: told().all(Packed::is_replayed),
            assists_agreed: helpers.is_some() && naming * 2 > accounts.len(),
        }
    }
}
