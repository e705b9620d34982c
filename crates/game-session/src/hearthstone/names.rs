//! Who plays, and which name is whose.
//!
//! A player is an entity with a seat from the start, and mostly with an account. Lines
//! refer to players by name, and whose a name is the log does not always say: then it
//! is taken from what only one of them can be meant by, or not at all.

use event_model::ActorIds;
use serde::{Deserialize, Serialize};

use super::command::Told;

/// What the game calls a player whose name it has not loaded.
const UNKNOWN_NAME: &str = "UNKNOWN HUMAN PLAYER";

/// Players that are kept: two play, eight in Battlegrounds.
const PLAYERS_MAX: usize = 16;

/// Longest name that is read, in bytes: a BattleTag has 12 characters and its number.
const NAME_BYTES_MAX: usize = 128;

/// Tags that only the player whose turn it is has above 0.
const OF_CURRENT: [&str; 3] =
    ["NUM_CARDS_PLAYED_THIS_TURN", "NUM_MINIONS_PLAYED_THIS_TURN", "NUM_OPTIONS_PLAYED_THIS_TURN"];

/// Everybody who plays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Players {
    list: Vec<Player>,
    /// Who was said to choose last; the cards that follow show the seat.
    choosing: Option<String>,
}

/// Somebody who plays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Player {
    pub(super) entity: u32,
    pub(super) seat: u32,
    pub(super) account: Account,
    pub(super) name: Option<String>,
    hero: Option<u32>,
    pub(super) is_current: bool,
    /// Conceded, or gone.
    pub(super) has_left: bool,
    /// `WON`, `LOST` or `TIED`, when it was decided.
    pub(super) outcome: Option<Outcome>,
}

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Account {
    Of(String),
    /// No person plays it.
    Nobody,
    /// It was taken out of the log.
    Withheld,
}

/// How a game ended for one player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Outcome {
    Won,
    Lost,
    Tied,
}

impl Outcome {
    /// The game's own word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Won => "WON",
            Self::Lost => "LOST",
            Self::Tied => "TIED",
        }
    }
}

impl Account {
    fn read(told: Told<'_>) -> Self {
        let is_number = |text: &str| text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
        match told {
            Told::Numbers("0", "0") => Self::Nobody,
            Told::Numbers(hi, lo) if is_number(hi) && is_number(lo) => {
                Self::Of(format!("{hi}-{lo}"))
            }
            Told::Numbers(..) | Told::Nothing => Self::Withheld,
        }
    }

    /// As it enters a session's key.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Of(account) => account,
            Self::Nobody => "nobody",
            Self::Withheld => "withheld",
        }
    }

    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Of(account) => Some(account),
            Self::Nobody | Self::Withheld => None,
        }
    }
}

impl Player {
    /// What this player is called: what the game shows, or else what it counts by.
    pub(super) fn label(&self) -> String {
        let known = self.name.as_deref().or(self.account.known());
        known.map_or_else(|| format!("player {}", self.seat), str::to_owned)
    }

    /// What this player is known by in a roster; nothing of one of whom nothing is known.
    pub(super) fn in_roster(&self) -> Option<(String, String)> {
        let key = self.account.known().or(self.name.as_deref())?;
        Some((key.to_owned(), self.label()))
    }
}

impl Players {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Player> {
        self.list.iter()
    }

    pub(super) fn at(&self, index: usize) -> Option<&Player> {
        self.list.get(index)
    }

    pub(super) fn at_mut(&mut self, index: usize) -> Option<&mut Player> {
        self.list.get_mut(index)
    }

    pub(super) fn of_seat(&self, seat: u32) -> Option<&Player> {
        self.list.iter().find(|player| player.seat == seat)
    }

    /// The one whom `player` plays against, where there is one alone.
    pub(super) fn against(&self, player: &Player) -> Option<&Player> {
        let mut others = self.list.iter().filter(|other| other.entity != player.entity);
        others.next().filter(|_| others.next().is_none())
    }

    pub(super) fn sit_down(&mut self, entity: u32, seat: u32, account: Told<'_>) {
        if self.list.len() < PLAYERS_MAX && self.by_entity(entity).is_none() {
            self.list.push(Player {
                entity,
                seat,
                account: Account::read(account),
                name: None,
                hero: None,
                is_current: false,
                has_left: false,
                outcome: None,
            });
        }
    }

