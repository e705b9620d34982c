//! What a game allows: how soon a thing can happen again, and what counts it.

use event_model::{Game, Kind};

/// What is the same in two reports of one occurrence, whatever else differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The victim: a player cannot be killed twice at once.
    Victim,
    /// Who did it.
    Attacker,
    /// The object: a structure, an objective, the game's own word.
    Object,
    /// The object, by whom and to whom.
    Everything,
    /// Happens once in a match.
    Match,
    /// Happens once in a round.
    Round,
}

/// How one kind of happening behaves in one game.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// What two reports of one must share.
    pub place: Place,
    /// The shortest time between two of one place, in milliseconds.
    pub floor_ms: i64,
    /// The latest that a witness is joined by time.
    pub late_ms: i64,
    /// The earliest, since a clock is known to within some noise only.
    pub early_ms: i64,
    /// How soon a witness that tells the same again tells the same thing: half of
    /// the time in which it could happen again at most, so that one who was late
    /// the first time and quick the next is not meant.
    pub again_ms: i64,
}

/// The rules of one game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    game: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    League,
    Valorant,
    Cs2,
    Dota2,
    RocketLeague,
    Other,
}

impl Rules {
    /// The rules of `game`; a game that nobody described gets careful ones.
    #[must_use]
    pub fn of(game: &Game) -> Self {
        let game = match game.as_str() {
            "league" => Known::League,
            "valorant" => Known::Valorant,
            "cs2" => Known::Cs2,
            "dota2" => Known::Dota2,
            "rocket-league" => Known::RocketLeague,
            _ => Known::Other,
        };
        Self { game }
    }

    /// Whether a kill comes as two halves, one from each side.
    #[must_use]
    pub fn has_halves(&self) -> bool {
        self.game == Known::Cs2
    }

    /// Whether every witness of a match can see a thing of this kind.
    #[must_use]
    pub fn seen_by_all(&self, kind: Kind) -> bool {
        !(self.has_halves() && matches!(kind, Kind::Kill | Kind::Death))
    }

    /// The rule of `kind`.
    #[must_use]
    pub fn rule(&self, kind: Kind) -> Rule {
        match kind {
            Kind::Kill | Kind::Death => self.kill(),
            // Apex: knocked, raised and knocked again takes two seconds.
            Kind::Knock | Kind::Revive => Rule::new(Place::Victim, 2_000, 1_700, 1_000, 1_000),
            // Rocket League puts a demolished car back after three seconds.
            Kind::Demolition => Rule::new(Place::Victim, 3_000, 2_500, 600, 1_500),
            // The bogus second message of one goal came 8.7 s later, and the
            // client drops it. There is a kick-off between two.
            Kind::Goal => Rule::new(Place::Attacker, 8_700, 4_000, 1_000, 4_000),
            Kind::Shot | Kind::Save => Rule::new(Place::Attacker, 1_000, 700, 500, 500),
            // A dragon or a baron is back after minutes, but of League's void grubs
            // three of one name (`HordeKill`) stand together and are taken one after
            // the other, within seconds. What is told again is told within 1.5 s: a
            // rewind told the same entries again up to 0.725 s off (recordings), and
            // clients take as much for the same entry.
            Kind::ObjectiveTaken => Rule::new(Place::Object, 60_000, 6_000, 3_000, 1_500),
            // Names of structures are unique, and none stands up again sooner
            // than an inhibitor, after five minutes.
            Kind::StructureDestroyed => Rule::new(Place::Object, 240_000, 6_000, 3_000, 6_000),
            Kind::MultiKill => Rule::new(Place::Attacker, 1_000, 700, 700, 500),
            Kind::Ace => Rule::new(Place::Attacker, 10_000, 4_000, 2_000, 5_000),
            Kind::FirstBlood | Kind::MatchStarted | Kind::MatchEnded => Rule::once(Place::Match),
            Kind::RoundStarted
            | Kind::RoundEnded
            | Kind::BombPlanted
            | Kind::BombDefused
            | Kind::BombExploded => Rule::once(Place::Round),
            Kind::Other => Rule::new(Place::Everything, 2_500, 2_200, 1_000, 1_250),
            Kind::SessionEvidence | Kind::SequenceGap => Rule::new(Place::Everything, 0, 0, 0, 0),
        }
    }

    fn kill(&self) -> Rule {
        let floor_ms = match self.game {
            // A revive takes three seconds at least; a death timer six.
            Known::League => 3_000,
            // The revive is cast for three seconds.
            Known::Valorant => 3_000,
            // Deathmatch puts a player back at once.
            Known::Cs2 => 1_000,
            // Whoever buys back stands at the fountain at once, and whoever has the
            // aegis on the spot after five seconds: nobody is killed again sooner
            // than it takes to be hurt to death.
            Known::Dota2 => 2_500,
            Known::RocketLeague => 3_000,
            Known::Other => 2_500,
        };
        let late_ms = floor_ms - Rule::MARGIN_MS;
        Rule::new(Place::Victim, floor_ms, late_ms, 1_000, floor_ms / 2)
    }
}

impl Rule {
    /// What a late cap keeps from the next of the same kind.
    const MARGIN_MS: i64 = 300;
    /// How far two reports of one scope may lie apart where nothing numbers
    /// them: no round of any game is shorter.
    const SCOPE_MS: i64 = 30_000;

    /// How far two reports apart tell again what happens once in a scope: what
    /// they are grouped by is the scope, however long a bomb lies or a round goes on.
    const AGAIN_IN_SCOPE_MS: i64 = 1_500;

    const fn new(place: Place, floor_ms: i64, late_ms: i64, early_ms: i64, again_ms: i64) -> Self {
        Self { place, floor_ms, late_ms, early_ms, again_ms }
    }

    const fn once(place: Place) -> Self {
        let [floor_ms, late_ms, early_ms] = [Self::SCOPE_MS; 3];
        Self::new(place, floor_ms, late_ms, early_ms, Self::AGAIN_IN_SCOPE_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_again_that_could_be_the_next() {
        for game in ["league", "valorant", "cs2", "dota2", "rocket-league", "tetris"] {
            let rules = Rules::of(&Game::new(game).unwrap());
            for kind in Kind::ALL {
                let rule = rules.rule(kind);
                assert!(2 * rule.again_ms <= rule.floor_ms, "{game} {kind}: {rule:?}");
            }
        }
    }

    #[test]
    fn no_rule_joins_what_can_happen_again() {
        for game in ["league", "valorant", "cs2", "dota2", "rocket-league", "tetris"] {
            let rules = Rules::of(&Game::new(game).unwrap());
            for kind in Kind::ALL.into_iter().filter(|kind| kind.is_occurrence()) {
                let rule = rules.rule(kind);
                assert!(rule.late_ms <= rule.floor_ms, "{game} {kind}: {rule:?}");
            }
        }
    }
}
