//! What can show that two sessions are one match.

use std::collections::BTreeSet;

use event_model::{Game, Kind, MatchKey};
use serde::{Deserialize, Serialize};

use super::{
    Evidence, RoundResult, ShortHash,
    bounds::{ACCOUNTS_MAX, MARKS_MAX, PLANTS_MAX, ROUND_ENDS_MAX},
    clocks::{Clocks, Seen, Zero},
    learnt::Learnt,
    roster::Roster,
    rounds::{Plant, RoundEnd},
    smallest::SmallestOf,
};
use crate::{
    Report,
    replayed::{as_played, is_replayed, replayed},
};

/// What is kept of a session: bounded, whatever it sends, and the same for the
/// same reports in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    key: MatchKey,
    game: Game,
    /// The game's id of its match: its own key where that is one, whatever anybody
    /// says; else the one that it learnt.
    pub(super) ids: SmallestOf<MatchKey, 1>,
    learnt: Learnt,
    pub(super) accounts: SmallestOf<ShortHash, ACCOUNTS_MAX>,
    pub(super) roster: Roster,
    pub(super) map: SmallestOf<ShortHash, 1>,
    pub(super) mode: SmallestOf<ShortHash, 1>,
    pub(super) clocks: Clocks,
    /// Where the match clock's zero lies on the server's.
    pub(super) match_zero: Zero,
    /// First and last reading of the match's clock.
    pub(super) match_span: Option<Span>,
    /// First and last corrected time.
    span: Option<Span>,
    pub(super) marks: SmallestOf<Mark, MARKS_MAX>,
    pub(super) round_ends: SmallestOf<RoundEnd, ROUND_ENDS_MAX>,
    pub(super) plants: SmallestOf<Plant, PLANTS_MAX>,
    first_position: u64,
}

/// From the first to the last of something, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) first: i64,
    pub(super) last: i64,
}

/// Something that every player of the match sees, by what happened: two
/// sessions that saw the same keep the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) what: ShortHash,
    pub(super) at: Seen,
}

/// What about a session is not as it should be: shown to operators, never a
/// reason to drop anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionFlag {
    /// It names more players than a match can have.
    RosterOverflow,
    /// It says that it is two matches.
    SeveralIds,
    /// It names two maps or two modes.
    SeveralPlaces,
    /// More happened than is kept for joining, and no id of the game's joins it.
    EventsOverflow,
    /// More clocks than are kept for joining.
    ClocksOverflow,
}

impl SessionFlag {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::RosterOverflow,
        Self::SeveralIds,
        Self::SeveralPlaces,
        Self::EventsOverflow,
        Self::ClocksOverflow,
    ];

    /// As a reader's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RosterOverflow => "roster_overflow",
            Self::SeveralIds => "several_ids",
            Self::SeveralPlaces => "several_places",
            Self::EventsOverflow => "events_overflow",
            Self::ClocksOverflow => "clocks_overflow",
        }
    }
}

impl Span {
    fn with(span: Option<Self>, ms: i64) -> Option<Self> {
        Some(span.map_or(Self { first: ms, last: ms }, |span| Self {
            first: span.first.min(ms),
            last: span.last.max(ms),
        }))
    }

    pub(super) fn overlap(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        (first <= last).then_some(Self { first, last })
    }
}

impl SessionSummary {
    /// Nothing yet of the session that events name `key`.
    #[must_use]
    pub fn new(key: MatchKey, game: Game) -> Self {
        let mut ids = SmallestOf::default();
        if !is_session_key(&key, &game) {
            ids.put(key.clone());
        }
        Self {
            key,
            game,
            ids,
            learnt: Learnt::default(),
            accounts: SmallestOf::default(),
            roster: Roster::default(),
            map: SmallestOf::default(),
            mode: SmallestOf::default(),
            clocks: Clocks::default(),
            match_zero: Zero::default(),
            match_span: None,
            span: None,
            marks: SmallestOf::default(),
            round_ends: SmallestOf::default(),
            plants: SmallestOf::default(),
            first_position: u64::MAX,
        }
    }

    /// Takes one of the session's reports; of a `session_evidence` its
    /// [`Evidence`] has to be taken besides, by [`Self::learn`].
    pub fn hear(&mut self, report: &Report<'_>) {
        self.first_position = self.first_position.min(report.position);
        self.span = Span::with(self.span, report.corrected.at.unix_ms());
        if let Some(observer) = report.observer {
            self.accounts.put(ShortHash::of(&[observer]));
        }
        self.hear_teller(report);
        self.clocks.hear(report);
        if let Some(ms) = report.match_clock_ms {
            self.match_zero.hear(report, ms);
            self.match_span = Span::with(self.match_span, ms);
        }
        match report.kind {
            Some(Kind::RoundEnded) => self.hear_round_end(report),
            Some(Kind::BombPlanted) => self.hear_plant(report),
            Some(kind) => self.hear_mark(kind, report),
            None => {}
        }
    }

