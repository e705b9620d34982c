//! A recording is read as it is played: how long it is shows in time, not in memory.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Write},
    path::Path,
    process::Stdio,
    time::Duration,
};

use system_tests::{Device, retry};

/// Frames of the short recording, and of the long one: 10 and 60 MiB.
const FRAMES_SHORT: u64 = 2_500;
const FRAMES: u64 = 15_000;
/// In a long run the whole gigabyte.
const FRAMES_LONG: u64 = 250_000;

/// What stands in each frame beside its state, as an observer's frame has.
const PADDING_BYTES: usize = 4_096;

/// More than the allocator keeps by itself, and far less than the recording.
const GROWTH_MAX_KIB: u64 = 16 * 1024;

const ENDS_WITHIN: Duration = Duration::from_secs(1_800);

/// Kills of one match: each frame of it has one.
const KILLS: u64 = 100;

/// A player of whom each frame tells a kill, in match after match.
fn write(path: &Path, frames: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let head = r#"{"ringside_recording":1,"source":"cs2","recorded_at":"2026-11-20T19:00:00.000Z","app":"test","session_logic":1,"redaction":"none"}"#;
    writeln!(file, "{head}").unwrap();
    let padding = "x".repeat(PADDING_BYTES);
    for frame in 0..frames {
        let map = ["de_dust2", "de_mirage"][usize::from(frame / KILLS % 2 == 1)];
        let body = serde_json::json!({
            "provider": { "appid": 730, "steamid": "7", "timestamp": 1_795_201_200 + frame / 10 },
            "map": { "mode": "competitive", "name": map, "phase": "live", "round": 1 },
            "round": { "phase": "live" },
            "player": { "steamid": "7", "name": "Ana", "activity": "playing", "clan": padding,
                "match_stats": { "kills": frame % KILLS, "assists": 0, "deaths": 0, "mvps": 0, "score": 0 } },
        });
        let line = serde_json::json!({
            "t_ms": frame * 100,
            "frame": { "channel": "http", "body": body.to_string() },
        });
        writeln!(file, "{line}").unwrap();
    }
    writeln!(file, r#"{{"t_ms":{},"end":"stopped"}}"#, frames * 100).unwrap();
    file.flush().unwrap();
}

/// Replays it; the most memory that the process had, in KiB.
fn peak_kib(device: &Device, file: &Path, arguments: &[&str]) -> u64 {
    let mut replay = device.command(&["replay", "--report", "junit"]);
    replay.arg(file).args(arguments).current_dir(file.parent().unwrap());
    let mut child = replay.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = retry(ENDS_WITHIN, Duration::from_millis(10), || {
        // Of a process that has just ended nothing is known any more.
        let known = std::fs::read_to_string(&status).unwrap_or_default();
        let high = known.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = high.and_then(|high| high.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak = kib.unwrap_or(0).max(peak);
        child.try_wait().unwrap()
    });
    assert_eq!(ended.and_then(|status| status.code()), Some(0), "{arguments:?}");
    assert!(peak > 0, "the kernel knows how much it had");
    peak
}

/// What it takes to count, to write the events down, and to compare them.
fn peaks_kib(folder: &Path, frames: u64) -> [u64; 3] {
    // A queue of its own: with the one before it would begin with other pages.
    let device = Device::new(&folder.join(format!("device-{frames}")));
    let file = folder.join("long.rsrec");
    write(&file, frames);
    let golden = ["--expect", "golden.ndjson"];
    let peaks = [
        peak_kib(&device, &file, &[]),
        peak_kib(&device, &file, &[&golden[..], &["--bless"]].concat()),
        peak_kib(&device, &file, &[&golden[..], &["--events", "events.ndjson"]].concat()),
    ];
    let lines = BufReader::new(File::open(folder.join("events.ndjson")).unwrap()).lines();
    let kills = lines.filter(|line| line.as_ref().unwrap().contains("ringside.kill.v1")).count();
    assert_eq!(kills as u64, frames - frames / KILLS, "a counter that begins is no kill");
    std::fs::remove_file(folder.join("golden.ndjson")).unwrap();
    peaks
}

#[test]
fn a_long_recording_is_replayed_in_the_memory_of_a_short_one() {
    let folder = tempfile::tempdir().unwrap();
    let is_long = std::env::var_os("RINGSIDE_LONG").is_some();
    let frames = if is_long { FRAMES_LONG } else { FRAMES };
    let [short, long] = [FRAMES_SHORT, frames].map(|frames| peaks_kib(folder.path(), frames));
    for (short, long) in short.into_iter().zip(long) {
        assert!(long <= short + GROWTH_MAX_KIB, "{short:?} and {long:?} KiB");
    }
}
