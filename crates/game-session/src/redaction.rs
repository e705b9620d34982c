//! Secrets are cut out of frames before anything is written.

mod secret_keys;

use std::{collections::BTreeMap, ops::Range};

use event_model::{Frame, Source};
use serde_json::value::RawValue;

use secret_keys::{AUTH, SecretKeys, looks_secret};

/// What stands in the place of a secret.
pub const CUT: &str = "[cut]";

/// Headers that carry a secret.
const SECRET_HEADERS: [&str; 6] =
    ["authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key", "x-auth-token"];

/// Cuts a source's secrets out of a frame: the token that GSI copies into every
/// body, what a header authorises with, and the query of a path.
///
/// Every other byte stays as it was. Where a secret may stand anywhere but in
/// the one place that the game writes it to, the whole body is cut: a frame
/// that no game sent costs less than a leaked token.
pub fn cut_secrets(source: Source, frame: &mut Frame) {
    for (name, value) in &mut frame.headers {
        if SECRET_HEADERS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) {
            CUT.clone_into(value);
        }
    }
    if let Some(path) = &mut frame.path
        && let Some(query) = path.find('?')
    {
        path.truncate(query + 1);
        path.push_str(CUT);
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
        AuthBlock::Absent => body,
        AuthBlock::At(span) => {
            let replacement = br#"{"token":"[cut]"}"#.as_slice();
            [&body[..span.start], replacement, &body[span.end..]].concat()
        }
        AuthBlock::NotUnderstood => CUT.as_bytes().to_vec(),
    }
}

/// Where the value of a body's `auth` member stands.
enum AuthBlock {
    Absent,
    At(Range<usize>),
    /// A secret may stand anywhere.
    NotUnderstood,
}

fn auth_block(body: &[u8]) -> AuthBlock {
    let Some((text, keys)) = std::str::from_utf8(body)
        .ok()
        .and_then(|text| Some((text, serde_json::from_str::<SecretKeys>(text).ok()?)))
    else {
        return if looks_secret(body) { AuthBlock::NotUnderstood } else { AuthBlock::Absent };
    };
    match keys {
        SecretKeys { elsewhere: false, at_the_top: 0 } => AuthBlock::Absent,
        SecretKeys { elsewhere: false, at_the_top: 1 } => {
            span_of_auth(text).map_or(AuthBlock::NotUnderstood, AuthBlock::At)
        }
        SecretKeys { .. } => AuthBlock::NotUnderstood,
    }
}

fn span_of_auth(text: &str) -> Option<Range<usize>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let value = members.get(AUTH)?.get();
    let start = value.as_ptr() as usize - text.as_ptr() as usize;
    Some(start..start + value.len())
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
        assert_eq!(
            cut(r#"{"\u0061uth":{"token":"s3cret"}}"#),
            r#"{"\u0061uth":{"token":"[cut]"}}"#
        );
    }

    #[test]
    fn a_body_without_a_secret_stays_as_it_was() {
        for body in [r#"{"player":{"name":"authentic"}}"#, "nonsense", ""] {
            assert_eq!(cut(body), body);
        }
    }

    #[test]
    fn a_secret_in_another_place_costs_the_whole_body() {
        for body in [
            r#"{"auth":{"token":"s3cret""#,
            r#"{"auth":{"token":"s3cret"},"auth":{"token":"other"}}"#,
            r#"{"\u0061uth":{"token":"s3cret"},"auth":1}"#,
            r#"[{"auth":{"token":"s3cret"}}]"#,
            r#"{"previously":{"auth":{"token":"s3cret"}}}"#,
            r#"{"auth":{"token":"x"},"n":{"\u0061uth":{"token":"s3cret"}}}"#,
            r#"{"Auth":{"token":"s3cret"}}"#,
            r#"{"auth ":{"token":"s3cret"}}"#,
            r#"{"provider":{}, "\u0061uth":{"token":"s3cret"#,
            r#"uth":{"token":"s3cret"}}"#,
            r#"{"token":"s3cret"}"#,
            r#"{"a":"{\"auth\":{\"token\":\"s3cret\"}}"}"#,
        ] {
            assert_eq!(cut(body), CUT, "{body}");
        }
    }

    #[test]
    fn a_body_that_is_no_utf8_is_cut_where_it_may_hold_a_secret() {
        let body: Vec<u8> = "\"token\":\"s\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut frame = Frame::new(Channel::Http, body);
        cut_secrets(Source::Cs2, &mut frame);
        assert_eq!(frame.body, CUT.as_bytes());
    }

    #[test]
    fn headers_that_authorise_and_queries_are_cut() {
        let mut frame = Frame::new(Channel::Http, "{}");
        frame.path = Some("/post?token=s3cret".to_owned());
        frame.headers.insert("Authorization".to_owned(), "Bearer s3cret".to_owned());
        frame.headers.insert("host".to_owned(), "127.0.0.1:3000".to_owned());
        cut_secrets(Source::Cs2, &mut frame);
        assert_eq!(frame.headers["Authorization"], CUT);
        assert_eq!(frame.headers["host"], "127.0.0.1:3000");
        assert_eq!(frame.path.as_deref(), Some("/post?[cut]"));
    }
}
