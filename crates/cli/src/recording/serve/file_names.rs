//! What a served log is called, so that the companion reads it: an import has the name
//! that somebody gave the file when it was kept or shared.

use companion::event_model::Source;

const POWER_LOG: &str = "Power.log";

/// What Hearthstone calls the folder of one start's logs, with its time behind it.
const FOLDER_OF_START: &str = "Hearthstone_";

/// The file of lines that name none.
pub(super) fn unnamed(source: Source) -> &'static str {
    if source == Source::Elite { "Journal.2000-01-01T000000.01.log" } else { POWER_LOG }
}

/// What the file is called on the disk. Hearthstone's events do not hang on it; those
/// of Elite do, and keep it.
pub(super) fn on_disk(source: Source, name: String) -> String {
    let is_power_log = match name.split_once('/') {
        None => name == POWER_LOG,
        Some((folder, file)) => folder.starts_with(FOLDER_OF_START) && file == POWER_LOG,
    };
    if source != Source::Hearthstone || is_power_log {
        return name;
    }
    let last = name.rsplit('/').next().unwrap_or_default();
    let stem = last.strip_suffix(".log").unwrap_or(last);
    format!("{FOLDER_OF_START}{stem}/{POWER_LOG}")
}

/// Whether the companion takes a file of this name for one of the game's.
pub(super) fn is_read(source: Source, name: &str) -> bool {
    let journal = || name.strip_prefix("Journal")?.strip_suffix(".log")?.rsplit_once('.');
    source != Source::Elite || journal().is_some_and(|(_, part)| part.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_was_kept_under_another_name_lies_where_the_game_writes() {
        let on_disk = |name: &str| on_disk(Source::Hearthstone, name.to_owned());
        assert_eq!(on_disk("186852_ranked.power.log"), "Hearthstone_186852_ranked.power/Power.log");
        assert_eq!(on_disk("kept/Power.log"), "Hearthstone_Power/Power.log");
        assert_eq!(on_disk(".log"), "Hearthstone_/Power.log");
        for game in ["Power.log", "Hearthstone_2026_11_23_20_15_00/Power.log"] {
            assert_eq!(on_disk(game), game);
        }
    }

    #[test]
    fn a_journal_keeps_its_name_and_one_that_nobody_reads_is_known() {
        let name = "ana's evening.log";
        assert_eq!(on_disk(Source::Elite, name.to_owned()), name);
        assert!(!is_read(Source::Elite, name));
        assert!(!is_read(Source::Elite, "Journal.log"));
        assert!(is_read(Source::Elite, unnamed(Source::Elite)));
        assert!(is_read(Source::Hearthstone, unnamed(Source::Hearthstone)));
    }
}