    /// Takes what a `session_evidence` says, and the report that says it.
    pub fn learn(&mut self, report: &Report<'_>, evidence: &Evidence) {
        for account in &evidence.roster {
            self.roster.put(ShortHash::of(&[account]));
        }
        for (known, told) in [(&mut self.map, &evidence.map), (&mut self.mode, &evidence.mode)] {
            if let Some(text) = told {
                known.put(ShortHash::of(&[text]));
            }
        }
        if let (Some(id), Some(account)) = (&evidence.match_id, account_of(report)) {
            self.learnt.says(report.device, account, match_key(&self.game, id, &self.key));
            self.elect();
        }
        for round in &evidence.rounds {
            self.learn_round(round);
        }
    }

    /// The key that its events name.
    #[must_use]
    pub fn key(&self) -> &MatchKey {
        &self.key
    }

    /// The game.
    #[must_use]
    pub fn game(&self) -> &Game {
        &self.game
    }

    /// Where its first report stands in the log.
    #[must_use]
    pub fn first_position(&self) -> u64 {
        self.first_position
    }

    /// Its key, where that is the game's own id of the match.
    #[must_use]
    pub fn native_key(&self) -> Option<&MatchKey> {
        (!is_session_key(&self.key, &self.game)).then_some(&self.key)
    }

    /// The game's own id of the match, its own key where that is one.
    pub fn match_ids(&self) -> impl Iterator<Item = &MatchKey> {
        self.ids.iter()
    }

    /// When it began, by the server's clock, in milliseconds.
    #[must_use]
    pub fn start_ms(&self) -> Option<i64> {
        Some(self.span?.first)
    }

    /// Where it stands: who looks in one of these finds it. At most one for each
    /// id, account and name, and one for map and mode.
    #[must_use]
    pub fn block_keys(&self) -> Vec<ShortHash> {
        self.blocks(&[self.ids.len() > 0])
    }

    /// Where the sessions stand that may be of its match: two of which neither
    /// looks where the other stands need not be compared. Sessions that the game
    /// gave ids are two matches where these differ, and meet where they do not:
    /// on its map such a one looks only for those without.
    #[must_use]
    pub fn looked_in(&self) -> Vec<ShortHash> {
        if self.ids.len() > 0 { self.blocks(&[false]) } else { self.blocks(&[false, true]) }
    }

