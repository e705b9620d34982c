//! Which build of a game a frame came from.

use event_model::{Frame, Source};
use serde::Deserialize;

use crate::overwolf;

#[derive(Deserialize)]
struct Versioned {
    provider: Provider,
}

#[derive(Deserialize)]
struct Provider {
    version: u64,
}

/// What Hearthstone prints when a game begins, before the number.
const BUILD_NUMBER: &[u8] = b"GameState.DebugPrintGame() - BuildNumber=";

/// More than any number of a build has.
const BUILD_BYTES_MAX: usize = 32;

/// The build that sent this frame, where the frame says so.
///
/// Valve's games do in every frame (`provider.version`), Hearthstone in one line of each
/// game (`BuildNumber`). Of Overwolf it is the version of its events, which are what may
/// change; it tells that when it is asked. Elite's build stands behind the name of what is
/// unknown; League's game, its client and Rocket League say none.
#[must_use]
pub fn build_of(source: Source, frame: &Frame) -> Option<String> {
    let build = match source {
        Source::Cs2 | Source::Dota2 => {
            let read: Versioned = serde_json::from_slice(&frame.body).ok()?;
            read.provider.version.to_string()
        }
        Source::Hearthstone => printed(&frame.body)?,
        Source::Overwolf => overwolf::version_of_events(&frame.body)?,
        Source::League | Source::RocketLeague | Source::Elite => return None,
    };
    Some(build).filter(|build| !build.is_empty() && build.len() <= BUILD_BYTES_MAX)
}

/// Whether a source says its build once, so that it holds for the frames that follow.
#[must_use]
pub fn build_stands(source: Source) -> bool {
    match source {
        Source::Hearthstone | Source::Overwolf => true,
        Source::Cs2 | Source::Dota2 | Source::League | Source::RocketLeague | Source::Elite => {
            false
        }
    }
}

fn printed(line: &[u8]) -> Option<String> {
    let at = line.windows(BUILD_NUMBER.len()).position(|window| window == BUILD_NUMBER)?;
    let number = line[at + BUILD_NUMBER.len()..].trim_ascii();
    let is_number = number.iter().all(u8::is_ascii_digit);
    is_number.then(|| String::from_utf8_lossy(number).into_owned())
}

#[cfg(test)]
mod tests {
    use event_model::Channel;

    use super::*;

    fn build(source: Source, body: &str) -> Option<String> {
        build_of(source, &Frame::new(Channel::Http, body))
    }

    #[test]
    fn each_source_says_its_build_in_its_own_way() {
        let valve = r#"{"provider":{"name":"Dota 2","version":48}}"#;
        assert_eq!(build(Source::Dota2, valve).as_deref(), Some("48"));
        let line = "D 11:38:02.9 GameState.DebugPrintGame() - BuildNumber=185749\r\n";
        assert_eq!(build(Source::Hearthstone, line).as_deref(), Some("185749"));
        for version in [
            r#"{"local_version":"235.0.1","public_version":"240.0.0","is_updated":true}"#,
            r#""{\"local_version\":\"235.0.1\",\"is_updated\":true}""#,
        ] {
            let told = format!(
                r#"{{"run":"r","seq":1,"payload":{{"info":{{"gep_internal":{{"version_info":{version}}}}}}}}}"#
            );
            assert_eq!(build(Source::Overwolf, &told).as_deref(), Some("235.0.1"), "{told}");
        }
    }

    #[test]
    fn what_says_none_has_none() {
        for line in ["", "D 1:00 GameState.DebugPrintGame() - BuildNumber=Ana", "BuildNumber=1"] {
            assert_eq!(build(Source::Hearthstone, line), None, "{line}");
        }
        for told in ["", "version_info", r#"{"key":"version_info","value":7}"#, r#"{"key":"map"}"#]
        {
            assert_eq!(build(Source::Overwolf, told), None, "{told}");
        }
        let long = format!("{}{}", "GameState.DebugPrintGame() - BuildNumber=", "1".repeat(33));
        assert_eq!(build(Source::Hearthstone, &long), None);
    }
}
