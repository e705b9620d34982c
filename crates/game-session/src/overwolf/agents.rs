//! VALORANT's agents: their names in the game's files, and on its screen.

/// Both names of each; those that are the same in both need none. From Overwolf's
/// reference of `agent` and published lists.
const AGENTS: [(&str, &str); 29] = [
    ("aggrobot", "gekko"),
    ("bountyhunter", "fade"),
    ("breach", "breach"),
    ("cable", "deadlock"),
    ("cashew", "tejo"),
    ("clay", "raze"),
    ("deadeye", "chamber"),
    ("grenadier", "kayo"),
    ("guide", "skye"),
    ("gumshoe", "cypher"),
    ("hunter", "sova"),
    ("iris", "miks"),
    ("killjoy", "killjoy"),
    ("mage", "harbor"),
    ("nox", "vyse"),
    ("pandemic", "viper"),
    ("phoenix", "phoenix"),
    ("pine", "veto"),
    ("rift", "astra"),
    ("sarge", "brimstone"),
    ("sequoia", "iso"),
    ("smonk", "clove"),
    ("sprinter", "neon"),
    ("stealth", "yoru"),
    ("terra", "waylay"),
    ("thorne", "sage"),
    ("vampire", "reyna"),
    ("wraith", "omen"),
    ("wushu", "jett"),
];

/// Whether two of the game's words mean the same agent: `Thorne_PC_C`, `Sage`,
/// `TX_Killfeed_Sage1`.
pub(super) fn same_agent(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && shown(&one) == shown(&other)
}

/// Whether a name of the feed is what is shown for a player who hides theirs: the
/// agent's, or `Me`.
pub(crate) fn stands_for_a_name(word: &str) -> bool {
    let word = plain(word);
    word == "me" || AGENTS.iter().any(|(_, on_screen)| *on_screen == word)
}

/// The letters alone.
fn plain(word: &str) -> String {
    let word = word.strip_prefix("TX_Killfeed_").unwrap_or(word);
    let word = word.strip_suffix("_PC_C").unwrap_or(word);
    word.chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn shown(plain: &str) -> &str {
    let known = AGENTS.iter().find(|(of_files, _)| *of_files == plain);
    known.map_or(plain, |(_, on_screen)| on_screen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_known_by_each_of_its_words() {
        for word in ["Thorne", "Thorne_PC_C", "Sage", "TX_Killfeed_Sage1", "TX_Killfeed_Sage"] {
            assert!(same_agent(word, "Sage"), "{word}");
        }
        assert!(same_agent("Grenadier_PC_C", "KAY/O"));
        assert!(!same_agent("Thorne", "Jett"));
        assert!(!same_agent("", ""));
    }
}
