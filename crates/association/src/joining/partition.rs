//! Many sessions, and the matches that they make.

use std::collections::{BTreeMap, BTreeSet};

use event_model::MatchKey;
use serde::{Deserialize, Serialize};

use super::{
    Reason, SessionSummary, Verdict, Verdicts, Weight,
    events::{self, Run},
};

/// Sessions, each in one match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partition {
    matches: BTreeSet<BTreeSet<MatchKey>>,
    flags: BTreeMap<MatchKey, BTreeSet<JoinFlag>>,
}

/// What is known of a session that was not joined where it might have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinFlag {
    /// Its events or its id say one match, its list of players another.
    ContradictoryRoster,
    /// It belongs to one session of a match, and cannot belong to another one.
    Refused,
}

impl JoinFlag {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::ContradictoryRoster, Self::Refused];

    /// As a reader's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContradictoryRoster => "join_against_roster",
            Self::Refused => "join_refused",
        }
    }

    /// The one of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.as_str() == word)
    }
}

/// Numbers of sessions, in order of their keys.
type Group = Vec<usize>;

/// Sessions that are being joined.
struct Joining<'s> {
    sessions: Vec<&'s SessionSummary>,
    /// The judgement on each two of different matches, the lower number first.
    verdicts: BTreeMap<(usize, usize), Verdict>,
    /// The group of each session.
    group_of: Vec<usize>,
    groups: Vec<Group>,
    flags: BTreeMap<MatchKey, BTreeSet<JoinFlag>>,
}

/// The matches that these sessions make: a function of the summaries alone.
#[must_use]
pub fn join<'s>(sessions: impl IntoIterator<Item = &'s SessionSummary>) -> Partition {
    join_further(sessions, &Partition::default())
}

/// The same where some have been joined before, which stands: keys were handed
/// on for ever.
#[must_use]
pub fn join_further<'s>(
    sessions: impl IntoIterator<Item = &'s SessionSummary>,
    before: &Partition,
) -> Partition {
    join_knowing(sessions, before, &mut Verdicts::default())
}

/// The same with verdicts that were given before; of every session that said
/// more since then they must have been forgotten.
#[must_use]
pub fn join_knowing<'s>(
    sessions: impl IntoIterator<Item = &'s SessionSummary>,
    before: &Partition,
    verdicts: &mut Verdicts,
) -> Partition {
    let by_key: BTreeMap<_, _> =
        sessions.into_iter().map(|session| (session.key(), session)).collect();
    let mut joining = Joining::of(by_key.into_values().collect(), before);
    joining.judge(verdicts);
    for (_, one, other) in joining.strongest_first() {
        joining.unite(one, other);
    }
    joining.finish()
}

impl Partition {
    /// The matches, each with the keys of its sessions.
    pub fn matches(&self) -> impl Iterator<Item = &BTreeSet<MatchKey>> {
        self.matches.iter()
    }

    /// The sessions of the match that a session is in.
    #[must_use]
    pub fn match_of(&self, key: &MatchKey) -> Option<&BTreeSet<MatchKey>> {
        self.matches.iter().find(|sessions| sessions.contains(key))
    }

    /// What is known of a session that was not joined.
    pub fn flags_of(&self, key: &MatchKey) -> impl Iterator<Item = JoinFlag> {
        self.flags.get(key).into_iter().flatten().copied()
    }

    /// A partition that stood before, from the store.
    #[must_use]
    pub fn of_matches(matches: impl IntoIterator<Item = BTreeSet<MatchKey>>) -> Self {
        Self { matches: matches.into_iter().collect(), flags: BTreeMap::new() }
    }
}

impl<'s> Joining<'s> {
    fn of(sessions: Vec<&'s SessionSummary>, before: &Partition) -> Self {
        let mut joining = Self {
            verdicts: BTreeMap::new(),
            group_of: (0..sessions.len()).collect(),
            groups: (0..sessions.len()).map(|number| vec![number]).collect(),
            flags: BTreeMap::new(),
            sessions,
        };
        for sessions in &before.matches {
            joining.stand_united(sessions);
        }
        joining
    }

    /// Judges each two that are not in one match already: what was joined stands.
    fn judge(&mut self, verdicts: &mut Verdicts) {
        for (one, ours) in self.sessions.iter().enumerate() {
            for (other, theirs) in self.sessions.iter().enumerate().skip(one + 1) {
                if self.group_of.get(one) != self.group_of.get(other) {
                    self.verdicts.insert((one, other), verdicts.on(ours, theirs));
                }
            }
        }
    }

