//! A Counter-Strike client's word at a moment that a measurement chooses. Whole
//! matches are the simulator's.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

/// A listener that does not answer within this never will.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// What the client shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Its main menu.
    Menu,
    /// A round of a match, with so many kills of the player's.
    Round { kills: u32 },
}

/// Posts it to the listener on this port; whether that took it.
pub(crate) fn post(port: u16, token: &str, shows: Shows) -> bool {
    let body = state(token, shows).to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answered = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    answered().is_ok_and(|answer| answer.starts_with("HTTP/1.1 2"))
}

fn state(token: &str, shows: Shows) -> Value {
    let player = "76561198000000001";
    let provider = json!({ "name": "Counter-Strike: Global Offensive", "appid": 730,
        "version": 14_108, "steamid": player, "timestamp": 1_759_002_230 });
    let auth = json!({ "token": token });
    match shows {
        Shows::Menu => json!({ "provider": provider, "auth": auth,
            "player": { "steamid": player, "name": "Ana", "activity": "menu" } }),
        Shows::Round { kills } => json!({ "provider": provider, "auth": auth,
            "map": { "mode": "competitive", "name": "de_dust2", "phase": "live", "round": 6 },
            "round": { "phase": "live" },
            "player": { "steamid": player, "name": "Ana", "team": "CT", "activity": "playing",
                "state": { "health": 100, "round_kills": kills },
                "match_stats": { "kills": kills, "assists": 0, "deaths": 0, "mvps": 0,
                    "score": 2 * kills } } }),
    }
}
