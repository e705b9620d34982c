//! What can happen in the match, as the game lists it and as it truly is.

use event_model::Kind;
use serde_json::{Value, json};

use crate::{TrueEvent, cast::Player};

/// One entry of the game's list, without its number and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Happening {
    GameStart,
    MinionsSpawning,
    ChampionKill { killer: Killer, victim: usize, assists: Vec<usize> },
    FirstBlood { by: usize },
    Multikill { by: usize, streak: u32 },
    Ace { by: Killer, team: Team },
    TurretKilled { turret: &'static str, killer: Killer, assists: Vec<usize> },
    FirstBrick { killer: Killer },
    InhibKilled { inhibitor: &'static str, killer: Killer, assists: Vec<usize> },
    EpicMonster { monster: Monster, by: usize, stolen: Stolen, assists: Vec<usize> },
    GameEnd { winner: Team },
}

/// Who struck last: not always a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Killer {
    Player(usize),
    Other(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Team {
    Order,
    Chaos,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Monster {
    Dragon(&'static str),
    Herald,
    Baron,
}

/// Whether the other team had nearly killed the monster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stolen {
    Yes,
    No,
}

impl Team {
    pub(super) fn of(player: usize) -> Self {
        if player < crate::cast::PLAYERS / 2 { Self::Order } else { Self::Chaos }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Order => "ORDER",
            Self::Chaos => "CHAOS",
        }
    }

    /// The end, as a player's own client says it.
    fn result_for(self, player: usize) -> &'static str {
        if Self::of(player) == self { "Win" } else { "Lose" }
    }
}

impl Killer {
    fn name<'a>(&'a self, players: &'a [Player]) -> &'a str {
        match self {
            Self::Player(player) => &players[*player].name,
            Self::Other(name) => name,
        }
    }
}

impl Happening {
    /// The player who died of it.
    pub(super) fn victim_player(&self) -> Option<usize> {
        match self {
            Self::ChampionKill { victim, .. } => Some(*victim),
            Self::GameStart
            | Self::MinionsSpawning
            | Self::FirstBlood { .. }
            | Self::Multikill { .. }
            | Self::Ace { .. }
            | Self::TurretKilled { .. }
            | Self::FirstBrick { .. }
            | Self::InhibKilled { .. }
            | Self::EpicMonster { .. }
            | Self::GameEnd { .. } => None,
        }
    }

    /// The game's name for it.
    fn name(&self) -> &'static str {
        match self {
            Self::GameStart => "GameStart",
            Self::MinionsSpawning => "MinionsSpawning",
            Self::ChampionKill { .. } => "ChampionKill",
            Self::FirstBlood { .. } => "FirstBlood",
            Self::Multikill { .. } => "Multikill",
            Self::Ace { .. } => "Ace",
            Self::TurretKilled { .. } => "TurretKilled",
            Self::FirstBrick { .. } => "FirstBrick",
            Self::InhibKilled { .. } => "InhibKilled",
            Self::EpicMonster { monster: Monster::Dragon(_), .. } => "DragonKill",
            Self::EpicMonster { monster: Monster::Herald, .. } => "HeraldKill",
            Self::EpicMonster { monster: Monster::Baron, .. } => "BaronKill",
            Self::GameEnd { .. } => "GameEnd",
        }
    }

    /// The entry's fields, as the game spells them to this player.
    pub(super) fn fields(&self, players: &[Player], observer: usize) -> Value {
        let named = |player: &usize| players[*player].name.as_str();
        let all = |list: &[usize]| list.iter().map(named).map(str::to_owned).collect::<Vec<_>>();
        let mut fields = match self {
            Self::GameStart | Self::MinionsSpawning => json!({}),
            Self::ChampionKill { killer, victim, assists } => json!({
                "KillerName": killer.name(players),
                "VictimName": named(victim),
                "Assisters": all(assists),
            }),
            Self::FirstBlood { by } => json!({ "Recipient": named(by) }),
            Self::Multikill { by, streak } => {
                json!({ "KillerName": named(by), "KillStreak": streak })
            }
            Self::Ace { by, team } => {
                json!({ "Acer": by.name(players), "AcingTeam": team.word() })
            }
            Self::TurretKilled { turret, killer, assists } => json!({
                "TurretKilled": turret,
                "KillerName": killer.name(players),
                "Assisters": all(assists),
            }),
            Self::FirstBrick { killer } => json!({ "KillerName": killer.name(players) }),
            Self::InhibKilled { inhibitor, killer, assists } => json!({
                "InhibKilled": inhibitor,
                "KillerName": killer.name(players),
                "Assisters": all(assists),
            }),
            Self::EpicMonster { monster, by, stolen, assists } => {
                monster.fields(named(by), *stolen, &all(assists))
            }
            Self::GameEnd { winner } => json!({ "Result": winner.result_for(observer) }),
        };
        fields["EventName"] = Value::from(self.name());
        fields
    }

    /// The same, as it is to be recorded.
    pub(super) fn truth(&self, players: &[Player]) -> TrueEvent {
        let named = |player: &usize| Some(players[*player].name.clone());
        let all = |list: &[usize]| list.iter().filter_map(named).collect();
        let by = |killer: &Killer| Some(killer.name(players).to_owned());
        let event = match self {
            Self::GameStart => TrueEvent::of(Kind::MatchStarted),
            Self::MinionsSpawning => TrueEvent::of(Kind::Other),
            Self::ChampionKill { killer, victim, assists } => TrueEvent {
                attacker: by(killer),
                victim: named(victim),
                assists: all(assists),
                ..TrueEvent::of(Kind::Kill)
            },
            Self::FirstBlood { by } => {
                TrueEvent { attacker: named(by), ..TrueEvent::of(Kind::FirstBlood) }
            }
            Self::Multikill { by, .. } => {
                TrueEvent { attacker: named(by), ..TrueEvent::of(Kind::MultiKill) }
            }
            Self::Ace { by: killer, .. } => {
                TrueEvent { attacker: by(killer), ..TrueEvent::of(Kind::Ace) }
            }
            Self::TurretKilled { turret: structure, killer, assists }
            | Self::InhibKilled { inhibitor: structure, killer, assists } => TrueEvent {
                attacker: by(killer),
                victim: Some((*structure).to_owned()),
                assists: all(assists),
                ..TrueEvent::of(Kind::StructureDestroyed)
            },
            Self::FirstBrick { killer } => {
                TrueEvent { attacker: by(killer), ..TrueEvent::of(Kind::Other) }
            }
            Self::EpicMonster { by, assists, .. } => TrueEvent {
                attacker: named(by),
                assists: all(assists),
                ..TrueEvent::of(Kind::ObjectiveTaken)
            },
            Self::GameEnd { .. } => TrueEvent::of(Kind::MatchEnded),
        };
        TrueEvent { name: Some(self.name().to_owned()), ..event }
    }
}

impl Monster {
    fn fields(self, killer: &str, stolen: Stolen, assists: &[String]) -> Value {
        // A truth value as a string: so the game writes it.
        let stolen = match stolen {
            Stolen::Yes => "True",
            Stolen::No => "False",
        };
        let mut fields = json!({ "KillerName": killer, "Stolen": stolen, "Assisters": assists });
        if let Self::Dragon(element) = self {
            fields["DragonType"] = Value::from(element);
        }
        fields
    }
}
