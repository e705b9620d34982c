//! The file that makes Counter-Strike post.

use crate::{GsiToken, gsi::config_text};

pub use crate::gsi::CONFIG_FILE_NAME;

/// The blocks that events are made of. Those for observers, positions and weapons
/// would only be thrown away.
const BLOCKS: [&str; 7] = [
    "provider",
    "map",
    "map_round_wins",
    "round",
    "player_id",
    "player_state",
    "player_match_stats",
];

/// The text of the file. The game reads it when it starts.
#[must_use]
pub fn config_file(port: u16, token: &GsiToken) -> String {
    config_text(port, token, &BLOCKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_our_address_token_and_blocks() {
        let text = config_file(3000, &GsiToken::new("abcdefghijklmnop").unwrap());
        for line in [
            r#""uri" "http://127.0.0.1:3000/""#,
            r#""token" "abcdefghijklmnop""#,
            r#""player_match_stats" "1""#,
            r#""map_round_wins" "1""#,
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "every block ends");
    }
}
