//! The file that makes Dota 2 post.

use crate::{GsiToken, gsi::config_text};

pub use crate::gsi::CONFIG_FILE_NAME;

/// The blocks that events are made of: `player` says whose client it is and, to
/// somebody who watches, who plays; `hero` whether the player lives.
const BLOCKS: [&str; 5] = ["provider", "map", "player", "hero", "events"];

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
        let text = config_file(3001, &GsiToken::new("abcdefghijklmnop").unwrap());
        for line in [
            r#""uri" "http://127.0.0.1:3001/""#,
            r#""token" "abcdefghijklmnop""#,
            r#""events" "1""#,
            r#""player" "1""#,
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "every block ends");
    }
}
