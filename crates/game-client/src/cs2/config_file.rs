//! The file that makes the game post.

use crate::GsiToken;

/// Its name; the game reads every file named `gamestate_integration_*.cfg`.
pub const CONFIG_FILE_NAME: &str = "gamestate_integration_ringside.cfg";

/// Its text. The game reads it when it starts.
///
/// - `timeout` 5 s: a longer one costs nothing, and after a timeout the game
///   leaves the deltas out.
/// - `buffer` and `throttle` 0.1 s: what changes twice between two requests is
///   lost, so the game is asked to send soon and often; ten small requests a
///   second are the most that can come of it.
/// - `heartbeat` 10 s: a player sees within that time whether it works.
/// - The data blocks are those that events are made of. Blocks for observers,
///   positions and weapons would only be thrown away.
#[must_use]
pub fn config_file(port: u16, token: &GsiToken) -> String {
    format!(
        r#""Ringside"
{{
	"uri" "http://127.0.0.1:{port}/"
	"timeout" "5.0"
	"buffer" "0.1"
	"throttle" "0.1"
	"heartbeat" "10.0"
	"auth"
	{{
		"token" "{token}"
	}}
	"data"
	{{
		"provider" "1"
		"map" "1"
		"map_round_wins" "1"
		"round" "1"
		"player_id" "1"
		"player_state" "1"
		"player_match_stats" "1"
	}}
}}
"#,
        token = token.expose()
    )
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