    /// Bytes on the heap, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let (accounts, roster) = (self.accounts.bytes(), self.roster.bytes());
        let events = self.marks.bytes() + self.round_ends.bytes() + self.plants.bytes();
        self.ids.bytes() + self.learnt.bytes() + accounts + roster + self.clocks.bytes() + events
    }

    /// Its ids and players, and its map among sessions with ids or without.
    fn blocks(&self, with_ids: &[bool]) -> Vec<ShortHash> {
        let game = self.game.as_str();
        let ids = self.ids.iter().map(|id| ShortHash::of(&["id", id.as_str()]));
        let players = self.accounts.iter().chain(self.roster.iter()).copied();
        let known = |place: &SmallestOf<ShortHash, 1>| place.last().map(hex).unwrap_or_default();
        let (map, mode) = (known(&self.map), known(&self.mode));
        let places = with_ids
            .iter()
            .map(|has_ids| ShortHash::of(&[game, &map, &mode, if *has_ids { "ids" } else { "" }]));
        let mut keys: Vec<_> = ids.chain(players).chain(places).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether a player is known of both.
    pub(super) fn shares_players(&self, other: &Self) -> bool {
        let players = |one: &Self| -> BTreeSet<ShortHash> {
            one.accounts.iter().chain(one.roster.iter()).copied().collect()
        };
        !players(self).is_disjoint(&players(other))
    }

    /// What about it is not as it should be.
    #[must_use]
    pub fn flags(&self) -> Vec<SessionFlag> {
        let is_too_long =
            self.marks.overflowed() || self.round_ends.overflowed() || self.plants.overflowed();
        // Into one that the game has named ten devices tell, and nothing hangs on
        // comparing all of it.
        let events = is_too_long && self.native_key().is_none();
        [
            (self.roster.overflowed(), SessionFlag::RosterOverflow),
            (self.learnt.is_several(self.native_key()), SessionFlag::SeveralIds),
            (self.map.overflowed() || self.mode.overflowed(), SessionFlag::SeveralPlaces),
            (events, SessionFlag::EventsOverflow),
            (self.clocks.overflowed(), SessionFlag::ClocksOverflow),
        ]
        .into_iter()
        .filter_map(|(holds, flag)| holds.then_some(flag))
        .collect()
    }

    fn hear_teller(&mut self, report: &Report<'_>) {
        let account = account_of(report).filter(|_| report.kind.is_some_and(Kind::is_occurrence));
        if account.is_some_and(|account| self.learnt.tells(report.device, account)) {
            self.elect();
        }
    }

    /// Takes the id that most say, where the game itself does not say it.
    fn elect(&mut self) {
        if self.native_key().is_some() {
            return;
        }
        self.ids = SmallestOf::default();
        if let Some(id) = self.learnt.elected() {
            self.ids.put(id.clone());
        }
    }

    fn hear_mark(&mut self, kind: Kind, report: &Report<'_>) {
        if let Some(what) = mark(kind, report) {
            self.marks.put(Mark { what, at: Seen::of(report) });
        }
    }

    fn hear_round_end(&mut self, report: &Report<'_>) {
        let Some(round) = report.round else { return };
        let at = Some(Seen::on_device(report));
        let end = RoundEnd::new(round, report.hints.winner, report.hints.score, at);
        self.round_ends.put(end);
    }

    fn hear_plant(&mut self, report: &Report<'_>) {
        let Some(round) = report.round else { return };
        self.plants.put(Plant { round, at: Seen::on_device(report) });
    }

    fn learn_round(&mut self, result: &RoundResult) {
        let (winner, score) = (result.winner.as_deref(), result.score.as_deref());
        self.round_ends.put(RoundEnd::new(result.round, winner, score, None));
    }
}

/// What happened, for kinds that every player sees and that are no consequence
/// of another event: a first blood is the same instant as its kill again. What
/// happens at the same second of every match (minions, spawns) is none either.
fn mark(kind: Kind, report: &Report<'_>) -> Option<ShortHash> {
    let ids = report.actor_ids;
    let attacker =
        ids.and_then(|ids| ids.attacker.as_deref()).or(report.actors.attacker.as_deref());
    let victim = ids.and_then(|ids| ids.victim.as_deref()).or(report.actors.victim.as_deref());
    let (by, to) = match kind {
        Kind::Kill | Kind::Knock | Kind::Demolition => (attacker?, victim?),
        Kind::StructureDestroyed => ("", victim?),
        Kind::ObjectiveTaken => (attacker?, report.hints.name.unwrap_or_default()),
        Kind::Goal => (attacker?, ""),
        Kind::MatchStarted
        | Kind::MatchEnded
        | Kind::RoundStarted
        | Kind::RoundEnded
        | Kind::Death
        | Kind::Revive
        | Kind::FirstBlood
        | Kind::MultiKill
        | Kind::Ace
        | Kind::BombPlanted
        | Kind::BombDefused
        | Kind::BombExploded
        | Kind::Shot
        | Kind::Save
        | Kind::Other
        | Kind::SessionEvidence
        | Kind::SequenceGap => return None,
    };
    Some(ShortHash::of(&[kind.as_str(), by, to]))
}

/// Whose game was watched, where it is told.
fn account_of(report: &Report<'_>) -> Option<ShortHash> {
    report.observer.filter(|account| !account.is_empty()).map(|account| ShortHash::of(&[account]))
}

/// Whether a key stands for a session, since the game gave the match no id.
fn is_session_key(key: &MatchKey, game: &Game) -> bool {
    let rest = as_played(key).strip_prefix(game.as_str());
    rest.is_some_and(|rest| rest.starts_with(":session-"))
}

/// The key that a learnt id stands for: a whole key, or the game's bare id. What was
/// learnt in a replay that is kept apart names a match that is.
fn match_key(game: &Game, id: &str, own: &MatchKey) -> MatchKey {
    let prefix = format!("{game}:");
    let key =
        if id.starts_with(&prefix) { MatchKey::from_text(id) } else { MatchKey::native(game, id) };
    if is_replayed(own) { MatchKey::from_text(replayed(key.as_str())) } else { key }
}

fn hex(hash: &ShortHash) -> String {
    format!("{:016x}", u64::from_be_bytes(hash.to_bytes()))
}
