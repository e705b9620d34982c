//! Recorded requests, posted again with the listener's own token.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use event_model::{Frame, Reading};
use serde_json::value::RawValue;
use tokio::time::sleep;

use super::{Answer, GsiClient, posting::THROTTLE_MS};
use crate::{Conductor, Played};

/// Between two looks for a listener.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Posts a script's frames in their order, one at a time, from the first that a
/// listener takes; failures of a listener are none that a game could play.
///
/// The game's pause after an answer is kept at every pace but stepwise.
///
/// # Errors
/// Where the script cannot be read on.
pub async fn play_gsi(client: &GsiClient, mut conductor: Conductor) -> Result<Played> {
    let mut played = Played::default();
    while let Some(cue) = conductor.next().await? {
        let Reading::Frame(frame) = cue.reading else { continue };
        let body = with_token(&frame, client.token());
        if played.frames == 0 {
            post_until_taken(client, &body).await;
            conductor.begin_here();
        } else if client.post(body).await == Answer::Refused {
            played.refused += 1;
        }
        played.frames += 1;
        sleep(conductor.pause(THROTTLE_MS)).await;
    }
    Ok(played)
}

async fn post_until_taken(client: &GsiClient, body: &[u8]) {
    while client.post(body.to_vec()).await == Answer::Refused {
        sleep(LOOK_AGAIN).await;
    }
}

/// The body with the token where the game writes it. A recording has none.
fn with_token(frame: &Frame, token: &str) -> Vec<u8> {
    let auth = format!(r#"{{"token":{}}}"#, serde_json::Value::from(token));
    let body = frame.body.as_slice();
    let Some(place) = std::str::from_utf8(body).ok().and_then(auth_place) else {
        return body.to_vec();
    };
    match place {
        Place::Value { start, end } => [&body[..start], auth.as_bytes(), &body[end..]].concat(),
        Place::Member { at, first } => {
            let comma = if first { "" } else { "," };
            let member = format!(r#"{comma}"auth":{auth}"#);
            [&body[..at], member.as_bytes(), &body[at..]].concat()
        }
    }
}

/// Where the token belongs.
enum Place {
    /// In the place of this value.
    Value { start: usize, end: usize },
    /// As a further member.
    Member { at: usize, first: bool },
}

/// `None` for what is no JSON object: then no place would be the game's.
fn auth_place(text: &str) -> Option<Place> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let Some(auth) = members.get("auth") else {
        return Some(Place::Member { at: text.rfind('}')?, first: members.is_empty() });
    };
    let value = auth.get();
    let start = value.as_ptr() as usize - text.as_ptr() as usize;
    Some(Place::Value { start, end: start + value.len() })
}

#[cfg(test)]
mod tests {
    use event_model::Channel;

    use super::*;

    fn posted(body: &str) -> String {
        let frame = Frame::new(Channel::Http, body);
        String::from_utf8(with_token(&frame, "t\"1")).unwrap()
    }

    #[test]
    fn the_token_stands_where_one_was_cut_and_no_other_byte_changes() {
        assert_eq!(
            posted("{\n\t\"map\": {},\n\t\"auth\": {\"token\":\"[cut]\"}\n}"),
            "{\n\t\"map\": {},\n\t\"auth\": {\"token\":\"t\\\"1\"}\n}"
        );
    }

    #[test]
    fn a_frame_without_a_token_gets_one() {
        assert_eq!(posted(r#"{"map":{}}"#), r#"{"map":{},"auth":{"token":"t\"1"}}"#);
        assert_eq!(posted("{}"), r#"{"auth":{"token":"t\"1"}}"#);
    }

    #[test]
    fn what_is_no_object_is_posted_as_it_is() {
        for body in ["", "[]", "not JSON", "{"] {
            assert_eq!(posted(body), body);
        }
    }
}
