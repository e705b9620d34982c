//! The form of server-sent events (WHATWG HTML, 9.2).

use serde::Serialize;

/// Where an answer of this form says so.
pub(crate) const CONTENT_TYPE: &str = "text/event-stream";

/// Says nothing, so that everybody on the way sees that the line is alive.
pub(super) const KEEP_ALIVE: &[u8] = b": keep-alive\n\n";

/// What a browser waits before it comes back; all of a server that restarts do.
pub(super) const RETRY: &[u8] = b"retry: 3000\n\n";

/// Writes one event. JSON has no line break outside of its texts, and writes
/// those as `\n`: so it is one line, whatever the names in it are.
pub(super) fn write(out: &mut Vec<u8>, id: Option<&str>, name: &str, data: &impl Serialize) {
    if let Some(id) = id {
        out.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    out.extend_from_slice(format!("event: {name}\ndata: ").as_bytes());
    serde_json::to_writer(&mut *out, data).expect("what is shown is always JSON");
    out.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_with_line_breaks_makes_no_event_of_its_own() {
        let mut out = Vec::new();
        let name = "Ana\r\nevent: sealed\ndata: {}\n\n\u{2028}";
        write(&mut out, Some("1-2"), "created", &json!({"attacker": name}));
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
        let [id, event, data] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((*id, *event), ("id: 1-2", "event: created"));
        let read: serde_json::Value =
            serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(read["attacker"], name);
    }
}
