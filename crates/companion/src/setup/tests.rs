//! What a setup does to files, and what it leaves alone.

use std::fs;

use proptest::prelude::*;

use game_client::cs2;

use super::*;

/// An installation of Ringside, and a game in a folder of its own.
struct Place {
    dir: DataDir,
    game: PathBuf,
    _folder: tempfile::TempDir,
}

const CFG: &str = "game/csgo/cfg";

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let game = folder.path().join("Counter-Strike");
        fs::create_dir_all(game.join(CFG)).unwrap();
        let dir = DataDir::open(Some(folder.path().join("data"))).unwrap();
        Self { dir, game, _folder: folder }
    }

    fn with_file(content: &[u8]) -> Self {
        let place = Self::new();
        fs::write(place.file(), content).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.game.join(CFG).join(cs2::CONFIG_FILE_NAME)
    }

    fn setup(&self) -> Setup {
        Setup::of(&self.dir).unwrap()
    }

    fn preview(&self) -> SetupFile {
        let preview = self.setup().preview(Game::Cs2, Some(&self.game)).unwrap();
        let SetupPreview::Files { mut files } = preview else {
            panic!("the game is there: {preview:?}");
        };
        files.remove(0)
    }

    fn set_up(&self) -> Change {
        self.setup().write(&self.file(), &self.preview().seen).unwrap()
    }

    fn undo(&self) -> Undo {
        Setup::undo_at(&self.dir, &self.file()).unwrap().how
    }

    /// Every file of the game's, by name.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.game.join(CFG)).unwrap().map(Result::unwrap);
        let mut files: Vec<_> = entries
            .map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    fn change_port(&self, port: u16) {
        fs::write(self.dir.settings(), format!("[cs2]\nport = {port}\n")).unwrap();
    }
}

fn problem(error: Error) -> SetupError {
    let Error::Setup(problem) = error else { panic!("the game's folder is at fault: {error}") };
    problem
}

#[test]
fn looking_writes_nothing_into_the_game() {
    let place = Place::new();
    assert_eq!(place.preview().does, Change::Create);
    assert_eq!(place.files(), []);
}

#[test]
fn what_was_set_up_is_as_it_should_be_and_undo_leaves_nothing() {
    let place = Place::new();
    assert_eq!(place.set_up(), Change::Create);
    assert_eq!(place.preview().does, Change::Nothing);
    assert_eq!(Setup::done(&place.dir).unwrap(), [place.file()]);
    assert_eq!(place.undo(), Undo::Removed);
    assert_eq!(place.files(), []);
    assert!(Setup::done(&place.dir).unwrap().is_empty());
}

#[test]
fn a_file_that_changed_since_the_preview_is_not_overwritten() {
    let place = Place::with_file(b"mine");
    let seen = place.preview().seen;
    fs::write(place.file(), "mine, and more").unwrap();
    let refused = problem(place.setup().write(&place.file(), &seen).unwrap_err());
    assert!(matches!(refused, SetupError::ChangedSince { .. }), "{refused}");
    assert_eq!(place.files(), [(cs2::CONFIG_FILE_NAME.to_owned(), b"mine, and more".to_vec())]);
}

#[test]
fn a_file_that_changed_since_the_setup_is_not_taken_away() {
    let place = Place::new();
    place.set_up();
    fs::write(place.file(), "the player's own").unwrap();
    for kept in [
        Setup::preview_undo(&place.dir, &place.file()).unwrap_err(),
        Setup::undo_at(&place.dir, &place.file()).unwrap_err(),
    ] {
        let kept = problem(kept);
        assert!(matches!(kept, SetupError::ChangedSince { .. }), "{kept}");
    }
    assert_eq!(fs::read(place.file()).unwrap(), b"the player's own");
}

#[test]
fn our_file_is_right_whatever_its_line_ends_and_wrong_from_its_first_other_line_on() {
    let place = Place::new();
    place.set_up();
    let ours = fs::read_to_string(place.file()).unwrap();
    let port = place.setup().settings.cs2.port.to_string();
    let line = ours.lines().position(|line| line.contains(&port)).unwrap() + 1;
    for (content, expected) in [
        (ours.clone(), FileState::Current),
        (ours.replace('\n', "\r\n"), FileState::Current),
        (ours.replace(&port, "1"), FileState::Differs { line: Some(line) }),
        (ours.lines().take(1).collect(), FileState::Differs { line: Some(2) }),
    ] {
        fs::write(place.file(), content).unwrap();
        let (standing, _) = place.setup().standing(Game::Cs2).unwrap();
        let own = standing.iter().find(|one| one.path == place.file()).unwrap();
        assert_eq!(own.state, expected);
    }
}