    pub(super) fn by_entity(&self, entity: u32) -> Option<usize> {
        self.list.iter().position(|player| player.entity == entity)
    }

    /// Whose name it is, from what is said of them.
    pub(super) fn by_name(&mut self, name: &str, tag: &str, value: &str) -> Option<usize> {
        if let Some(known) =
            self.list.iter().position(|player| player.name.as_deref() == Some(name))
        {
            return Some(known);
        }
        if name == UNKNOWN_NAME {
            return self.only(|player| player.name.is_none());
        }
        let found = self
            .only(|player| player.name.is_none())
            .filter(|_| self.list.len() > 1)
            .or_else(|| self.meant_by(tag, value))?;
        self.call(found, name);
        Some(found)
    }

    /// The one player whom a tag can be said of.
    fn meant_by(&self, tag: &str, value: &str) -> Option<usize> {
        let number: u32 = value.parse().ok()?;
        let nameless = |index: &usize| self.list[*index].name.is_none();
        match tag {
            "PLAYER_ID" | "CONTROLLER" => self.only(|player| player.seat == number),
            "ENTITY_ID" => self.by_entity(number),
            "HERO_ENTITY" => self.only(|player| player.hero == Some(number)),
            "CURRENT_PLAYER" if self.list.iter().any(|player| player.is_current) => {
                self.only(|player| player.is_current == (number == 0))
            }
            tag if OF_CURRENT.contains(&tag) && number > 0 => self.only(|player| player.is_current),
            _ => None,
        }
        .filter(nameless)
    }

    fn only(&self, is_meant: impl Fn(&Player) -> bool) -> Option<usize> {
        let mut meant = (0..self.list.len()).filter(|index| is_meant(&self.list[*index]));
        meant.next().filter(|_| meant.next().is_none())
    }

    fn call(&mut self, index: usize, name: &str) {
        let is_free = self.list.iter().all(|player| player.name.as_deref() != Some(name));
        if name.is_empty() || name == UNKNOWN_NAME || name.len() > NAME_BYTES_MAX || !is_free {
            return;
        }
        if let Some(player) = self.list.get_mut(index)
            && player.name.is_none()
        {
            player.name = Some(name.to_owned());
        }
    }

    /// `PlayerID=1, PlayerName=…`.
    pub(super) fn introduce(&mut self, seat: u32, name: &str) {
        if let Some(index) = self.list.iter().position(|player| player.seat == seat) {
            self.call(index, name);
        }
    }

    /// `id=1 Player=… TaskList=…`, and behind it the cards, each with its player's seat.
    pub(super) fn choose(&mut self, content: &str) {
        if content.starts_with("id=") {
            let name = content.split_once(" Player=").map_or("", |(_, name)| name);
            let ends = [" TaskList=", " ChoiceType=", " EntitiesCount="];
            let end = ends.iter().filter_map(|key| name.find(key)).min().unwrap_or(name.len());
            let name = &name[..end];
            self.choosing = (name.len() <= NAME_BYTES_MAX).then(|| name.to_owned());
        } else if let Some(name) = &self.choosing
            && let Some((_, seat)) = content.rsplit_once(" player=")
            && let Ok(seat) = seat.trim_end_matches(']').parse()
        {
            let name = name.clone();
            self.introduce(seat, &name);
        }
    }

    pub(super) fn set_hero(&mut self, index: usize, value: &str) {
        if let Some(player) = self.list.get_mut(index) {
            player.hero = value.parse().ok();
        }
    }

    pub(super) fn set_current(&mut self, index: usize, value: &str) {
        if let Some(player) = self.list.get_mut(index) {
            player.is_current = value == "1";
        }
    }

    pub(super) fn ids(attacker: Option<&Player>, victim: Option<&Player>) -> Option<ActorIds> {
        let account = |player: Option<&Player>| player?.account.known().map(str::to_owned);
        let ids =
            ActorIds { attacker: account(attacker), victim: account(victim), assists: Vec::new() };
        (ids != ActorIds::default()).then_some(ids)
    }
}
