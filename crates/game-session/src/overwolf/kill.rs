//! A line of the kill feed as an event: who it names, and what numbers it.

use std::collections::BTreeMap;

use event_model::{ActorIds, Actors, Ordinal};
use serde_json::Value;

use super::{board::Board, session::in_round, twins::Feed};
use crate::Drift;

/// Pairs of one round that are counted apart: ten players, each killed by each.
const PAIRS_MAX: usize = 128;

/// What a kill says.
pub(super) struct Kill {
    pub(super) actors: Actors,
    pub(super) actor_ids: Option<ActorIds>,
    pub(super) ordinal: Option<Ordinal>,
    /// The game's own counter numbers it.
    pub(super) is_numbered: bool,
    pub(super) native_key: String,
    pub(super) details: BTreeMap<String, Value>,
}

/// Joins a line of the feed to the board.
///
/// The victim's deaths number it, as the board counts them. Where nobody knows these,
/// the repeats of the pair in the round do, which only whoever saw all of the round
/// counts right: a revived player is killed again.
pub(super) fn told(
    board: &mut Board,
    pairs: &mut BTreeMap<String, u32>,
    feed: &Feed,
    round: Option<u32>,
    drift: &mut Drift,
) -> Kill {
    let found = |name: &Option<String>, teammate| board.find(name.as_deref()?, teammate);
    let attacker = found(&feed.attacker, feed.attacker_teammate).map(str::to_owned);
    let victim = found(&feed.victim, feed.victim_teammate).map(str::to_owned);
    let ordinal = victim.as_deref().and_then(|victim| board.die(victim, drift));
    let native_key = match (&ordinal, &victim) {
        (Some(Ordinal { run, value, .. }), Some(victim)) => {
            format!("death {value} of run {run} of {victim} {}", in_round(round))
        }
        _ => pair(pairs, feed, round, drift),
    };
    let is_numbered = ordinal.is_some();
    let (actors, actor_ids) = actors(board, feed, attacker.as_deref(), victim.as_deref());
    Kill { actors, actor_ids, ordinal, is_numbered, native_key, details: details(feed) }
}

fn pair(
    pairs: &mut BTreeMap<String, u32>,
    feed: &Feed,
    round: Option<u32>,
    drift: &mut Drift,
) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let pair = format!("{:?} {:?}", name(&feed.attacker), name(&feed.victim));
    let pair = format!("{pair} {}", in_round(round));
    if pairs.len() >= PAIRS_MAX && !pairs.contains_key(&pair) {
        drift.count("kill_feed (more pairs than a round has)");
        pairs.pop_first();
    }
    let times = pairs.entry(pair.clone()).or_default();
    *times = times.saturating_add(1);
    format!("kill {times} of {pair}")
}

fn actors(
    board: &Board,
    feed: &Feed,
    attacker: Option<&str>,
    victim: Option<&str>,
) -> (Actors, Option<ActorIds>) {
    let named = |key: Option<&str>| key.and_then(|key| board.named(key));
    let name = |key, told: &Option<String>| {
        named(key).map(|named| named.name.to_owned()).or_else(|| told.clone())
    };
    let account = |key| named(key)?.account.map(str::to_owned);
    let helpers: Vec<_> = feed
        .assists
        .iter()
        .filter_map(|told| board.named(board.helper(told, feed.attacker_teammate)?))
        .collect();
    let ids = ActorIds {
        attacker: account(attacker),
        victim: account(victim),
        assists: helpers.iter().filter_map(|named| named.account.map(str::to_owned)).collect(),
    };
    let actors = Actors {
        attacker: name(attacker, &feed.attacker),
        victim: name(victim, &feed.victim),
        assists: helpers.iter().map(|named| named.name.to_owned()).collect(),
    };
    (actors, (ids != ActorIds::default()).then_some(ids))
}

fn details(feed: &Feed) -> BTreeMap<String, Value> {
    let weapon = feed.weapon.as_deref().map(|weapon| ("weapon".to_owned(), weapon.into()));
    let headshot = feed.headshot.map(|headshot| ("headshot".to_owned(), headshot.into()));
    weapon.into_iter().chain(headshot).collect()
}
