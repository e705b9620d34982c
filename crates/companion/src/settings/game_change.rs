//! Which games are read, written into the settings file.

use std::collections::BTreeSet;

use super::{Settings, file};
use crate::{DataDir, Error, Game};

impl Settings {
    /// Whether a game is read.
    #[must_use]
    pub fn reads(&self, game: Game) -> bool {
        match game {
            Game::League => self.league.enabled,
            Game::Cs2 => self.cs2.enabled,
            Game::Dota2 => self.dota2.enabled,
            Game::RocketLeague => self.rocket_league.enabled,
            Game::Overwolf => self.overwolf.enabled,
            Game::Elite => self.elite.enabled,
            Game::Hearthstone => self.hearthstone.enabled,
        }
    }

    /// These settings with the game on or off, which is on disk.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn change_game(&self, dir: &DataDir, game: Game, on: bool) -> Result<Self, Error> {
        file::edit(dir, |file| file.set(game.section(), "enabled", on))?;
        let mut changed = self.clone();
        *changed.read_mut(game) = on;
        Ok(changed)
    }

    /// These settings with the League client asked from now on, or no more, which is on
    /// disk.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn change_league_client(&self, dir: &DataDir, asked: bool) -> Result<Self, Error> {
        file::edit(dir, |file| file.set(Game::League.section(), "client_api", asked))?;
        let mut changed = self.clone();
        changed.league.client_api = asked;
        Ok(changed)
    }

    /// These games alone, for a run of its own.
    pub(crate) fn read_only(&mut self, games: &BTreeSet<Game>) {
        for game in Game::ALL {
            *self.read_mut(game) = games.contains(&game);
        }
    }

    /// The game is off for now; nothing of that is on disk.
    pub(crate) fn read_no_more(&mut self, game: Game) {
        *self.read_mut(game) = false;
    }

    fn read_mut(&mut self, game: Game) -> &mut bool {
        match game {
            Game::League => &mut self.league.enabled,
            Game::Cs2 => &mut self.cs2.enabled,
            Game::Dota2 => &mut self.dota2.enabled,
            Game::RocketLeague => &mut self.rocket_league.enabled,
            Game::Overwolf => &mut self.overwolf.enabled,
            Game::Elite => &mut self.elite.enabled,
            Game::Hearthstone => &mut self.hearthstone.enabled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_that_is_switched_off_is_off_in_the_next_run_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), "# mine\n[cs2]\nport = 4 # free\n").unwrap();
        let settings = Settings::load_or_create(&dir).unwrap();
        let changed = settings.change_game(&dir, Game::Cs2, false).unwrap();
        assert_eq!(Settings::load_or_create(&dir).unwrap(), changed);
        assert_eq!((changed.reads(Game::Cs2), changed.reads(Game::League)), (false, true));
        let text = std::fs::read_to_string(dir.settings()).unwrap();
        assert!(text.starts_with("# mine\n[cs2]\nport = 4 # free\n"), "{text}");
    }

    #[test]
    fn the_league_client_is_asked_only_where_the_player_switched_that_on() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let settings = Settings::load_or_create(&dir).unwrap();
        assert!(!settings.league.client_api);
        let changed = settings.change_league_client(&dir, true).unwrap();
        assert!(changed.league.client_api);
        assert_eq!(Settings::load_or_create(&dir).unwrap(), changed);
        let back = changed.change_league_client(&dir, false).unwrap();
        assert_eq!(Settings::load_or_create(&dir).unwrap(), back);
        assert_eq!(back, settings);
    }

    #[test]
    fn each_game_is_switched_by_its_own_section() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        for game in Game::ALL {
            let before = Settings::load_or_create(&dir).unwrap();
            let on = !before.reads(game);
            let changed = before.change_game(&dir, game, on).unwrap();
            assert_eq!(Settings::load_or_create(&dir).unwrap(), changed);
            for other in Game::ALL {
                let is = if other == game { on } else { before.reads(other) };
                assert_eq!(changed.reads(other), is, "{other:?} at {game:?}");
            }
        }
    }
}
