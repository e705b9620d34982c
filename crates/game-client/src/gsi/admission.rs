//! Who may speak to the listener: the game of this machine, and nobody who
//! merely reaches the port.

use event_model::Frame;
use loopback::Hosts;
use serde::Deserialize;

use super::{GsiGame, GsiToken};

/// What is asked of a request.
pub(super) struct Admission {
    hosts: Hosts,
    game: GsiGame,
    token: GsiToken,
}

/// The answer, named for the counter it goes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// From the game.
    Admitted,
    /// Not made by this game.
    Foreign,
    /// Made like a game's, without our token.
    Unauthorised,
}

/// What is read of a body before it is believed.
#[derive(Deserialize)]
struct Credentials {
    provider: Option<Provider>,
    auth: Option<Auth>,
}

#[derive(Deserialize)]
struct Provider {
    appid: Option<u64>,
}

#[derive(Deserialize)]
struct Auth {
    token: Option<String>,
}

impl Admission {
    pub(super) fn new(port: u16, game: GsiGame, token: &GsiToken) -> Self {
        Self { hosts: Hosts::of(port), game, token: token.clone() }
    }

    pub(super) fn judge(&self, frame: &Frame) -> Verdict {
        // A page in a browser can be made to post here under a name of its own.
        if !frame.headers.get("host").is_some_and(|host| self.hosts.has(host)) {
            return Verdict::Foreign;
        }
        let Ok(credentials) = serde_json::from_slice::<Credentials>(&frame.body) else {
            return Verdict::Foreign;
        };
        let app_id = credentials.provider.and_then(|provider| provider.appid);
        if app_id != Some(self.game.app_id()) {
            return Verdict::Foreign;
        }
        match credentials.auth.and_then(|auth| auth.token) {
            Some(token) if self.token.matches(&token) => Verdict::Admitted,
            Some(_) | None => Verdict::Unauthorised,
        }
    }
}

#[cfg(test)]
mod tests {
    use event_model::Channel;

    use super::*;

    const TOKEN: &str = "abcdefghijklmnop";

    fn judged(host: &str, body: &str) -> Verdict {
        let mut frame = Frame::new(Channel::Http, body);
        frame.headers.insert("host".to_owned(), host.to_owned());
        let token = GsiToken::new(TOKEN).unwrap();
        Admission::new(3000, GsiGame::CounterStrike, &token).judge(&frame)
    }

    fn body(token: &str) -> String {
        format!(r#"{{"provider":{{"appid":730}},"auth":{{"token":"{token}"}}}}"#)
    }

    #[test]
    fn the_game_is_admitted_under_either_name_of_this_machine() {
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST:3000"] {
            assert_eq!(judged(host, &body(TOKEN)), Verdict::Admitted, "{host}");
        }
    }

    #[test]
    fn another_host_is_foreign_whatever_its_token() {
        for host in ["evil.example:3000", "127.0.0.1", "127.0.0.1:3001", ""] {
            assert_eq!(judged(host, &body(TOKEN)), Verdict::Foreign, "{host}");
        }
    }

    #[test]
    fn a_body_of_no_game_or_of_another_is_foreign() {
        let auth = format!(r#""auth":{{"token":"{TOKEN}"}}"#);
        for body in [
            format!("{{{auth}}}"),
            format!(r#"{{"provider":null,{auth}}}"#),
            format!(r#"{{"provider":"me",{auth}}}"#),
            format!(r#"{{"provider":{{}},{auth}}}"#),
            format!(r#"{{"provider":{{"appid":570}},{auth}}}"#),
            "[]".to_owned(),
            "curl was here".to_owned(),
            String::new(),
        ] {
            assert_eq!(judged("127.0.0.1:3000", &body), Verdict::Foreign, "{body}");
        }
    }

    #[test]
    fn a_wrong_or_missing_token_is_unauthorised() {
        for body in [body("abcdefghijklmnoq"), r#"{"provider":{"appid":730}}"#.to_owned()] {
            assert_eq!(judged("127.0.0.1:3000", &body), Verdict::Unauthorised, "{body}");
        }
    }
}
