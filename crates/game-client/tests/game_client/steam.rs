//! Counter-Strike is found in whichever library Steam put it.

use std::{fs, path::Path};

use game_client::{
    Error,
    cs2::{CONFIG_FILE_NAME, CounterStrike, find_installations_at, find_installations_in},
};
use tempfile::TempDir;

const MANIFEST: &str = "\"AppState\"\n{\n\t\"appid\"\t\"730\"\n\t\"installdir\"\t\"Counter-Strike Global Offensive\"\n}\n";

const CS2_CFG: &str = "steamapps/common/Counter-Strike Global Offensive/game/csgo/cfg";
const CSGO_CFG: &str = "steamapps/common/Counter-Strike Global Offensive/csgo/cfg";

/// A Steam with one library of its own and one on another disk.
struct Steam {
    root: TempDir,
    library: TempDir,
}

impl Steam {
    fn installed() -> Self {
        let steam =
            Self { root: tempfile::tempdir().unwrap(), library: tempfile::tempdir().unwrap() };
        let paths = [steam.root.path(), steam.library.path(), Path::new("/not/plugged/in")];
        let folders: String = paths
            .iter()
            .enumerate()
            .map(|(n, path)| {
                let path = path.display().to_string().replace('\\', "\\\\");
                format!("\t\"{n}\"\n\t{{\n\t\t\"path\"\t\"{path}\"\n\t}}\n")
            })
            .collect();
        write(
            steam.root.path(),
            "steamapps/libraryfolders.vdf",
            &format!("\"libraryfolders\"\n{{\n{folders}}}\n"),
        );
        fs::create_dir_all(steam.library.path().join("steamapps")).unwrap();
        steam
    }

    fn with_game(self, cfg_dir: &str) -> Self {
        write(self.library.path(), "steamapps/appmanifest_730.acf", MANIFEST);
        fs::create_dir_all(self.library.path().join(cfg_dir)).unwrap();
        self
    }

    fn found(&self) -> Vec<CounterStrike> {
        let found = find_installations_in(self.root.path()).unwrap();
        found.into_iter().map(|installation| installation.game).collect()
    }
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn a_game_in_a_second_library_is_found_and_nothing_is_written() {
    let steam = Steam::installed().with_game(CS2_CFG);
    assert_eq!(steam.found(), [CounterStrike::Cs2]);
    let found = find_installations_in(steam.root.path()).unwrap();
    assert!(!found[0].config_path().exists(), "nothing is written by looking");
    assert!(found[0].config_path().ends_with(CONFIG_FILE_NAME));
}

#[test]
fn both_games_are_found_side_by_side() {
    let steam = Steam::installed().with_game(CS2_CFG).with_game(CSGO_CFG);
    assert_eq!(steam.found(), [CounterStrike::Cs2, CounterStrike::Csgo]);
}

#[test]
fn a_steam_without_the_game_has_no_installation() {
    assert_eq!(Steam::installed().found(), []);
}

#[test]
fn a_folder_that_is_no_steam_is_an_error_with_its_path() {
    let empty = tempfile::tempdir().unwrap();
    let error = find_installations_in(empty.path()).unwrap_err();
    assert!(matches!(error, Error::Steam { path, .. } if path == empty.path()));
}

#[test]
fn a_named_folder_is_found_from_anywhere_on_the_way_to_its_config() {
    let steam = Steam::installed().with_game(CS2_CFG);
    let cfg = steam.library.path().join(CS2_CFG);
    for named in cfg.ancestors().take(8).filter(|named| named.starts_with(steam.library.path())) {
        let found = find_installations_at(named);
        let found: Vec<_> = found.iter().map(|one| (one.game, one.cfg_dir.clone())).collect();
        assert_eq!(found, [(CounterStrike::Cs2, cfg.clone())], "{}", named.display());
    }
}

#[test]
fn a_folder_that_is_no_counter_strike_is_none() {
    let other = tempfile::tempdir().unwrap();
    fs::create_dir_all(other.path().join("cfg")).unwrap();
    for named in [other.path().to_owned(), other.path().join("cfg"), other.path().join("gone")] {
        assert_eq!(find_installations_at(&named), [], "{}", named.display());
    }
}

#[test]
fn a_folder_beside_the_config_is_not_taken_for_the_game() {
    let steam = Steam::installed().with_game(CS2_CFG);
    let maps = steam.library.path().join(CS2_CFG).with_file_name("maps");
    fs::create_dir_all(&maps).unwrap();
    assert_eq!(find_installations_at(&maps), []);
}
