//! Elite Dangerous: where the game writes its journals, and in which order.
//!
//! Nothing is installed for it: the game writes them by itself.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use directories::UserDirs;

use crate::{Layout, LogFile, steam};

/// Elite Dangerous on Steam.
const STEAM_APP: u32 = 359_320;

/// Below the player's own folder of Windows.
const FOLDER: [&str; 3] = ["Saved Games", "Frontier Developments", "Elite Dangerous"];

/// A folder that was moved elsewhere is named in the settings.
const IN_PREFIX: &str = "pfx/drive_c/users/steamuser";

/// How many digits the time in a name has that is from before March 2022,
/// `220315152335`; later ones are `2025-11-01T155552`.
const OLD_TIME_LENGTH: usize = 12;

/// The journals of a folder, as a follower reads them.
pub const JOURNALS: Layout = Layout { list, order, begin, nested: false };

/// Where the game writes its journals: the folder of this PC's player, and those that
/// Proton keeps for the game. The first that exists; without any, where it would be,
/// so that a game that is installed later is found.
#[must_use]
pub fn journal_folder() -> Option<PathBuf> {
    let mut folders = candidates();
    let there = folders.iter().position(|folder| folder.is_dir());
    match there {
        Some(index) => Some(folders.swap_remove(index)),
        None => folders.into_iter().next(),
    }
}

fn candidates() -> Vec<PathBuf> {
    let home = UserDirs::new().map(|dirs| in_home(dirs.home_dir()));
    // A Steam that cannot be read says nothing of the player's own folder.
    let apps = steam::app_dirs(STEAM_APP).unwrap_or_default();
    let in_prefixes = apps.iter().map(|app| in_home(&app.prefix.join(IN_PREFIX)));
    home.into_iter().chain(in_prefixes).collect()
}

fn in_home(home: &Path) -> PathBuf {
    FOLDER.iter().fold(home.to_owned(), |folder, part| folder.join(part))
}

fn list(folder: &Path) -> io::Result<Vec<LogFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_journal(&name) {
            files.push(LogFile { name, path: entry.path() });
        }
    }
    Ok(files)
}

fn is_journal(name: &str) -> bool {
    let parts = || name.strip_prefix("Journal")?.strip_suffix(".log")?.rsplit_once('.');
    parts().is_some_and(|(_, part)| part.parse::<u32>().is_ok())
}

/// The time in the name, then the part: both forms of names in one order.
fn order(name: &str) -> String {
    let rest = name.strip_prefix("Journal").unwrap_or(name).trim_end_matches(".log");
    let (stem, part) = rest.rsplit_once('.').unwrap_or((rest, "0"));
    // What stands before the time tells a beta's journals.
    let time = stem.rsplit('.').next().unwrap_or(stem);
    let digits: String = time.chars().filter(char::is_ascii_digit).collect();
    let digits = match time.len() {
        OLD_TIME_LENGTH => format!("20{digits}"),
        _ => digits,
    };
    let part: u32 = part.parse().unwrap_or_default();
    format!("{digits} {part:010} {name}")
}

/// With the first part of the last start: it says who plays.
fn begin(files: &[LogFile]) -> usize {
    let stem = |file: &LogFile| {
        let rest = file.name.strip_suffix(".log").unwrap_or(&file.name);
        rest.rsplit_once('.').map(|(stem, _)| stem.to_owned())
    };
    let last = files.last().and_then(stem);
    files.iter().position(|file| stem(file) == last).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<LogFile> {
        names
            .iter()
            .map(|name| LogFile { name: (*name).to_owned(), path: PathBuf::new() })
            .collect()
    }

    #[test]
    fn both_forms_of_names_stand_in_the_order_of_their_times() {
        let mut names = [
            "Journal.2025-11-01T155552.10.log",
            "Journal.2025-11-01T155552.02.log",
            "Journal.2022-03-15T152503.01.log",
            "JournalBeta.220314152335.01.log",
            "Journal.210101000000.01.log",
        ];
        names.sort_by_key(|name| order(name));
        assert_eq!(
            names,
            [
                "Journal.210101000000.01.log",
                "JournalBeta.220314152335.01.log",
                "Journal.2022-03-15T152503.01.log",
                "Journal.2025-11-01T155552.02.log",
                "Journal.2025-11-01T155552.10.log",
            ]
        );
    }

    #[test]
    fn the_last_start_is_read_from_its_first_part() {
        let all = files(&["Journal.A.01.log", "Journal.B.01.log", "Journal.B.02.log"]);
        assert_eq!(begin(&all), 1);
    }

    #[test]
    fn other_files_of_the_folder_are_no_journals() {
        for other in ["Status.json", "Journal.log", "Journal.2025.x.log", "Journal.2025.01.txt"] {
            assert!(!is_journal(other), "{other}");
        }
        assert!(is_journal("Journal.2025-11-01T155552.01.log"));
    }
}