    fn stand_united(&mut self, keys: &BTreeSet<MatchKey>) {
        let numbers = keys.iter().filter_map(|key| {
            self.sessions.binary_search_by_key(&key, |session| session.key()).ok()
        });
        let numbers: Vec<_> = numbers.collect();
        for pair in numbers.windows(2) {
            if let [one, other] = pair {
                self.merge(*one, *other);
            }
        }
    }

    /// Pairs that join, the strongest first, ties in order of their keys.
    fn strongest_first(&self) -> Vec<(std::cmp::Reverse<Weight>, usize, usize)> {
        let joins = self.verdicts.iter().filter_map(|((one, other), verdict)| match verdict {
            Verdict::Join(weight) => Some((std::cmp::Reverse(*weight), *one, *other)),
            Verdict::Wait | Verdict::Refuse(_) => None,
        });
        let mut joins: Vec<_> = joins.collect();
        joins.sort_unstable();
        joins
    }

    /// Unites two matches, where no session of one refuses one of the other.
    fn unite(&mut self, one: usize, other: usize) {
        let (Some(ours), Some(theirs)) = (self.group(one), self.group(other)) else { return };
        if ours == theirs {
            return;
        }
        let refusing = self.refusing(ours, theirs);
        if refusing.is_empty() {
            self.merge(one, other);
            return;
        }
        // Who fits both of two matches that refuse each other is in the wrong;
        // where neither does, nobody knows which of the two it is.
        let fits_both: Vec<_> =
            [one, other].into_iter().filter(|session| !refusing.contains(session)).collect();
        let flagged = if fits_both.is_empty() { vec![one, other] } else { fits_both };
        for session in flagged {
            self.flag(session, JoinFlag::Refused);
        }
    }

    /// The sessions of two groups that refuse one of the other.
    fn refusing(&self, ours: &Group, theirs: &Group) -> BTreeSet<usize> {
        let across = ours.iter().flat_map(|one| theirs.iter().map(move |other| (*one, *other)));
        let refused = across.filter(|(one, other)| {
            let pair = (*one.min(other), *one.max(other));
            matches!(self.verdicts.get(&pair), Some(Verdict::Refuse(_)))
        });
        refused.flat_map(|(one, other)| [one, other]).collect()
    }

    fn group(&self, session: usize) -> Option<&Group> {
        self.groups.get(*self.group_of.get(session)?)
    }

    fn merge(&mut self, one: usize, other: usize) {
        let groups = self.group_of.get(one).zip(self.group_of.get(other));
        let Some((into, from)) = groups.map(|(into, from)| (*into, *from)) else { return };
        if into == from {
            return;
        }
        let moved = self.groups.get_mut(from).map(std::mem::take).unwrap_or_default();
        for session in &moved {
            if let Some(group) = self.group_of.get_mut(*session) {
                *group = into;
            }
        }
        if let Some(group) = self.groups.get_mut(into) {
            group.extend(moved);
        }
    }

    fn flag(&mut self, session: usize, flag: JoinFlag) {
        let Some(session) = self.sessions.get(session) else { return };
        self.flags.entry(session.key().clone()).or_default().insert(flag);
    }

    /// Sessions whose id or events say one match, and whose players cannot be in
    /// one: of the two the one that fewer agree with.
    fn flag_contradictory_rosters(&mut self) {
        let contradictory = self.verdicts.iter().filter(|(pair, verdict)| {
            **verdict == Verdict::Refuse(Reason::Roster) && self.otherwise_alike(**pair)
        });
        let contradictory: Vec<_> = contradictory.map(|(pair, _)| *pair).collect();
        for (one, other) in contradictory {
            let size = |session| self.group(session).map_or(0, Group::len);
            let (ours, theirs) = (size(one), size(other));
            for (session, lesser) in [(one, ours <= theirs), (other, theirs <= ours)] {
                if lesser {
                    self.flag(session, JoinFlag::ContradictoryRoster);
                }
            }
        }
    }

    fn otherwise_alike(&self, (one, other): (usize, usize)) -> bool {
        let sessions = self.sessions.get(one).zip(self.sessions.get(other));
        sessions.is_some_and(|(one, other)| one.ids.meets(&other.ids) || same_events(one, other))
    }

    fn finish(mut self) -> Partition {
        self.flag_contradictory_rosters();
        let key = |session: &usize| Some(self.sessions.get(*session)?.key().clone());
        let groups = self.groups.iter().filter(|group| !group.is_empty());
        let matches = groups.map(|group| group.iter().filter_map(key).collect()).collect();
        Partition { matches, flags: self.flags }
    }
}

fn same_events(one: &SessionSummary, other: &SessionSummary) -> bool {
    matches!(events::compare(one, other), Run::Same(_))
}
