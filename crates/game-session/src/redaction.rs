//! Secrets are cut out of frames before anything is written.

use std::{collections::BTreeMap, ops::Range};

use event_model::{Frame, Source};
use serde_json::value::RawValue;

/// What stands in the place of a secret.
pub const CUT: &str = "[cut]";

/// Headers that carry a secret, in lower case.
const SECRET_HEADERS: [&str; 4] = ["authorization", "cookie", "set-cookie", "proxy-authorization"];

/// Cuts the source's secrets out of a frame: the token that GSI copies into
/// every body, and whatever a header authorises with.
///
/// Every other byte stays as it was. Where a body is no JSON object but holds
/// the word `auth`, its structure cannot be trusted and the whole body is cut:
/// a lost unreadable frame costs less than a leaked token.
pub fn cut_secrets(source: Source, frame: &mut Frame) {
    for (name, value) in &mut frame.headers {
        if SECRET_HEADERS.contains(&name.as_str()) {
            CUT.clone_into(value);
        }
    }
    match source {
        Source::Cs2 | Source::Dota2 => frame.body = without_auth(std::mem::take(&mut frame.body)),
        Source::League
        | Source::RocketLeague
        | Source::Overwolf
        | Source::Elite
        | Source::Hearthstone => {}
    }
}

fn without_auth(body: Vec<u8>) -> Vec<u8> {
    match auth_block(&body) {
        AuthBlock::At(span) => {
            let replacement = br#"{"token":"[cut]"}"#.as_slice();
            [&body[..span.start], replacement, &body[span.end..]].concat()
        }
        AuthBlock::NotUnderstood if contains_auth(&body) => CUT.as_bytes().to_vec(),
        AuthBlock::Absent | AuthBlock::NotUnderstood => body,
    }
}

/// Where the value of a body's `auth` member stands.
enum AuthBlock {
    Absent,
    At(Range<usize>),
    NotUnderstood,
}

fn auth_block(body: &[u8]) -> AuthBlock {
    let Ok(text) = std::str::from_utf8(body) else { return AuthBlock::NotUnderstood };
    let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) else {
        return AuthBlock::NotUnderstood;
    };
    let Some(raw) = members.get("auth") else { return AuthBlock::Absent };
    // A repeated or escaped name could hide a second value.
    if text.matches("\"auth\"").count() != 1 {
        return AuthBlock::NotUnderstood;
    }
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    AuthBlock::At(start..start + raw.get().len())
}

fn contains_auth(body: &[u8]) -> bool {
    body.windows(4).any(|window| window.eq_ignore_ascii_case(b"auth"))
}

#[cfg(test)]
mod tests {
    use event_model::Channel;

    use super::*;

    fn cut(body: &str) -> String {
        let mut frame = Frame::new(Channel::Http, body);
        cut_secrets(Source::Cs2, &mut frame);
        String::from_utf8(frame.body).unwrap()
    }

    #[test]
    fn only_the_auth_block_changes() {
        assert_eq!(
            cut(
                "{\n\t\"map\": { \"round\": 1 },\n\t\"auth\": {\n\t\t\"token\": \"s3cret\"\n\t}\n}"
            ),
            "{\n\t\"map\": { \"round\": 1 },\n\t\"auth\": {\"token\":\"[cut]\"}\n}"
        );
        assert_eq!(cut(r#"{"player":{}}"#), r#"{"player":{}}"#);
    }

    #[test]
    fn a_body_that_hides_its_auth_is_cut_whole() {
        for body in [
            r#"{"auth":{"token":"s3cret""#,
            r#"{"auth":{"token":"s3cret"},"auth":{"token":"other"}}"#,
            r#"[{"auth":{"token":"s3cret"}}]"#,
        ] {
            assert_eq!(cut(body), CUT, "{body}");
        }
    }

    #[test]
    fn headers_that_authorise_are_cut() {
        let mut frame = Frame::new(Channel::Http, "{}");
        frame.headers.insert("authorization".to_owned(), "Bearer s3cret".to_owned());
        frame.headers.insert("host".to_owned(), "127.0.0.1:3000".to_owned());
        cut_secrets(Source::Cs2, &mut frame);
        assert_eq!(frame.headers["authorization"], CUT);
        assert_eq!(frame.headers["host"], "127.0.0.1:3000");
    }
}
