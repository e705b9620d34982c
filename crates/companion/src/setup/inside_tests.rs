//! What a setup does inside a file of the game's own, and what undoing it leaves.

use std::fs;

use super::*;

const GAMES: &str = "; the game's\r\n[Stats]\r\nRate=0\r\nPort=49123\r\n[Other]\r\nx=1\r\n";

/// An installation of Ringside, and an ini of a game.
struct Place {
    dir: DataDir,
    ini: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().join("data"))).unwrap();
        Self { dir, ini: folder.path().join("Stats.ini"), _folder: folder }
    }

    fn with(content: &[u8]) -> Self {
        let place = Self::new();
        fs::write(&place.ini, content).unwrap();
        place
    }

    /// Switches the game's API on, at a rate.
    fn set_up(&self, rate: u32) -> Change {
        self.try_set_up(rate).unwrap()
    }

    fn try_set_up(&self, rate: u32) -> Result<Change, Error> {
        let with = move |text: &str| {
            let ours = format!("Rate={rate}");
            match text.lines().find(|line| line.starts_with("Rate=")) {
                Some(line) => text.replace(line, &ours),
                None => format!("{text}[Stats]\n{ours}\n"),
            }
        };
        let planned = Planned {
            path: self.ini.clone(),
            edition: Edition::Cs2,
            content: Content::Inside(Box::new(with)),
        };
        let seen = GameFile::new(self.ini.clone()).look()?.seen();
        Setup::of(&self.dir)?.write_planned(&planned, &seen)
    }

    /// The game writes its file anew, with something else changed.
    fn game_writes(&self) {
        fs::write(&self.ini, self.text().replace("x=1", "x=2")).unwrap();
    }

    fn undo(&self) -> Undo {
        self.undone().how
    }

    /// Undoes it, which does what was said and shown of it before.
    fn undone(&self) -> Undone {
        let would = Setup::would_undo(&self.dir).unwrap().remove(0).unwrap();
        let shown = Setup::preview_undo(&self.dir, &self.ini).unwrap();
        let undone = Setup::undo_seen(&self.dir, &self.ini, &shown.seen).unwrap();
        assert_eq!((&would, &shown.undoes), (&undone, &undone));
        let stays = shown.lines.iter().filter(|line| line.is != DiffIs::Removed);
        let after: String = stays.map(|line| line.text.as_str()).collect();
        let stands = GameFile::new(self.ini.clone()).look().unwrap();
        assert_eq!(after, stands.text(), "the preview showed what stands there now");
        undone
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.ini).unwrap()
    }

    /// Every file beside it.
    fn files(&self) -> usize {
        let beside = fs::read_dir(self.ini.parent().unwrap()).unwrap().map(Result::unwrap);
        beside.filter(|entry| entry.path().is_file()).count()
    }
}

#[test]
fn an_ini_that_nobody_wrote_since_is_as_before_byte_for_byte() {
    let place = Place::with(GAMES.as_bytes());
    assert_eq!(place.set_up(30), Change::Replace);
    assert_eq!(place.text(), GAMES.replace("Rate=0", "Rate=30"));
    assert_eq!(place.set_up(30), Change::Nothing);
    assert_eq!(place.undo(), Undo::Restored);
    assert_eq!((place.text().as_str(), place.files()), (GAMES, 1));
}

#[cfg(unix)]
#[test]
fn whoever_could_read_a_games_ini_can_read_it_after_a_setup_and_after_its_undo() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::with(GAMES.as_bytes());
    fs::set_permissions(&place.ini, fs::Permissions::from_mode(0o664)).unwrap();
    let mode = || fs::metadata(&place.ini).unwrap().permissions().mode() & 0o777;
    place.set_up(30);
    assert_eq!(mode(), 0o664, "{:o}", mode());
    assert_eq!(place.undo(), Undo::Restored);
    assert_eq!(mode(), 0o664, "{:o}", mode());
}

#[test]
fn in_an_ini_that_the_game_rewrote_our_keys_alone_go_back() {
    let place = Place::with(GAMES.as_bytes());
    place.set_up(30);
    place.game_writes();
    assert_eq!(place.undo(), Undo::KeysRestored);
    assert_eq!(place.text(), GAMES.replace("x=1", "x=2"));
}

#[test]
fn a_setup_after_the_game_rewrote_it_forgets_nothing_of_the_first() {
    let place = Place::with(GAMES.as_bytes());
    place.set_up(30);
    place.game_writes();
    assert_eq!(place.set_up(60), Change::Replace);
    assert_eq!(place.undo(), Undo::KeysRestored);
    assert_eq!(place.text(), GAMES.replace("x=1", "x=2"), "the first setup's rate is gone too");
}

