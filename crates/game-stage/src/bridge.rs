//! Overwolf's page: it tells the bridge what it was told, one message after the
//! other, and again what was not taken.
//!
//! Each message goes the way that its frame came: by a request, or by a WebSocket.

mod requests;
mod socket;

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, bail};
use event_model::{Channel, Reading};
use reqwest::StatusCode;
use serde::{Deserialize, de::IgnoredAny};
use tokio::time::sleep;

use crate::{Conductor, Played};
use requests::Requests;
use socket::Socket;

/// Longer than the bridge takes to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Before what was not taken is sent again, as the page does.
const SEND_AGAIN: Duration = Duration::from_secs(1);

/// Where messages go.
#[derive(Debug, Clone)]
pub struct BridgeTarget {
    /// The bridge's address, path included.
    pub url: String,
    /// The token that a player types into the page.
    pub token: String,
    /// Under which start of a page messages are numbered that the page never numbered:
    /// each recording's own, since a bridge takes a number of one start once. At most 64
    /// characters of a UUID's.
    pub run: String,
}

/// What the page numbers its messages with.
#[derive(Deserialize)]
#[expect(dead_code, reason = "that they can be read is what is asked")]
struct Numbered {
    run: String,
    seq: u64,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
enum Sent {
    Taken,
    Later,
    Refused(StatusCode),
}

/// Both ways to one bridge.
struct Ways {
    requests: Requests,
    socket: Socket,
}

impl Ways {
    async fn send(&mut self, channel: Channel, message: Vec<u8>) -> Sent {
        match channel {
            Channel::WebSocket => self.socket.send(message).await,
            Channel::Http | Channel::Poll | Channel::Tcp | Channel::File => {
                self.requests.send(message).await
            }
        }
    }
}

/// Tells a script's messages in their order, each until it is taken.
///
/// # Errors
/// Where the script cannot be read on, or the bridge lets nobody in with this token.
pub async fn play_to_bridge(target: &BridgeTarget, mut conductor: Conductor) -> Result<Played> {
    let mut ways = Ways { requests: Requests::to(target)?, socket: Socket::to(target)? };
    let mut played = Played::default();
    while let Some(cue) = conductor.next().await? {
        let Reading::Frame(frame) = cue.reading else {
            played.faults += 1;
            continue;
        };
        played.frames += 1;
        let channel = frame.channel;
        let message = numbered(frame.body, &target.run, played.frames);
        loop {
            match ways.send(channel, message.clone()).await {
                Sent::Taken => break,
                Sent::Later => sleep(SEND_AGAIN).await,
                Sent::Refused(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                    bail!("{} does not take messages with this token", target.url);
                }
                Sent::Refused(_) => {
                    played.refused += 1;
                    break;
                }
            }
        }
        if played.frames == 1 {
            conductor.begin_here();
        }
    }
    Ok(played)
}

/// The message as the page would send it: one that nobody numbered is numbered, and
/// no other byte of it changes.
fn numbered(body: Vec<u8>, run: &str, number: u64) -> Vec<u8> {
    if serde_json::from_slice::<Numbered>(&body).is_ok() {
        return body;
    }
    let Ok(members) = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&body) else {
        return body;
    };
    let Some(brace) = body.iter().position(|byte| *byte == b'{') else { return body };
    let comma = if members.is_empty() { "" } else { "," };
    let number = format!(r#""run":"{run}","seq":{number}{comma}"#);
    [&body[..=brace], number.as_bytes(), &body[brace + 1..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(body: &str) -> String {
        String::from_utf8(numbered(body.as_bytes().to_vec(), "of-one", 3)).unwrap()
    }

    #[test]
    fn the_pages_own_message_is_told_as_it_was() {
        let message = "{ \"run\":\"a\", \"seq\": 7, \"payload\":{} }";
        assert_eq!(sent(message), message);
    }

    #[test]
    fn a_message_without_a_number_gets_one() {
        assert_eq!(sent(r#"{"info":{}}"#), r#"{"run":"of-one","seq":3,"info":{}}"#);
        assert_eq!(sent("{}"), r#"{"run":"of-one","seq":3}"#);
        assert_eq!(sent("no message"), "no message");
    }
}
