//! Whether two sessions are one match.

use serde::{Deserialize, Serialize};

use super::{
    SessionSummary,
    bounds::{
        ID_WEIGHT, ROSTER_OF_SAME_ID_TENTHS, ROSTER_SHARED_TENTHS, START_WEIGHT, ZERO_APART_MS,
        ZERO_OF_ANOTHER_MS,
    },
    events::{self, Run},
    roster, rounds,
};
use crate::replayed::is_replayed;

/// How strongly two sessions belong together, in hundredths of a nat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Weight(pub i32);

/// The judgement on two sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// One match.
    Join(Weight),
    /// Nothing shows it yet; to be asked again when either says more.
    Wait,
    /// Two matches.
    Refuse(Reason),
}

/// Why two sessions are two matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Another game.
    Game,
    /// One of them is a replay that is kept apart.
    Replay,
    /// Another map or mode.
    Place,
    /// The game gave them two ids.
    Ids,
    /// Other players.
    Roster,
    /// They began at other times.
    Start,
    /// At the same instants other things happened: a rematch of the same ten.
    Events,
    /// The rounds went otherwise.
    Rounds,
}

/// The judgement on two sessions: the first rule that applies, the strongest
/// first. The same from both sides.
#[must_use]
pub fn verdict(one: &SessionSummary, other: &SessionSummary) -> Verdict {
    // Ties are broken from the side of the smaller key, whoever asks.
    let (one, other) = if one.key() <= other.key() { (one, other) } else { (other, one) };
    let rules = [by_place, by_ids, by_roster, by_start, by_events, by_rounds, by_beginning];
    rules.iter().find_map(|rule| rule(one, other)).unwrap_or(Verdict::Wait)
}

/// Whether two sessions say something of each other: that they are one match, or
/// that they would be but for their players.
#[must_use]
pub fn concerns(one: &SessionSummary, other: &SessionSummary) -> bool {
    match verdict(one, other) {
        Verdict::Join(_) => true,
        Verdict::Refuse(Reason::Roster) => {
            one.ids.meets(&other.ids)
                || (one.shares_players(other)
                    && matches!(events::compare(one, other), Run::Same(_)))
        }
        Verdict::Wait | Verdict::Refuse(_) => false,
    }
}

fn by_place(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    if one.game() != other.game() {
        return Some(Verdict::Refuse(Reason::Game));
    }
    if is_replayed(one.key()) != is_replayed(other.key()) {
        return Some(Verdict::Refuse(Reason::Replay));
    }
    let differ = |a: Option<_>, b: Option<_>| a.is_some() && b.is_some() && a != b;
    let differs =
        differ(one.map.last(), other.map.last()) || differ(one.mode.last(), other.mode.last());
    differs.then_some(Verdict::Refuse(Reason::Place))
}

/// An id in common joins, unless the players contradict it: then somebody uses
/// the id of a match that they were not in.
fn by_ids(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    if one.ids.len() == 0 || other.ids.len() == 0 {
        return None;
    }
    if !one.ids.meets(&other.ids) {
        return Some(Verdict::Refuse(Reason::Ids));
    }
    let contradicts = roster::contradicts(&one.roster, &other.roster, ROSTER_OF_SAME_ID_TENTHS);
    Some(if contradicts {
        Verdict::Refuse(Reason::Roster)
    } else {
        Verdict::Join(Weight(ID_WEIGHT))
    })
}

fn by_roster(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    roster::contradicts(&one.roster, &other.roster, ROSTER_SHARED_TENTHS)
        .then_some(Verdict::Refuse(Reason::Roster))
}

fn by_start(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    let apart = zeros_apart(one, other)?;
    (apart > ZERO_OF_ANOTHER_MS.unsigned_abs()).then_some(Verdict::Refuse(Reason::Start))
}

fn by_events(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    of_run(events::compare(one, other), Reason::Events)
}

fn by_rounds(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    of_run(rounds::compare(one, other), Reason::Rounds)
}

/// Before anything happened: the same players on the same map whose match
/// clocks began together.
fn by_beginning(one: &SessionSummary, other: &SessionSummary) -> Option<Verdict> {
    let apart = zeros_apart(one, other)?;
    let same_place = one.map.last().is_some() && one.map == other.map && one.mode == other.mode;
    let joins = apart <= ZERO_APART_MS.unsigned_abs()
        && same_place
        && roster::tells(&one.roster, &other.roster);
    joins.then_some(Verdict::Join(Weight(START_WEIGHT)))
}

fn of_run(run: Run, reason: Reason) -> Option<Verdict> {
    match run {
        Run::Same(weight) => Some(Verdict::Join(weight)),
        Run::Different => Some(Verdict::Refuse(reason)),
        Run::Open => None,
    }
}

/// How far apart two match clocks began, where the server knows both.
fn zeros_apart(one: &SessionSummary, other: &SessionSummary) -> Option<u64> {
    Some(one.match_zero.good()?.abs_diff(other.match_zero.good()?))
}
