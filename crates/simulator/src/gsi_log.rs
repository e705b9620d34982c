//! The requests of a match as a log of lines, as a listener would keep it.

use std::collections::BTreeMap;

use event_model::WallTime;
use game_stage::{GsiPlay, Posting};
use serde::Serialize;
use serde_json::ser::PrettyFormatter;

/// When the PC's clock says the match begins: any fixed second will do.
pub const PROVIDER_EPOCH_S: i64 = 1_795_201_200;

/// How long the listener takes to answer.
const ANSWER_MS: u64 = 3;

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GsiRequest {
    /// When it was received, RFC 3339.
    pub timestamp: WallTime,
    /// `POST`.
    pub method: &'static str,
    /// The path.
    pub url: &'static str,
    /// Names in lower case.
    pub headers: BTreeMap<&'static str, String>,
    /// The bytes, indented by tabs.
    pub body: String,
}

/// Plays a match against a listener that answers at once.
pub(crate) fn of<P: GsiPlay>(play: &P, user_agent: &str, token: &str) -> Vec<GsiRequest> {
    let mut posting = Posting::new(play.state_at(0), 0);
    let mut requests = Vec::new();
    let mut now_ms = 0;
    loop {
        posting.show(play.state_at(now_ms), now_ms);
        if let Some((state, former)) = posting.send(now_ms) {
            let body = play.body(state, former, second(now_ms), token);
            requests.push(request(body, user_agent, now_ms));
            let answered = state.clone();
            posting.answered(answered, now_ms + ANSWER_MS);
        }
        let next_scene = play.next_scene_ms(now_ms);
        if next_scene.is_none() && posting.is_done() {
            return requests;
        }
        // Either a scene is to come or a request is due, and both lie ahead.
        let Some(next) = next_scene.into_iter().chain(posting.due_ms()).min() else {
            return requests;
        };
        now_ms = next.max(now_ms + 1);
    }
}

/// A body as the games write it.
pub(crate) fn indented_by_tabs(body: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"\t");
    body.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
        .expect("a body is plain data with string keys, written to memory");
    String::from_utf8(bytes).expect("JSON is written in UTF-8")
}

fn second(now_ms: u64) -> i64 {
    PROVIDER_EPOCH_S + i64::try_from(now_ms / 1_000).unwrap_or(0)
}

fn request(body: String, user_agent: &str, now_ms: u64) -> GsiRequest {
    let sent = i64::try_from(now_ms).unwrap_or(0);
    let headers = BTreeMap::from([
        ("user-agent", user_agent.to_owned()),
        ("content-type", "application/json".to_owned()),
        ("content-length", body.len().to_string()),
    ]);
    let timestamp = WallTime::from_unix_ms(PROVIDER_EPOCH_S * 1_000).plus_ms(sent);
    GsiRequest { timestamp, method: "POST", url: "/", headers, body }
}
