//! Elite Dangerous: where its journals are, and which is the newest.

use std::{io, path::Path};

use game_client::elite::{self, JOURNALS};

use super::{Advice, Looking, Page};

pub(super) fn page(looking: &Looking<'_>) -> Page {
    let named = looking.settings.elite.folder.clone();
    let is_named = named.is_some();
    let Some(folder) = named.or_else(elite::journal_folder) else {
        let reachable = "nobody knows where this PC keeps its player's files".to_owned();
        return Page { reachable, advice: vec![name_folder()] };
    };
    let (reachable, advice) = match newest(&folder) {
        Ok(Some(file)) => (format!("the newest journal in {} is {file}", folder.display()), None),
        Ok(None) => (format!("{} has no journal yet", folder.display()), None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let advice = if is_named { None } else { Some(name_folder()) };
            (format!("{} is not there: the game never ran here", folder.display()), advice)
        }
        Err(error) => (format!("{} cannot be read: {error}", folder.display()), None),
    };
    Page { reachable, advice: advice.into_iter().collect() }
}

fn newest(folder: &Path) -> io::Result<Option<String>> {
    let files = (JOURNALS.list)(folder)?;
    Ok(files.into_iter().map(|file| file.name).max_by_key(|name| (JOURNALS.order)(name)))
}

fn name_folder() -> Advice {
    Advice::sentence(
        "where Elite Dangerous keeps its journals elsewhere, set folder under [elite] in \
         settings.toml"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_journal_is_the_one_of_the_latest_start() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["Journal.220101000000.01.log", "Journal.2025-11-01T155552.02.log", "Status.json"]
        {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let newest = newest(folder.path()).unwrap();
        assert_eq!(newest.as_deref(), Some("Journal.2025-11-01T155552.02.log"));
    }
}
