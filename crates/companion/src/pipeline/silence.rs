//! How long a match may show nothing before it is taken for over.
//!
//! A game that crashed, or a PC that slept, says nothing of it. A bound that is too
//! short takes the overlay away in the midst of a match, though the next frame brings
//! it back; one that is too long shows a match that nobody plays.

use event_model::Source;

/// The games that are asked or that post by themselves: League is asked every second,
/// Rocket League sends many times in one, and the games of Valve's post every ten, as
/// their configuration has it. Six of those missed are no hiccup any more.
const POSTED_MS_MAX: u64 = 60_000;

/// Overwolf tells what changes and nothing between. The longest that a round can go
/// without a kill is the time to buy (45 s in the first one of a half), the round
/// (115 s in Counter-Strike) and the bomb (45 s in VALORANT).
const OVERWOLF_MS_MAX: u64 = 5 * 60_000;

/// Hearthstone writes what is done. A turn has 75 s and the animations behind it; the
/// battles of its Battlegrounds and a player who lost the connection and comes back
/// take minutes in which the other client writes nothing.
const HEARTHSTONE_MS_MAX: u64 = 5 * 60_000;

/// Elite writes what happens to the ship: a flight in supercruise to a far star, or a
/// mined belt, is half an hour without a line.
const ELITE_MS_MAX: u64 = 30 * 60_000;

/// A match that no frame showed for longer is shown no longer.
pub(super) fn silence_ms_max(source: Source) -> u64 {
    match source {
        Source::League | Source::Cs2 | Source::Dota2 | Source::RocketLeague => POSTED_MS_MAX,
        Source::Overwolf => OVERWOLF_MS_MAX,
        Source::Hearthstone => HEARTHSTONE_MS_MAX,
        Source::Elite => ELITE_MS_MAX,
    }
}

#[cfg(test)]
mod tests;
