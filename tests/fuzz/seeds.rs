//! The good inputs that a target's folder begins with, made by our own code;
//! `UPDATE_EXPECT=1` writes them anew. What was found later stands beside them.

use std::{fs, io::Write, path::Path};

use event_model::{Channel, CloudEvent, DeviceId, Envelope, Frame, Origin, Reading, Source};
use game_session::SourceState;
use ingest_api::{Problem, ProblemKind, RECEIPT_VERSION, Receipt, ReceiptPage, ReceiptStatus};
use simulator::{Cs2Match, Dota2Match, LeagueMatch, Length, ValorantMatch};
use uuid::Uuid;

use crate::{answers, logs, requests};

/// The shortest match that has everything.
const SECONDS: u32 = Length::SECONDS_MIN;
/// Frames of a match that are kept: enough to see it begin, go on and end.
const FRAMES: usize = 4;

/// Some frames of a match, in order.
pub(crate) fn frames(source: Source) -> Vec<String> {
    let length = Length::seconds(SECONDS);
    let all: Vec<String> = match source {
        Source::League => LeagueMatch::new(1, length).documents().collect(),
        Source::Dota2 => {
            let play = Dota2Match::new(1, length);
            let requests = play.requests(&play.clients(1, 1)[0], "s3cret-token");
            requests.into_iter().map(|request| request.body).collect()
        }
        Source::Overwolf => {
            let play = ValorantMatch::new(1, length);
            let messages = play.messages(&play.clients(1, 1)[0]);
            messages.into_iter().map(|message| message.body).collect()
        }
        Source::Cs2 | Source::RocketLeague | Source::Elite | Source::Hearthstone => {
            let requests = Cs2Match::new(1, length).requests("s3cret-token");
            requests.into_iter().map(|request| request.body).collect()
        }
    };
    let step = (all.len() / FRAMES).max(1);
    all.into_iter().step_by(step).collect()
}

/// Writes the good inputs of a target, where that is asked for.
pub(crate) fn update(name: &str, folder: &Path) {
    if std::env::var_os("UPDATE_EXPECT").is_none() {
        return;
    }
    fs::create_dir_all(folder).unwrap();
    for (number, input) in good(name).into_iter().enumerate() {
        fs::write(folder.join(format!("good-{number}")), input).unwrap();
    }
}

fn good(name: &str) -> Vec<Vec<u8>> {
    if name == "packed_batch" {
        return packed();
    }
    let texts: Vec<String> = match name {
        "league_frame" => frames(Source::League),
        "cs2_frame" | "redaction" => frames(Source::Cs2),
        "dota2_frame" => frames(Source::Dota2),
        "overwolf_message" => frames(Source::Overwolf),
        "elite_journal" => vec![logs::journal()],
        "power_log" => vec![logs::power_log()],
        "rocket_league_stream" => vec![logs::stream()],
        "session_state" => vec![state(Source::League), state(Source::Cs2)],
        "cloud_event" => events(),
        "batch" => vec!["[]".to_owned(), format!("[{}]", events().join(","))],
        "receipts" => vec![page()],
        "refusals" => ProblemKind::ALL.iter().map(|kind| refusal(*kind)).collect(),
        "clock_header" => {
            vec![
                format!("{};1234567;2026-11-20T19:00:00.123Z", Uuid::nil()),
                format!("{};0", Uuid::nil()),
            ]
        }
        "idempotency_key" => vec![format!("\"{}\"", Uuid::nil()), Uuid::max().to_string()],
        "request_headers" => {
            vec![format!("{0};17\n{0}\n\"{0}\"", Uuid::nil()), "\n\n\nidentity".to_owned()]
        }
        "recording_file" => recordings(),
        "identity_file" => vec![identity()],
        other => written(other).iter().map(|text| (*text).to_owned()).collect(),
    };
    texts.into_iter().map(String::into_bytes).collect()
}

/// Those that no code of ours makes.
fn written(name: &str) -> &'static [&'static str] {
    match name {
        "retry_after" => &[
            "120",
            "0",
            "Sun, 06 Nov 2033 08:49:37 GMT\nSun, 06 Nov 2033 08:48:37 GMT",
            "Sunday, 06-Nov-33 08:49:37 GMT",
        ],
        "wall_time" => {
            &["2026-11-20T19:00:00.123Z", "0000-01-01T00:00:00Z", "2026-11-20T19:00:00+02:00"]
        }
        "server_url" => {
            &["https://ingest.example.org/base", "http://127.0.0.1:8080", "http://[::1]"]
        }
        "settings_file" => {
            &["[upload]\nserver = \"https://a.example\"\nconsent = true\n[cs2]\nport = 3000\n"]
        }
        "stats_api_file" => &[
            "[TAGame.MatchStatsExporter_TA]\r\nPacketSendRate=0\r\nPort=1\r\n",
            "[Other]\nPort=2\n",
            "",
        ],
        "outbox_database" => &["", "\0\0\0\u{10}a", "\0\0\u{10}\0bcd"],
        // A byte of each file is another, and a file ends early.
        "outbox_folder" => &[
            "",
            "\0\0\u{10}\0bc",
            "\u{1}\0\0\u{10}ax",
            "\u{2}\0\0\0ax",
            "\u{3}\0\0\0ax",
            "\u{1}@\0",
            "\u{3}@\0",
        ],
        // The same of what a killed server leaves.
        "server_database" => {
            &["", "\0\0\0\u{20}\0a", "\u{1}\0\0\u{10}\0b", "\u{2}\0\0\u{8}\0c", "\u{1}@\0"]
        }
        other => panic!("no good input is known for {other}"),
    }
}