#[test]
fn a_key_that_the_player_set_since_stays_and_nothing_is_left_to_undo() {
    let place = Place::with(GAMES.as_bytes());
    place.set_up(30);
    fs::write(&place.ini, GAMES.replace("Rate=0", "Rate=120")).unwrap();
    let undone = place.undone();
    assert_eq!(undone.how, Undo::Nothing);
    let rate = LeftKey { section: "Stats".to_owned(), key: "Rate".to_owned() };
    assert_eq!(undone.left, [rate], "what was left alone is said");
    assert_eq!(place.text(), GAMES.replace("Rate=0", "Rate=120"));
    assert!(Setup::done(&place.dir).unwrap().is_empty());
}

#[test]
fn a_file_that_changed_since_its_undo_was_shown_is_left_as_it_is() {
    let place = Place::with(GAMES.as_bytes());
    place.set_up(30);
    let shown = Setup::preview_undo(&place.dir, &place.ini).unwrap();
    place.game_writes();
    let stands = place.text();
    let refused = Setup::undo_seen(&place.dir, &place.ini, &shown.seen).unwrap_err();
    assert!(matches!(refused, Error::Setup(SetupError::ChangedSince { .. })), "{refused}");
    assert_eq!(place.text(), stands);
    assert_eq!(place.undo(), Undo::KeysRestored, "another look shows what is there now");
}

#[test]
fn without_its_backup_an_ini_has_its_keys_back_all_the_same() {
    let place = Place::with(GAMES.as_bytes());
    place.set_up(30);
    fs::remove_file(place.ini.with_extension("ini.ringside-backup-1")).unwrap();
    assert_eq!(place.undo(), Undo::KeysRestored);
    assert_eq!(place.text(), GAMES);
}

#[test]
fn a_file_that_a_setup_made_goes_unless_others_wrote_into_it() {
    let place = Place::new();
    assert_eq!(place.set_up(30), Change::Create);
    assert_eq!(place.undo(), Undo::Removed);
    assert_eq!(place.files(), 0);

    place.set_up(30);
    fs::write(&place.ini, format!("{}[Zone]\nLogLevel=1\n", place.text())).unwrap();
    assert_eq!(place.undo(), Undo::KeysRestored);
    assert_eq!(place.text(), "[Zone]\nLogLevel=1\n");
}

/// As the engine writes it where a name needs it.
fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn an_ini_in_utf16_stays_in_utf16_through_setup_and_undo() {
    let place = Place::with(&utf16(GAMES));
    assert_eq!(place.set_up(30), Change::Replace);
    assert_eq!(fs::read(&place.ini).unwrap(), utf16(&GAMES.replace("Rate=0", "Rate=30")));
    assert_eq!(place.undo(), Undo::Restored);
    assert_eq!(fs::read(&place.ini).unwrap(), utf16(GAMES));
}

#[test]
fn in_an_ini_in_utf16_that_the_game_rewrote_our_keys_alone_go_back() {
    let place = Place::with(&utf16(GAMES));
    place.set_up(30);
    let rewritten = GAMES.replace("x=1", "name=Žofie");
    fs::write(&place.ini, utf16(&rewritten.replace("Rate=0", "Rate=30"))).unwrap();
    assert_eq!(place.undo(), Undo::KeysRestored);
    assert_eq!(fs::read(&place.ini).unwrap(), utf16(&rewritten));
}

#[test]
fn an_ini_in_which_each_letter_is_a_byte_keeps_its_bytes() {
    let latin = |text: &str| -> Vec<u8> {
        text.chars().map(|letter| u8::try_from(letter).unwrap()).collect()
    };
    let games = GAMES.replace("the game's", "café");
    let place = Place::with(&latin(&games));
    place.set_up(30);
    assert_eq!(fs::read(&place.ini).unwrap(), latin(&games.replace("Rate=0", "Rate=30")));
    let rewritten = games.replace("x=1", "x=é");
    fs::write(&place.ini, latin(&rewritten.replace("Rate=0", "Rate=30"))).unwrap();
    assert_eq!(place.undo(), Undo::KeysRestored);
    assert_eq!(fs::read(&place.ini).unwrap(), latin(&rewritten));
}

#[test]
fn an_ini_whose_encoding_cannot_be_told_is_left_alone_and_said() {
    let utf16: Vec<u8> = GAMES.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = Place::with(&utf16);
    let Err(Error::Setup(refused)) = place.try_set_up(30) else { panic!("it was written into") };
    assert!(matches!(refused, SetupError::NotText { .. }), "{refused}");
    let said = refused.to_string();
    assert!(said.contains("by hand") && !said.contains("save it as"), "{said}");
    assert_eq!((fs::read(&place.ini).unwrap(), place.files()), (utf16, 1));
    assert!(Setup::done(&place.dir).unwrap().is_empty());
}
