//! On which side the player was in each round.
//!
//! The game tells it with the player's own kills and deaths. In between, two
//! scores in a row tell whether the sides were changed: the side that won must
//! have one point more, and the other as many as before.

use crate::{
    Part,
    body::Event,
    details,
    rounds::Round,
    score::{Points, points},
};

/// The side that an event of the player's own tells, in small letters.
pub(crate) fn told_by(event: &Event) -> Option<String> {
    match Part::of(event.kind, &event.data) {
        Part::Did | Part::Suffered => details::word(&event.data, "team").map(str::to_lowercase),
        Part::Helped | Part::Watched => None,
    }
}

/// Fills in the sides that follow from their neighbours'. `end` is the telling
/// that the match ended, with the score of the last round.
pub(crate) fn settle(rounds: &mut [Round], end: Option<&Event>) {
    if let (Some(last), Some(end)) = (rounds.last_mut().filter(|last| last.has_ended()), end) {
        last.points = last.points.take().or_else(|| points(&end.data));
    }
    for next in 1..rounds.len() {
        if rounds[next].own_side.is_none() {
            rounds[next].own_side = carried(&rounds[next - 1], &rounds[next], Way::On);
        }
    }
    for next in (1..rounds.len()).rev() {
        if rounds[next - 1].own_side.is_none() {
            rounds[next - 1].own_side = carried(&rounds[next - 1], &rounds[next], Way::Back);
        }
    }
}

/// From which of two rounds to the other.
#[derive(Clone, Copy)]
enum Way {
    On,
    Back,
}

fn carried(round: &Round, next: &Round, way: Way) -> Option<String> {
    if (next.run, next.number) != (round.run, round.number.checked_add(1)?) {
        return None;
    }
    let (before, after) = (round.points.as_ref()?, next.points.as_ref()?);
    let own = match way {
        Way::On => round.own_side.as_ref()?,
        Way::Back => next.own_side.as_ref()?,
    };
    let other = before.keys().find(|side| *side != own)?;
    let winner = next.winner.as_deref()?.to_lowercase();
    // The winner has a point more than the same team had: under its own name,
    // or under the other one's.
    let stayed = with_point(before, &winner)? == *after;
    let changed = with_point(&swapped(before), &winner)? == *after;
    match (stayed, changed) {
        (true, false) => Some(own.clone()),
        (false, true) => Some(other.clone()),
        // With equal scores both fit: nobody can tell.
        (true, true) | (false, false) => None,
    }
}

fn with_point(points: &Points, side: &str) -> Option<Points> {
    let mut points = points.clone();
    let own = points.get_mut(side)?;
    *own = own.checked_add(1)?;
    Some(points)
}

fn swapped(points: &Points) -> Points {
    points.keys().cloned().zip(points.values().rev().copied()).collect()
}
