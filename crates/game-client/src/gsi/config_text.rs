//! The file that makes a game of Valve's post to us.

use super::GsiToken;

/// Its name; the games read every file named `gamestate_integration_*.cfg`.
pub const CONFIG_FILE_NAME: &str = "gamestate_integration_ringside.cfg";

/// Its text, which the game reads when it starts.
///
/// - `timeout` 5 s: a longer one costs nothing, and after a timeout the game
///   leaves the deltas out.
/// - `buffer` and `throttle` 0.1 s: what changes twice between two requests is
///   lost, so the game is asked to send soon and often; ten small requests a
///   second are the most that can come of it.
/// - `heartbeat` 10 s: a player sees within that time whether it works.
/// - `blocks` are those that events are made of: any other would only be thrown
///   away.
pub(crate) fn config_text(port: u16, token: &GsiToken, blocks: &[&str]) -> String {
    let blocks: String = blocks.iter().map(|block| format!("\t\t\"{block}\" \"1\"\n")).collect();
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
{blocks}	}}
}}
"#,
        token = token.expose()
    )
}
