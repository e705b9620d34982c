//! Hearthstone: where the game writes its Power.log, and what makes it do so.
//!
//! The game writes a log where a section of `log.config` in the player's folder names it
//! ([`with_log_config`]). It reads that file when it starts, and begins a folder of logs
//! of its own then: `Logs/Hearthstone_2026_11_23_20_15_00/Power.log`. Clients of before
//! 2023 wrote `Logs/Power.log` and renamed the former one.

mod installations;
mod log_config;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use installations::{Installation, find_installations, find_installations_at, log_folder};
pub use log_config::{SECTION, with_log_config};

use crate::{Layout, LogFile};

/// The log that is read.
pub const LOG_NAME: &str = "Power.log";

/// What the folder of one start's logs is called, with the time of the start behind it.
const FOLDER_OF_START: &str = "Hearthstone_";

/// Folders that are looked at: a year of a game that is started ten times a day.
const STARTS_MAX: usize = 4_096;

/// The logs of the game's folder of them, as a follower reads them.
pub const POWER_LOGS: Layout = Layout { list, order, begin, nested: true };

fn list(folder: &Path) -> io::Result<Vec<LogFile>> {
    let mut files = Vec::new();
    let mut add = |name: String, path: PathBuf| {
        if path.is_file() {
            files.push(LogFile { name, path });
        }
    };
    for entry in fs::read_dir(folder)?.take(STARTS_MAX) {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name == LOG_NAME {
            add(name, entry.path());
        } else if name.starts_with(FOLDER_OF_START) {
            add(format!("{name}/{LOG_NAME}"), entry.path().join(LOG_NAME));
        }
    }
    Ok(files)
}

/// The one without a folder of its own is of an older client, whatever its time.
fn order(name: &str) -> String {
    name.strip_prefix(FOLDER_OF_START).map_or_else(String::new, str::to_owned)
}

/// With the last start: no game goes on from one to the next, but for the one that a
/// crash cut off, and that is printed anew.
fn begin(files: &[LogFile]) -> usize {
    files.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_stand_in_the_order_of_their_times_behind_older_clients() {
        let folder = tempfile::tempdir().unwrap();
        let starts = ["Hearthstone_2026_11_02_20_15_00", "Hearthstone_2026_10_30_20_15_00"];
        for start in starts {
            fs::create_dir(folder.path().join(start)).unwrap();
            fs::write(folder.path().join(start).join(LOG_NAME), "").unwrap();
        }
        fs::create_dir(folder.path().join("Hearthstone_2026_12_01_00_00_00")).unwrap();
        for other in [LOG_NAME, "Power_old.log", "Zone.log"] {
            fs::write(folder.path().join(other), "").unwrap();
        }
        let mut names: Vec<_> =
            list(folder.path()).unwrap().into_iter().map(|file| file.name).collect();
        names.sort_by_key(|name| order(name));
        let expected = [
            LOG_NAME.to_owned(),
            format!("{}/{LOG_NAME}", starts[1]),
            format!("{}/{LOG_NAME}", starts[0]),
        ];
        assert_eq!(names, expected, "a start without the log has none");
        let files: Vec<_> =
            names.into_iter().map(|name| LogFile { name, path: PathBuf::new() }).collect();
        assert_eq!(begin(&files), 2);
    }
}