fn state(source: Source) -> String {
    let mut state = SourceState::new(source).unwrap();
    for body in frames(source) {
        state.observe(&Reading::Frame(Frame::new(Channel::Http, body)));
    }
    String::from_utf8(state.encode()).unwrap()
}

fn events() -> Vec<String> {
    let mut state = SourceState::new(Source::Cs2).unwrap();
    let observed = frames(Source::Cs2)
        .into_iter()
        .flat_map(|body| state.observe(&Reading::Frame(Frame::new(Channel::Http, body))).events);
    let observed: Vec<_> = observed.take(4).collect();
    let envelope = |sequence| Envelope {
        device: DeviceId(requests::DEVICE),
        sequence,
        origin: Origin::Live,
        time: event_model::WallTime::from_unix_ms(1_795_201_200_000),
        observed: event_model::ClockReading {
            epoch: event_model::ClockEpoch(Uuid::nil()),
            mono_ms: 5,
        },
    };
    let written = observed.iter().zip(1..);
    written.map(|(event, n)| CloudEvent::from_event(event, &envelope(n)).to_json()).collect()
}

/// A byte for the way, and what is sent so.
fn packed() -> Vec<Vec<u8>> {
    let bodies = ["[]".to_owned(), format!("[{}]", events().join(","))];
    let both = |body: &String| {
        let mut gzip = flate2::write::GzEncoder::new(vec![1], flate2::Compression::default());
        gzip.write_all(body.as_bytes()).unwrap();
        let zstd = zstd::encode_all(body.as_bytes(), 3).unwrap();
        [[&[0], &zstd[..]].concat(), gzip.finish().unwrap()]
    };
    bodies.iter().flat_map(both).collect()
}

fn page() -> String {
    let receipt = |id: &event_model::EventId| Receipt {
        id: id.to_string(),
        status: ReceiptStatus::Stored,
        code: None,
        detail: None,
    };
    let page = ReceiptPage {
        ringside: RECEIPT_VERSION.to_owned(),
        server_version: "0.1.0".to_owned(),
        store: Uuid::nil(),
        receipts: answers::sent().iter().map(receipt).collect(),
        contiguous_sequence: Some(3),
    };
    serde_json::to_string(&page).unwrap()
}

fn refusal(kind: ProblemKind) -> String {
    let status = (kind.status() - 100).to_be_bytes();
    let problem = serde_json::to_string(&Problem::new(kind, "why")).unwrap();
    // Below 128 each byte is a character of its own; 401 to 503 are not, so the
    // status is written in its low byte's stead as 1 and the rest.
    let [_, low] = status;
    format!("\u{1}{}{problem}", char::from(low & 0x7f))
}

fn recordings() -> Vec<String> {
    let frame = |t_ms: u64, body: &str| {
        serde_json::json!({"t_ms": t_ms, "frame": {"channel": "http", "method": "POST", "path": "/",
            "headers": {}, "status": 200, "body": body}})
        .to_string()
    };
    let bodies = frames(Source::Cs2);
    let head = r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-01-01T00:00:00Z","app":"x","session_logic":1,"redaction":"none"}"#;
    let lines = [head.to_owned(), frame(0, &bodies[0]), frame(500, &bodies[1])];
    let log = serde_json::json!({"timestamp": "2026-01-01T00:00:00Z", "method": "POST", "url": "/",
        "headers": {}, "body": bodies[0]});
    vec![
        format!("{}\n{{\"t_ms\":700,\"end\":\"stopped\"}}\n", lines.join("\n")),
        format!("{log}\n"),
        bodies[0].replace(['\n', '\t'], ""),
        frames(Source::League)[0].clone(),
    ]
}

fn identity() -> String {
    let folder = tempfile::tempdir().unwrap();
    let dir = companion::DataDir::open(Some(folder.path().to_owned())).unwrap();
    companion::Identity::load_or_create(&dir).unwrap();
    fs::read_to_string(dir.identity()).unwrap()
}
