//! Dota 2 and Rocket League are found where Steam and Epic's launcher put them.

use std::{fs, path::Path};

use game_client::{dota2, rocket_league};
use tempfile::TempDir;

/// A Steam whose own library has one game.
fn steam_with(app_id: u32, folder: &str) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().display().to_string().replace('\\', "\\\\");
    let library =
        format!("\"libraryfolders\"\n{{\n\t\"0\"\n\t{{\n\t\t\"path\"\t\"{path}\"\n\t}}\n}}\n");
    write(&root.path().join("steamapps/libraryfolders.vdf"), &library);
    let manifest = format!(
        "\"AppState\"\n{{\n\t\"appid\"\t\"{app_id}\"\n\t\"installdir\"\t\"{folder}\"\n}}\n"
    );
    write(&root.path().join(format!("steamapps/appmanifest_{app_id}.acf")), &manifest);
    root
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn dota_is_found_before_its_folder_for_such_files_is_made() {
    let steam = steam_with(570, "dota 2 beta");
    assert!(dota2::find_installations_in(steam.path()).unwrap().is_empty());
    let cfg = steam.path().join("steamapps/common/dota 2 beta/game/dota/cfg");
    fs::create_dir_all(&cfg).unwrap();
    let found = dota2::find_installations_in(steam.path()).unwrap();
    assert_eq!(found.len(), 1);
    let path = cfg.join("gamestate_integration/gamestate_integration_ringside.cfg");
    assert_eq!(found[0].config_path(), path);
}

#[test]
fn dota_is_found_at_any_folder_on_the_way_and_at_no_other() {
    let steam = steam_with(570, "dota 2 beta");
    let game = steam.path().join("steamapps/common/dota 2 beta");
    fs::create_dir_all(game.join("game/dota/cfg/gamestate_integration")).unwrap();
    let count = |path: &Path| dota2::find_installations_at(path).len();
    for within in ["", "game", "game/dota", "game/dota/cfg", "game/dota/cfg/gamestate_integration"]
    {
        assert_eq!(count(&game.join(within)), 1, "{within}");
    }
    assert_eq!(count(steam.path()), 1, "Steam's own folder");
    assert_eq!(count(&game.join("content")), 0);
    assert_eq!(count(&steam.path().join("nowhere")), 0);
}

const OFF: &str = "[TAGame.MatchStatsExporter_TA]\r\nPort=49123\r\nPacketSendRate=0\r\n";

#[test]
fn both_inis_of_a_rocket_league_under_proton_are_found() {
    let steam = steam_with(252_950, "rocketleague");
    let find = || rocket_league::find_installations_in(steam.path()).unwrap();
    assert!(find().is_empty(), "a game without the ini has no Stats API");
    let brought =
        steam.path().join("steamapps/common/rocketleague/TAGame/Config/DefaultStatsAPI.ini");
    let kept = steam.path().join(
        "steamapps/compatdata/252950/pfx/drive_c/users/steamuser/Documents/My Games/\
         Rocket League/TAGame/Config/TAStatsAPI.ini",
    );
    write(&brought, OFF);
    write(&kept, &OFF.replace("SendRate=0", "SendRate=30"));
    let found: Vec<_> = find().into_iter().map(|found| found.ini).collect();
    assert_eq!(found, [brought.clone(), kept]);
    let dir = brought.parent().unwrap();
    for named in [dir, dir.parent().unwrap(), steam.path()] {
        assert_eq!(rocket_league::find_installations_at(named).len(), 1, "{named:?}");
    }
}

#[test]
fn the_manifests_of_epics_launcher_lead_to_the_game() {
    let disk = tempfile::tempdir().unwrap();
    let manifests = disk.path().join("Manifests");
    let game = disk.path().join("Epic Games/rocketleague");
    let ini = game.join("TAGame/Config/DefaultStatsAPI.ini");
    write(&ini, OFF);
    let location = |path: &Path| serde_json::json!({ "InstallLocation": path }).to_string();
    write(&manifests.join("A.item"), &location(&disk.path().join("another")));
    write(&manifests.join("B.item"), &location(&game));
    write(&manifests.join("C.item"), "no manifest");
    write(&manifests.join("D.txt"), &location(&game));
    let found = rocket_league::find_installations_at(&manifests);
    assert_eq!(found.iter().map(|found| &found.ini).collect::<Vec<_>>(), [&ini]);
}