#[test]
fn an_ini_that_cannot_be_changed_says_why() {
    let place = Place::new();
    let ini = place.game.join("TAGame/Config/TAStatsAPI.ini");
    fs::create_dir_all(ini.parent().unwrap()).unwrap();
    fs::write(&ini, b"[A]\0\0").unwrap();
    let planned = place.setup().at(Game::RocketLeague, &place.game).remove(0);
    let state = standing(planned).state;
    assert!(
        matches!(&state, FileState::Unreadable { reason } if reason.contains("by hand")),
        "{state:?}"
    );
}

#[test]
fn looking_at_an_undo_shows_each_line_and_changes_nothing() {
    let place = Place::with_file(b"mine\n");
    place.set_up();
    let before = place.files();
    let shown = Setup::preview_undo(&place.dir, &place.file()).unwrap();
    assert_eq!(place.files(), before);
    assert_eq!(shown.undoes.how, Undo::Restored);
    let comes: Vec<_> =
        shown.lines.iter().filter(|line| line.is == DiffIs::Added).map(|line| &line.text).collect();
    assert_eq!(comes, ["mine\n"]);
    let goes = shown
        .lines
        .iter()
        .any(|line| line.is == DiffIs::Removed && line.text.contains("127.0.0.1"));
    assert!(goes, "what Ringside wrote goes: {:?}", shown.lines);
}

#[test]
fn no_backup_is_written_over_another() {
    let place = Place::with_file(b"mine");
    let earlier = place.file().with_extension("cfg.ringside-backup-1");
    fs::write(&earlier, "of an earlier time").unwrap();
    place.set_up();
    assert_eq!(fs::read(&earlier).unwrap(), b"of an earlier time");
    assert_eq!(place.undo(), Undo::Restored);
    assert_eq!(fs::read(place.file()).unwrap(), b"mine");
}

#[test]
fn a_second_setup_keeps_what_stood_there_before_the_first() {
    let place = Place::with_file(b"mine");
    place.set_up();
    place.change_port(4000);
    assert_eq!(place.set_up(), Change::Replace);
    assert!(fs::read_to_string(place.file()).unwrap().contains("127.0.0.1:4000"));
    assert_eq!(place.undo(), Undo::Restored);
    assert_eq!(place.files(), [(cs2::CONFIG_FILE_NAME.to_owned(), b"mine".to_vec())]);
}

#[test]
fn what_somebody_made_of_our_file_is_theirs_at_the_next_setup() {
    let place = Place::new();
    place.set_up();
    fs::write(place.file(), "the player's own").unwrap();
    assert_eq!(place.set_up(), Change::Replace);
    assert_eq!(place.undo(), Undo::Restored);
    assert_eq!(fs::read(place.file()).unwrap(), b"the player's own");
    assert_eq!(place.undo(), Undo::Nothing);
}

#[test]
fn a_setup_that_was_cut_off_before_the_file_undoes_to_nothing() {
    let place = Place::with_file(b"mine");
    let setup = place.setup();
    let file = GameFile::new(place.file());
    let mut notes = Notes::default();
    let planned = setup.planned_at(file.path()).unwrap();
    let found = file.look().unwrap();
    let after = planned.after(&found).unwrap();
    note(&mut notes, &file, &found, &Writing { planned: &planned, after: &after }).unwrap();
    notes.save(&place.dir).unwrap();
    assert_eq!(place.undo(), Undo::Nothing);
    assert_eq!(place.files(), [(cs2::CONFIG_FILE_NAME.to_owned(), b"mine".to_vec())]);
}

#[test]
fn a_backup_that_is_gone_is_told_and_nothing_is_removed() {
    let place = Place::with_file(b"mine");
    place.set_up();
    fs::remove_file(place.file().with_extension("cfg.ringside-backup-1")).unwrap();
    let gone = problem(Setup::undo_at(&place.dir, &place.file()).unwrap_err());
    assert!(matches!(gone, SetupError::BackupGone { .. }), "{gone}");
    assert_eq!(place.preview().does, Change::Nothing, "the game goes on reporting");
}

