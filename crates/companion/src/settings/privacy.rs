//! What leaves this machine of other players, and of which games.

use event_model::Game;
use serde::{Deserialize, Serialize};
use toml_edit::{InlineTable, Value};

use super::{Settings, file};
use crate::{DataDir, Error};

/// How other players' names leave this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NamesSent {
    /// As pseudonyms that all devices of a server share.
    #[default]
    Pseudonyms,
    /// As the game writes them.
    Real,
}

/// Which games' events leave this machine; those of the others stay here. A game that
/// the file does not name is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "one answer a game, each by its name")]
pub struct GamesSent {
    /// League of Legends.
    pub league: bool,
    /// Counter-Strike 2 and CS:GO.
    pub cs2: bool,
    /// Dota 2.
    pub dota2: bool,
    /// Rocket League.
    pub rocket_league: bool,
    /// VALORANT, whoever reads it.
    pub valorant: bool,
    /// Elite Dangerous.
    pub elite: bool,
    /// Hearthstone.
    pub hearthstone: bool,
}

/// What leaves this machine of other players, and of which games.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// How other players' names leave.
    pub names: NamesSent,
    /// Which games' events leave.
    pub send: GamesSent,
}

impl Default for GamesSent {
    fn default() -> Self {
        Self::all(true)
    }
}

/// One game of [`GamesSent`].
pub(crate) struct GameSent {
    /// The game, as its events name it.
    pub(crate) game: Game,
    /// Its name in the settings file.
    key: &'static str,
    /// Whether its events leave.
    pub(crate) sent: bool,
}

impl GamesSent {
    /// How many games are told apart.
    pub(crate) const GAMES: usize = 7;

    /// The same for every game.
    #[must_use]
    pub fn all(sent: bool) -> Self {
        Self {
            league: sent,
            cs2: sent,
            dota2: sent,
            rocket_league: sent,
            valorant: sent,
            elite: sent,
            hearthstone: sent,
        }
    }

    /// Each game, and whether its events leave.
    pub(crate) fn each(self) -> [GameSent; Self::GAMES] {
        let of = |game, key, sent| GameSent { game, key, sent };
        [
            of(Game::league(), "league", self.league),
            of(Game::cs2(), "cs2", self.cs2),
            of(Game::dota2(), "dota2", self.dota2),
            of(Game::rocket_league(), "rocket_league", self.rocket_league),
            of(Game::valorant(), "valorant", self.valorant),
            of(Game::elite(), "elite", self.elite),
            of(Game::hearthstone(), "hearthstone", self.hearthstone),
        ]
    }

    /// The games whose events stay here.
    pub(crate) fn kept(self) -> Vec<Game> {
        self.each().into_iter().filter(|one| !one.sent).map(|one| one.game).collect()
    }
}

impl NamesSent {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pseudonyms => "pseudonyms",
            Self::Real => "real",
        }
    }
}

impl Settings {
    /// These settings with `privacy` in them, which is on disk. The player's comments
    /// and everything else in the file stay as they are.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn change_privacy(&self, dir: &DataDir, privacy: Privacy) -> Result<Self, Error> {
        let send =
            InlineTable::from_iter(privacy.send.each().map(|one| (one.key, Value::from(one.sent))));
        file::edit(dir, |file| {
            // The player may have written the other one by hand meanwhile.
            if privacy.names != self.privacy.names {
                file.set("privacy", "names", privacy.names.as_str());
            }
            if privacy.send != self.privacy.send {
                file.set("privacy", "send", send);
            }
        })?;
        Ok(Self { privacy, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation(settings: &str) -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), settings).unwrap();
        (folder, dir)
    }

    #[test]
    fn what_is_changed_is_what_the_next_run_reads() {
        let (_folder, dir) = installation("# mine\n[cs2]\nport = 4\n");
        let send = GamesSent { cs2: false, ..GamesSent::default() };
        let privacy = Privacy { names: NamesSent::Real, send };
        let settings = Settings::load_or_create(&dir).unwrap();
        let changed = settings.change_privacy(&dir, privacy).unwrap();
        let again = Settings::load_or_create(&dir).unwrap();
        assert_eq!((again.privacy, again.cs2.port), (privacy, 4));
        assert_eq!(again, changed);
        assert!(std::fs::read_to_string(dir.settings()).unwrap().starts_with("# mine\n"));
    }

    #[test]
    fn what_the_player_writes_by_hand_beside_a_choice_stays() {
        let (_folder, dir) = installation("");
        let settings = Settings::load_or_create(&dir).unwrap();
        std::fs::write(dir.settings(), "[privacy]\nnames = \"real\"\n").unwrap();
        let send = GamesSent { cs2: false, ..GamesSent::default() };
        settings.change_privacy(&dir, Privacy { send, ..settings.privacy }).unwrap();
        let again = Settings::load_or_create(&dir).unwrap().privacy;
        assert_eq!(again, Privacy { names: NamesSent::Real, send });
    }

    #[test]
    fn a_game_that_is_not_named_is_sent_and_a_misspelt_one_is_an_error() {
        let (_folder, dir) = installation("[privacy]\nsend = { cs2 = false }\n");
        let settings = Settings::load_or_create(&dir).unwrap();
        assert_eq!(settings.privacy.send.kept(), [Game::cs2()]);
        let (_folder, dir) = installation("[privacy]\nsend = { cs = false }\n");
        Settings::load_or_create(&dir).unwrap_err();
    }

    #[test]
    fn every_game_is_kept_by_the_name_that_the_file_has_for_it() {
        for one in GamesSent::default().each() {
            let (_folder, dir) = installation("");
            let before = Settings::load_or_create(&dir).unwrap();
            std::fs::write(
                dir.settings(),
                format!("[privacy]\nsend = {{ {} = false }}\n", one.key),
            )
            .unwrap();
            let read = Settings::load_or_create(&dir).unwrap();
            assert_eq!(read.privacy.send.kept(), [one.game]);
            // What a page writes is what a player would.
            std::fs::write(dir.settings(), "").unwrap();
            before.change_privacy(&dir, read.privacy).unwrap();
            assert_eq!(Settings::load_or_create(&dir).unwrap(), read);
        }
    }
}
