//! What tells one game from the next.
//!
//! The game prints no id of a match. What both of its sides see before the mulligan, and
//! no other game has, is who plays and which entities lie in the hands: of 30 cards each
//! three and four are dealt, one of 10⁸ ways, and the two accounts play one game at a
//! time. Which cards these are only one side sees, so that is left out.

use event_model::SessionKey;

use super::{
    names::{Account, Player, Players},
    zones::Cards,
};

/// Steps before the hands are dealt.
const BEFORE: [&str; 4] = ["INVALID", "BEGIN_FIRST", "BEGIN_SHUFFLE", "BEGIN_DRAW"];

/// Whether at this step the hands are dealt, and nobody has put a card back.
pub(super) fn is_over_at(step: &str) -> bool {
    !BEFORE.contains(&step)
}

/// The key of a game that was seen from its start; the same from both sides.
pub(super) fn key(
    players: &Players,
    cards: &Cards,
    created: &str,
    seed: Option<&str>,
) -> SessionKey {
    let mut values = vec!["opening".to_owned()];
    values.extend(seats(players));
    let dealt: Vec<String> = cards.in_hand().map(|(id, _)| id.to_string()).collect();
    values.push(dealt.join(" "));
    // Against no person the game may deal the same each time, and there is no other side.
    if players.iter().any(|player| player.account == Account::Nobody) {
        values.extend([created.to_owned(), seed.unwrap_or_default().to_owned()]);
    }
    SessionKey::from_values(values.iter().map(String::as_str))
}

/// The key of a game that was first seen in its midst.
pub(super) fn late_key(players: &Players, created: &str, turn: u32) -> SessionKey {
    let mut values = vec!["joined late".to_owned(), format!("{turn}"), created.to_owned()];
    values.extend(seats(players));
    SessionKey::from_values(values.iter().map(String::as_str))
}

/// Who sits where: two lists that are equal are of the same players.
pub(super) fn seats(players: &Players) -> Vec<String> {
    let seat =
        |player: &Player| format!("{} {} {}", player.entity, player.seat, player.account.as_str());
    players.iter().map(seat).collect()
}

/// The seat from which the log was written: the one whose cards in hand are known.
pub(super) fn own_seat(players: &Players, cards: &Cards) -> Option<u32> {
    let known =
        |seat: u32| cards.in_hand().any(|(_, card)| card.seat == seat && !card.card.is_empty());
    let mut seats = players.iter().map(|player| player.seat).filter(|seat| known(*seat));
    if let Some(seat) = seats.next() {
        return Some(seat).filter(|_| seats.next().is_none());
    }
    // Before any card is dealt: the game knows its own player's name from the start.
    let is_named = |player: &&Player| player.name.is_some() && player.account != Account::Nobody;
    let mut named = players.iter().filter(is_named);
    named.next().filter(|_| named.next().is_none()).map(|player| player.seat)
}