#[test]
fn a_folder_that_is_no_counter_strike_is_told_and_not_written_to() {
    let place = Place::new();
    let other = place.dir.path().to_owned();
    let refused = problem(place.setup().preview(Game::Cs2, Some(&other)).unwrap_err());
    assert!(matches!(refused, SetupError::NotTheGame { .. }), "{refused}");
    for path in [other.join("evil.cfg"), place.game.join(CFG).join("autoexec.cfg")] {
        let refused = problem(place.setup().write(&path, "absent").unwrap_err());
        assert!(matches!(refused, SetupError::NotTheGame { .. }), "{refused}");
        assert!(!path.exists());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_told_and_nothing_is_noted() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let cfg = place.game.join(CFG);
    fs::set_permissions(&cfg, fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = fs::write(cfg.join("probe"), "").is_ok();
    let written = place.setup().write(&place.file(), &place.preview().seen);
    fs::set_permissions(&cfg, fs::Permissions::from_mode(0o700)).unwrap();
    if is_root {
        return; // Nothing is denied to this user.
    }
    assert!(problem(written.unwrap_err()).is_denied());
    assert!(Setup::done(&place.dir).unwrap().is_empty());
}

#[test]
fn a_full_disk_is_told_as_one() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let problem = SetupError::File { path: PathBuf::new(), cause: full };
    assert!(problem.wants_room() && !problem.is_denied());
}

#[test]
fn league_needs_nothing() {
    let preview = Place::new().setup().preview(Game::League, None).unwrap();
    assert_eq!(preview, SetupPreview::NothingToInstall);
}

#[test]
fn a_folder_that_steam_does_not_know_is_looked_at_once_it_is_set_up() {
    let place = Place::new();
    place.set_up();
    let looked = crate::look_at_games(&place.dir).unwrap();
    let own = looked
        .iter()
        .flat_map(|game| &game.found)
        .find(|found| found.path == place.preview().path)
        .unwrap();
    assert_eq!((own.config, own.can_undo), (crate::ConfigFound::Current, true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn undo_puts_back_every_byte(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        let place = Place::with_file(&content);
        let before = place.files();
        place.set_up();
        prop_assert_eq!(place.undo(), Undo::Restored);
        prop_assert_eq!(place.files(), before);
    }
}

/// A way to `path` from wherever this process stands.
#[cfg(unix)]
fn from_here(path: &Path) -> PathBuf {
    let up =
        std::env::current_dir().unwrap().ancestors().skip(1).map(|_| "..").collect::<PathBuf>();
    up.join(path.strip_prefix("/").unwrap())
}

#[cfg(unix)]
#[test]
fn a_folder_named_from_here_is_found_again_from_elsewhere() {
    let place = Place::with_file(b"mine");
    let setup = place.setup();
    let named = from_here(&place.game);
    let Ok(SetupPreview::Files { files }) = setup.preview(Game::Cs2, Some(&named)) else {
        panic!("the game is there: {}", named.display());
    };
    assert!(Path::new(&files[0].path).is_absolute(), "{}", files[0].path);
    setup.write(&from_here(&place.file()), &files[0].seen).unwrap();
    let done = Setup::done(&place.dir).unwrap();
    assert!(done.len() == 1 && done[0].is_absolute(), "{done:?}");
    let undone: Vec<_> = Setup::undo(&place.dir).unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(undone[0].how, Undo::Restored);
    assert_eq!(place.files(), [(cs2::CONFIG_FILE_NAME.to_owned(), b"mine".to_vec())]);
}

#[cfg(unix)]
#[test]
fn what_ringside_keeps_is_where_it_was_named_from() {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(from_here(&folder.path().join("data")))).unwrap();
    assert!(dir.path().is_absolute(), "{}", dir.path().display());
    let looked = DataDir::look(Some(from_here(folder.path()))).unwrap();
    assert!(looked.path().is_absolute(), "{}", looked.path().display());
}

#[test]
fn a_games_file_that_is_not_found_keeps_its_note_and_its_backup() {
    let place = Place::new();
    let config = place.game.join("TAGame/Config");
    fs::create_dir_all(&config).unwrap();
    let ini = config.join("DefaultStatsAPI.ini");
    fs::write(&ini, "[TAGame.MatchStatsExporter_TA]\nPort=49123\nPacketSendRate=0\n").unwrap();
    let setup = place.setup();
    let Ok(SetupPreview::Files { files }) = setup.preview(Game::RocketLeague, Some(&place.game))
    else {
        panic!("the game is there");
    };
    setup.write(&ini, &files[0].seen).unwrap();
    let aside = place.game.join("TAGame/Elsewhere");
    fs::rename(&config, &aside).unwrap();

    let missing = problem(Setup::undo_at(&place.dir, &ini).unwrap_err());
    assert!(matches!(missing, SetupError::NotFound { .. }), "{missing}");
    assert!(missing.to_string().contains("ringside-backup-1"), "{missing}");
    assert_eq!(Setup::done(&place.dir).unwrap(), std::slice::from_ref(&ini));
    fs::rename(&aside, &config).unwrap();
    assert_eq!(Setup::undo_at(&place.dir, &ini).unwrap().how, Undo::Restored);
    assert!(fs::read_to_string(&ini).unwrap().contains("PacketSendRate=0"));
    assert_eq!(fs::read_dir(&config).unwrap().count(), 1, "its backup is needed no more");
}
