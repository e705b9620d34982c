//! Games that are not read for a reason the player is shown: a file of this PC says so,
//! or the server that the player agreed to.
//!
//! # Invariants
//!
//! - It turns games off and never on: what the settings have off stays off.
//! - What a server said counts while it is the one that the player agreed to, until it
//!   says otherwise; no other server's word does.
//! - What waits to be sent is not touched.

use std::{collections::BTreeMap, fs, io, path::Path};

use ingest_api::{SourcePolicy, Switch, shown_reason};
use live_view::{GameOff, SourceState};
use serde::{Deserialize, Serialize};

use crate::{DataDir, Error, Game, atomic_file, outgoing::spelt};

/// The longest of these files that is read: seven reasons of 300 characters are 9 KiB
/// at most.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Which games are turned off, and by whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TurnedOff {
    here: BTreeMap<Switch, String>,
    server: Option<ServerSaid>,
}

/// What a server said last, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServerSaid {
    /// Which one.
    server: String,
    /// Its reasons, by what they turn off.
    turned_off: BTreeMap<Switch, String>,
}

/// Who turns something off, and why.
struct Word<'a> {
    reason: &'a str,
    server: Option<&'a str>,
}

/// One section of the local file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    reason: String,
}

impl TurnedOff {
    /// As both files say, for a player who agreed to `agreed`. What is wrong with the
    /// local file is told beside it: then it turns nothing off.
    pub(crate) fn load(dir: &DataDir, agreed: Option<&str>) -> (Self, Option<String>) {
        let (here, fault) = match read_here(&dir.kill_switch()) {
            Ok(here) => (here, None),
            Err(fault) => (BTreeMap::new(), Some(fault)),
        };
        let said = text_at(&dir.server_policy()).ok().flatten();
        let said: Option<ServerSaid> = said.and_then(|text| serde_json::from_str(&text).ok());
        let agreed = agreed.map(spelt);
        let server = said.filter(|said| Some(spelt(&said.server)) == agreed);
        (Self { here, server }, fault)
    }

    /// How a game is shown that is turned off. The file of this PC is asked first.
    pub(crate) fn state(&self, game: Game) -> Option<SourceState> {
        let Word { reason, server } = self.word_on(Switch::Source(game.source()))?;
        let (reason, server) = (reason.to_owned(), server.map(str::to_owned));
        Some(SourceState::TurnedOff { reason, server })
    }

    /// The games that are turned off and that Overwolf's page would tell of.
    pub(crate) fn in_overwolf(&self) -> Vec<GameOff> {
        let off = |game: event_model::Game| {
            let Word { reason, server } = self.word_on(Switch::of_game(&game)?)?;
            let (reason, server) = (reason.to_owned(), server.map(str::to_owned));
            Some(GameOff { game: game.to_string(), reason, server })
        };
        game_session::overwolf_games().into_iter().filter_map(off).collect()
    }

    fn word_on(&self, switch: Switch) -> Option<Word<'_>> {
        if let Some(reason) = self.here.get(&switch) {
            return Some(Word { reason, server: None });
        }
        let said = self.server.as_ref()?;
        let reason = said.turned_off.get(&switch)?;
        Some(Word { reason, server: Some(&said.server) })
    }
}

impl ServerSaid {
    /// What `policy` of `server` comes to.
    pub(crate) fn new(server: &str, policy: &SourcePolicy) -> Self {
        Self { server: server.to_owned(), turned_off: policy.read() }
    }

    /// Keeps it until the server says otherwise.
    ///
    /// # Errors
    /// Where it cannot be written: then the last word stands.
    pub(crate) fn save(&self, dir: &DataDir) -> Result<(), Error> {
        let path = dir.server_policy();
        let json = serde_json::to_vec_pretty(self)
            .map_err(|cause| Error::DataDir { path: path.clone(), cause: cause.into() })?;
        atomic_file::replace(&path, &json).map_err(|cause| Error::DataDir { path, cause })
    }
}

/// The local file: a section a game, as in the settings; VALORANT has one here alone.
fn read_here(path: &Path) -> Result<BTreeMap<Switch, String>, String> {
    let failed = |why: &dyn std::fmt::Display| {
        format!("{} turns nothing off, since it cannot be read: {why}", path.display())
    };
    let Some(text) = text_at(path).map_err(|error| failed(&error))? else {
        return Ok(BTreeMap::new());
    };
    let sections: BTreeMap<String, Section> =
        toml_edit::de::from_str(&text).map_err(|error| failed(&error))?;
    let named = |(name, section): (String, Section)| {
        let game = Game::ALL.into_iter().find(|game| game.section() == name);
        let switch = match game {
            Some(game) => Switch::Source(game.source()),
            None if name == Switch::Valorant.as_str() => Switch::Valorant,
            None => return Err(failed(&format!("[{name}] is no game"))),
        };
        Ok((switch, shown_reason(&section.reason)))
    };
    sections.into_iter().map(named).collect()
}

