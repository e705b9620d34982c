//! Who plays.

use crate::Prng;

/// Names as players have them: one ends in a space, some are not ASCII.
const NAMES: [&str; 14] = [
    "Vex ",
    "Ana",
    "Bo",
    "Ólafur",
    "四月",
    "Mx Quill",
    "tinder box",
    "Rook",
    "Sable",
    "Ivo",
    "Pim",
    "Noor",
    "Zweig",
    "l1nnet",
];

/// Champions, one for each player.
const CHAMPIONS: [&str; 10] =
    ["Jax", "Zyra", "Ahri", "Lee Sin", "Thresh", "Garen", "Vi", "Orianna", "Jinx", "Nami"];

/// Players of one match: two teams of five.
pub(crate) const PLAYERS: usize = 10;

/// A player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Player {
    /// What events call them.
    pub(crate) name: String,
    /// What tells two of one name apart.
    pub(crate) tag: String,
    pub(crate) champion: &'static str,
    pub(crate) steam_id: String,
}

impl Player {
    /// The account's whole name.
    pub(crate) fn riot_id(&self) -> String {
        format!("{}#{}", self.name, self.tag)
    }
}

/// Ten players. The name that ends in a space is always among them.
pub(crate) fn cast(prng: &mut Prng) -> Vec<Player> {
    let mut others = NAMES[1..].to_vec();
    prng.shuffle(&mut others);
    let mut names: Vec<&str> = NAMES[..1].iter().copied().chain(others).take(PLAYERS).collect();
    prng.shuffle(&mut names);
    let players = names.into_iter().zip(CHAMPIONS).map(|(name, champion)| Player {
        name: name.to_owned(),
        tag: format!("E{}", prng.between(100, 999)),
        champion,
        steam_id: format!("7656119{}", prng.between(1_000_000_000, 9_999_999_999)),
    });
    players.collect()
}
