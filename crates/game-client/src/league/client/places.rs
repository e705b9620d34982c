//! Where the League client is installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use directories::BaseDirs;

/// The game's folder, where Riot's installer puts it unless told otherwise.
const USUAL: &str = "Riot Games/League of Legends";

/// What Riot's installer keeps of each game: a folder, and the same again as a file's name.
const PRODUCTS: [&str; 2] = ["league_of_legends.live", "league_of_legends.pbe"];

/// The line of that file that says where the game is.
const INSTALLED_AT: &str = "product_install_full_path:";

/// The longest such file that is read: real ones have some KiB.
const SETTINGS_BYTES_MAX: u64 = 64 * 1024;

/// Within an application of macOS, the folder of the client.
const IN_APPLICATION: &str = "Contents/LoL";

/// Windows that Wine keeps, within the home folder: its own, Lutris'.
const WINE_PREFIXES: [&str; 2] = [".wine", "Games/league-of-legends"];

/// The folders in which a League client may keep its lockfile: where Riot's installer says
/// that it put the game, then where it usually is.
#[must_use]
pub fn league_client_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = riots_data().iter().flat_map(|data| installed(data)).collect();
    folders.extend(usual());
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let is_new = !seen.contains(folder);
        seen.push(folder.clone());
        is_new
    });
    folders
}

/// Where Riot's installer keeps what it knows of its games.
fn riots_data() -> Option<PathBuf> {
    if cfg!(windows) {
        env::var_os("ProgramData").map(|data| Path::new(&data).join("Riot Games"))
    } else if cfg!(target_os = "macos") {
        Some("/Users/Shared/Riot Games".into())
    } else {
        None
    }
}

fn usual() -> Vec<PathBuf> {
    if cfg!(windows) {
        let drive = env::var_os("SystemDrive").unwrap_or_else(|| "C:".into());
        let drive = drive.to_string_lossy().into_owned();
        return vec![PathBuf::from(format!("{drive}/{USUAL}"))];
    }
    if cfg!(target_os = "macos") {
        return vec![Path::new("/Applications/League of Legends.app").join(IN_APPLICATION)];
    }
    let Some(dirs) = BaseDirs::new() else { return Vec::new() };
    let in_prefix = |prefix| dirs.home_dir().join(prefix).join("drive_c").join(USUAL);
    WINE_PREFIXES.into_iter().map(in_prefix).collect()
}

/// Where the installer says that it put the games.
fn installed(data: &Path) -> Vec<PathBuf> {
    let of = |product: &str| {
        let name = format!("{product}.product_settings.yaml");
        let path = data.join("Metadata").join(product).join(name);
        let is_short = fs::metadata(&path).ok()?.len() <= SETTINGS_BYTES_MAX;
        let text = fs::read_to_string(&path).ok().filter(|_| is_short)?;
        installed_at(&text)
    };
    PRODUCTS.into_iter().filter_map(of).collect()
}

/// One line of YAML; the rest of the file is the installer's own.
fn installed_at(settings: &str) -> Option<PathBuf> {
    let mut lines = settings.trim_start_matches('\u{feff}').lines();
    let value = lines.find_map(|line| line.strip_prefix(INSTALLED_AT))?.trim();
    let path = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(quoted) => quoted.replace(r"\\", r"\"),
        None => value.trim_matches('\'').to_owned(),
    };
    let path = PathBuf::from(path);
    let is_application = path.extension().is_some_and(|extension| extension == "app");
    let folder = if is_application { path.join(IN_APPLICATION) } else { path };
    (!folder.as_os_str().is_empty()).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installers_own_word_leads_to_the_game() {
        let at = |line: &str| installed_at(&format!("auto_patching: true\n{line}\nx: 1\n"));
        let found = |line| at(line).unwrap().display().to_string();
        assert_eq!(
            found(r#"product_install_full_path: "D:/Riot Games/League of Legends""#),
            "D:/Riot Games/League of Legends"
        );
        assert_eq!(found(r#"product_install_full_path: "D:\\Games\\LoL""#), r"D:\Games\LoL");
        assert_eq!(found("product_install_full_path: E:/LoL"), "E:/LoL");
        let mac = found("product_install_full_path: /Applications/League of Legends.app");
        assert!(mac.replace('\\', "/").ends_with("League of Legends.app/Contents/LoL"), "{mac}");
        for none in [
            "product_install_root: E:/",
            "product_install_full_path:",
            "product_install_full_path: \"\"",
        ] {
            assert_eq!(at(none), None, "{none}");
        }
        assert!(installed_at("\u{feff}product_install_full_path: E:/LoL").is_some());
    }

    #[test]
    fn every_product_of_the_installers_is_looked_at() {
        let data = tempfile::tempdir().unwrap();
        let product = data.path().join("Metadata/league_of_legends.pbe");
        fs::create_dir_all(&product).unwrap();
        let file = product.join("league_of_legends.pbe.product_settings.yaml");
        fs::write(file, "product_install_full_path: \"F:/PBE\"\n").unwrap();
        assert_eq!(installed(data.path()), [PathBuf::from("F:/PBE")]);
    }
}