/// A small file's text; none where there is no file.
fn text_at(path: &Path) -> io::Result<Option<String>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(file) if file.len() > FILE_BYTES_MAX => {
            return Err(io::Error::other("it is longer than any of its kind"));
        }
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "https://ringside.example";

    fn installation() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        (folder, dir)
    }

    fn off(source: &str, reason: &str) -> SourcePolicy {
        let (source, reason) = (source.to_owned(), reason.to_owned());
        SourcePolicy { turned_off: vec![ingest_api::TurnedOff { source, reason }] }
    }

    fn by(server: Option<&str>, reason: &str) -> Option<SourceState> {
        let server = server.map(str::to_owned);
        Some(SourceState::TurnedOff { reason: reason.to_owned(), server })
    }

    #[test]
    fn a_file_of_this_pc_turns_off_the_games_it_names_with_its_reason() {
        let (_folder, dir) = installation();
        assert_eq!(TurnedOff::load(&dir, None), (TurnedOff::default(), None));
        fs::write(dir.kill_switch(), "[rocket_league]\nreason = \"the patch\\nof today\"\n")
            .unwrap();
        let (off, fault) = TurnedOff::load(&dir, None);
        assert_eq!(fault, None);
        assert_eq!(off.state(Game::RocketLeague), by(None, "the patch of today"));
        assert_eq!(off.state(Game::Cs2), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_turns_nothing_off_and_is_told() {
        let (_folder, dir) = installation();
        for wrong in ["[csgo]\nreason = \"x\"\n", "[cs2]\n", "[cs2]\nreason = 1\n", "not toml"] {
            fs::write(dir.kill_switch(), wrong).unwrap();
            let (off, fault) = TurnedOff::load(&dir, None);
            assert_eq!(off, TurnedOff::default(), "{wrong}");
            assert!(fault.is_some_and(|fault| fault.contains("kill-switch.toml")), "{wrong}");
        }
    }

    #[test]
    fn a_servers_word_counts_until_it_says_otherwise_and_for_nobody_elses_players() {
        let (_folder, dir) = installation();
        ServerSaid::new(SERVER, &off("cs2", "wait for 1.2")).save(&dir).unwrap();
        let at = |agreed| TurnedOff::load(&dir, agreed).0.state(Game::Cs2);
        assert_eq!(at(Some(SERVER)), by(Some(SERVER), "wait for 1.2"));
        assert_eq!(at(Some("https://other.example")), None, "the player has left that server");
        assert_eq!(at(None), None, "the player agrees to none");
        ServerSaid::new(SERVER, &SourcePolicy::default()).save(&dir).unwrap();
        assert_eq!(at(Some(SERVER)), None);
    }

    #[test]
    fn a_game_is_off_in_every_source_that_gives_it() {
        let (_folder, dir) = installation();
        ServerSaid::new(SERVER, &off("valorant", "the new act")).save(&dir).unwrap();
        fs::write(dir.kill_switch(), "[cs2]\nreason = \"a patch\"\n").unwrap();
        let (off, fault) = TurnedOff::load(&dir, Some(SERVER));
        assert_eq!(fault, None);
        let within = off.in_overwolf();
        let told: Vec<_> = within
            .iter()
            .map(|off| (off.game.as_str(), off.reason.as_str(), off.server.as_deref()))
            .collect();
        assert!(told.contains(&("valorant", "the new act", Some(SERVER))), "{told:?}");
        assert!(told.contains(&("cs2", "a patch", None)), "{told:?}");
        assert_eq!(told.len(), 2);
        assert_eq!(off.state(Game::Overwolf), None, "its other games are read");

        fs::write(dir.kill_switch(), "[valorant]\nreason = \"mine\"\n").unwrap();
        let within = TurnedOff::load(&dir, None).0.in_overwolf();
        assert_eq!(within.iter().map(|off| off.reason.as_str()).collect::<Vec<_>>(), ["mine"]);
    }

    #[test]
    fn the_file_of_this_pc_is_shown_before_the_servers_word() {
        let (_folder, dir) = installation();
        ServerSaid::new(SERVER, &off("cs2", "theirs")).save(&dir).unwrap();
        fs::write(dir.kill_switch(), "[cs2]\nreason = \"mine\"\n").unwrap();
        assert_eq!(TurnedOff::load(&dir, Some(SERVER)).0.state(Game::Cs2), by(None, "mine"));
    }
}
