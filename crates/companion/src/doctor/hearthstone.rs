//! Hearthstone: where its logs are, which is the newest, and what it takes that there
//! is one.

use std::{io, path::Path};

use game_client::hearthstone::{self, POWER_LOGS};

use super::{Advice, Looking, Page};

pub(super) fn page(looking: &Looking<'_>) -> Page {
    let named = looking.settings.hearthstone.folder.clone();
    let is_named = named.is_some();
    let Some(folder) = named.or_else(hearthstone::log_folder) else {
        let reachable = "nobody knows where this PC keeps its games".to_owned();
        return Page { reachable, advice: vec![name_folder()] };
    };
    let shown = folder.display();
    let (reachable, is_there) = match newest(&folder) {
        Ok(Some(file)) => (format!("the newest log in {shown} is {file}"), true),
        Ok(None) => (format!("{shown} has no Power.log: the game writes none yet"), true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (format!("{shown} is not there: the game never ran, or is elsewhere"), false)
        }
        Err(error) => (format!("{shown} cannot be read: {error}"), true),
    };
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(never_ran());
    }
    if !is_there && !is_named {
        advice.push(name_folder());
    }
    Page { reachable, advice }
}

fn newest(folder: &Path) -> io::Result<Option<String>> {
    let files = (POWER_LOGS.list)(folder)?;
    Ok(files.into_iter().map(|file| file.name).max_by_key(|name| (POWER_LOGS.order)(name)))
}

fn never_ran() -> Advice {
    Advice::sentence(
        "no folder of Hearthstone's was found for a player of this PC: start the game once, and \
         then run `ringside setup hearthstone`"
            .to_owned(),
    )
}

fn name_folder() -> Advice {
    Advice::sentence(
        "where Hearthstone is installed elsewhere, set folder under [hearthstone] in \
         settings.toml to its folder Logs"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_log_is_that_of_the_latest_start() {
        let folder = tempfile::tempdir().unwrap();
        for start in ["Hearthstone_2026_11_02_20_15_00", "Hearthstone_2026_10_30_20_15_00"] {
            std::fs::create_dir(folder.path().join(start)).unwrap();
            std::fs::write(folder.path().join(start).join("Power.log"), "").unwrap();
        }
        let newest = newest(folder.path()).unwrap();
        assert_eq!(newest.as_deref(), Some("Hearthstone_2026_11_02_20_15_00/Power.log"));
    }
}
