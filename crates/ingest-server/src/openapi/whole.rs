//! What every operation of the document has, whatever it does: the refusals
//! that come before any route, the headers of answers, and which problem types
//! each status stands for.

use ingest_api::{PROBLEM_CONTENT_TYPE, ProblemKind};
use serde_json::{Map, Value, json};

const PROBLEM: &str = "#/components/schemas/Problem";

/// Statuses of every operation.
const EVERYWHERE: [(&str, &str); 4] = [
    ("400", "`bad_request`: not HTTP as it should be, or too long a path"),
    ("408", "`about:blank`: the request took too long to arrive"),
    ("431", "`about:blank`: the head is too large"),
    ("500", "`internal`"),
];
/// Statuses of everything behind the admission.
const CONTRACT: [(&str, &str); 1] = [(
    "503",
    "`overloaded`, about to stop, or, of reads, matches are made anew from the log; decided before a body is read",
)];

/// Completes `document`.
pub(super) fn complete(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, operations) in paths {
        let Some(operations) = operations.as_object_mut() else { continue };
        for operation in operations.values_mut() {
            absent_is_not_null(operation);
            let Some(responses) = operation["responses"].as_object_mut() else { continue };
            add(responses, &EVERYWHERE);
            if path.starts_with("/v1/") {
                add(responses, &CONTRACT);
            }
            for (status, response) in responses {
                describe(status, response);
            }
        }
    }
}

/// A parameter that may be left out is not one that may say `null`.
fn absent_is_not_null(operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let types = &mut parameter["schema"]["type"];
        let other = types.as_array().and_then(|types| types.iter().find(|name| *name != "null"));
        if let Some(other) = other.cloned() {
            *types = other;
        }
    }
}

fn add(responses: &mut Map<String, Value>, more: &[(&str, &str)]) {
    for (status, description) in more {
        responses.entry(*status).or_insert_with(|| {
            json!({
                "description": description,
                "content": { PROBLEM_CONTENT_TYPE: { "schema": { "$ref": PROBLEM } } },
            })
        });
    }
}

fn describe(status: &str, response: &mut Value) {
    let headers = headers(status, response);
    if !headers.is_empty() {
        response["headers"] = Value::Object(headers);
    }
    let kinds = kinds(response["description"].as_str().unwrap_or_default());
    let content = response.get_mut("content");
    let Some(content) = content.and_then(|content| content.get_mut(PROBLEM_CONTENT_TYPE)) else {
        return;
    };
    let status: u16 = status.parse().unwrap_or_default();
    let members = json!({"type": {"enum": kinds}, "status": {"const": status}});
    content["schema"] = json!({"allOf": [{"$ref": PROBLEM}, {"properties": members}]});
    content["example"] = json!({
        "type": kinds.first(), "title": "What is wrong", "status": status,
        "detail": "What was wrong with this request",
    });
}

/// The types that a description names, in backticks.
fn kinds(description: &str) -> Vec<String> {
    let words: Vec<_> = description.split('`').skip(1).step_by(2).collect();
    let known = ProblemKind::ALL.into_iter().filter(|kind| words.contains(&kind.as_str()));
    let mut kinds: Vec<_> = known.map(ProblemKind::urn).collect();
    if words.contains(&"about:blank") {
        kinds.push("about:blank".to_owned());
    }
    kinds
}

fn headers(status: &str, response: &Value) -> Map<String, Value> {
    let described = response["description"].as_str().unwrap_or_default();
    let mut headers = Map::new();
    let mut add = |name: &str, description: &str, schema: Value, required: bool| {
        let header = json!({"description": description, "schema": schema, "required": required});
        headers.insert(name.to_owned(), header);
    };
    let seconds = json!({"type": "integer", "minimum": 1});
    match status {
        "200" if described.contains("receipt") => {
            let when = "`true` where the answer was given before";
            add("Idempotent-Replayed", when, json!({"const": "true"}), false);
        }
        "308" => {
            let path = json!({"type": "string", "pattern": "^/v1/matches/"});
            add("Location", "Where it is now, for ever", path, true);
        }
        "401" => add("WWW-Authenticate", "What to show", json!({"const": "Bearer"}), true),
        "409" if described.contains("in_flight") => {
            add("Retry-After", "Seconds until the answer may be there", seconds, true);
        }
        "415" => add("Accept-Encoding", "What is read", json!({"type": "string"}), true),
        "429" | "503" => {
            add("Retry-After", "Seconds to wait at the least", seconds, true);
        }
        _ => {}
    }
    headers
}
