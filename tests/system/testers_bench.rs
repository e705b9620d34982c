//! A tester's bench: parts of a recording, golden events, faults that a seed decides,
//! reports for continuous integration, a trace, and the page that says how.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use system_tests::{Device, Recordings, Server, binary, events_in};
use tempfile::TempDir;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/testing.md");

/// A folder with a recording of a simulated match.
struct Bench {
    folder: TempDir,
    recording: PathBuf,
}

impl Bench {
    fn of(game: &str, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (frames, _truth) = Recordings::in_folder(folder.path()).make(game, seed, 120).unwrap();
        let recording = folder.path().join("match.rsrec");
        let bench = Self { folder, recording };
        let import =
            bench.ringside(&["recording", "import", "--out", "match.rsrec"]).arg(frames).output();
        assert!(import.unwrap().status.success());
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ringside(&self, arguments: &[&str]) -> Command {
        let device = Device::new(&self.path("device"));
        let mut command = device.command(arguments);
        command.current_dir(self.folder.path());
        command
    }

    fn replay(&self, arguments: &[&str]) -> Output {
        self.ringside(&["replay", "match.rsrec"]).args(arguments).output().unwrap()
    }

    /// The events of a replay, without what belongs to their sending.
    fn events(&self, arguments: &[&str]) -> Vec<String> {
        let out = self.path("events.ndjson");
        let done = self.replay(&[arguments, &["--events", "events.ndjson"]].concat());
        assert!(done.status.success(), "{}", stderr(&done));
        events_in(&out).unwrap().lines().map(str::to_owned).collect()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_part_of_a_recording_gives_the_events_that_it_gives_in_the_whole() {
    for game in ["league", "cs2"] {
        let bench = Bench::of(game, 21);
        let whole = bench.events(&[]);
        let before = bench.events(&["--to", "59999ms"]);
        let behind = bench.events(&["--from", "1:00"]);
        assert!(!before.is_empty() && !behind.is_empty(), "{game}");
        assert_eq!([before, behind].concat(), whole, "{game}: two parts are the whole");
    }
}

#[test]
fn marks_name_the_parts_of_a_recording_and_one_that_is_not_there_is_said() {
    let bench = Bench::of("cs2", 22);
    let lines = fs::read_to_string(&bench.recording).unwrap();
    let mut lines: Vec<_> = lines.lines().map(str::to_owned).collect();
    let time = |line: &str| serde_json::from_str::<Value>(line).unwrap()["t_ms"].as_u64();
    for (place, name) in [(80, "second half"), (40, "first half")] {
        let t_ms = time(&lines[place]).unwrap();
        lines.insert(place, format!(r#"{{"t_ms":{t_ms},"mark":"{name}"}}"#));
    }
    fs::write(&bench.recording, lines.join("\n") + "\n").unwrap();
    let [before, between, behind] = [
        &["--until", "first half"][..],
        &["--from", "first half", "--until", "second half"],
        &["--from", "second half"],
    ]
    .map(|part| bench.events(part));
    assert_eq!([before, between, behind].concat(), bench.events(&[]));

    let wrong = bench.replay(&["--until", "third half"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(stderr(&wrong).contains(r#"has "first half", "second half""#), "{}", stderr(&wrong));
}

#[test]
fn a_golden_file_is_blessed_met_and_told_from_by_the_field() {
    let bench = Bench::of("cs2", 23);
    let blessed = bench.replay(&["--expect", "golden.ndjson", "--bless"]);
    assert!(blessed.status.success() && stderr(&blessed).contains("new, "), "{}", stderr(&blessed));
    let golden = fs::read_to_string(bench.path("golden.ndjson")).unwrap();
    assert!(!golden.contains("urn:ringside:device"), "no machine stands in it");
    assert!(bench.replay(&["--expect", "golden.ndjson", "--strict"]).status.success());

    let mut lines: Vec<_> = golden.lines().map(str::to_owned).collect();
    lines[3] = lines[3].replacen("\"round\":", "\"round\":9", 1);
    let taken = lines.remove(9);
    lines.swap(5, 6);
    fs::write(bench.path("golden.ndjson"), lines.join("\n")).unwrap();
    let differs = bench.replay(&["--expect", "golden.ndjson", "--json"]);
    assert_eq!(differs.status.code(), Some(1));
    let told = stderr(&differs);
    assert!(told.contains("0 missing, 1 extra, 1 changed, 1 moved"), "{told}");
    assert!(told.contains("data.round: expected 9"), "{told}");
    let taken: Value = serde_json::from_str(&taken).unwrap();
    assert_eq!(json(&differs)["differences"]["extra"][0]["id"], taken["id"]);

    let blessed = bench.replay(&["--expect", "golden.ndjson", "--bless"]);
    assert!(stderr(&blessed).contains("0 missing, 1 extra"), "it says what it changes");
    assert_eq!(fs::read_to_string(bench.path("golden.ndjson")).unwrap(), golden);
}

#[test]
fn strict_fails_on_what_is_unknown_and_junit_says_what() {
    let bench = Bench::of("cs2", 24);
    let text = fs::read_to_string(&bench.recording).unwrap();
    let text = text.replacen(r#"\"map\": {"#, r#"\"map\": {\"weather\":1,"#, 1);
    assert!(text.contains("weather"), "the recording has a map");
    fs::write(&bench.recording, text).unwrap();
    assert!(bench.replay(&[]).status.success(), "what is unknown stops no player");
    let strict = bench.replay(&["--strict", "--report", "junit"]);
    assert_eq!(strict.status.code(), Some(1));
    let report = stdout(&strict);
    assert!(report.contains("tests=\"2\" failures=\"1\""), "{report}");
    assert!(report.contains("weather"), "{report}");
}

#[test]
fn a_seed_of_faults_does_the_same_again_and_what_must_hold_holds() {
    for game in ["league", "cs2"] {
        let bench = Bench::of(game, 25);
        for seed in ["1", "2", "3"] {
            let run = || {
                let mut command = bench.ringside(&["replay", "match.rsrec", "--faults", seed]);
                command.arg("--json").env_remove("RINGSIDE_DATA_DIR").output().unwrap()
            };
            let one = run();
            assert!(one.status.success(), "{game} {seed}: {}", stderr(&one));
            let two = json(&run());
            let one = json(&one);
            assert!(!one["faults_played"]["played"].as_array().unwrap().is_empty());
            assert_eq!(one["faults_played"], two["faults_played"], "{game} {seed}");
            assert_eq!(one["captured"], two["captured"], "{game} {seed}");
        }
        assert!(
            !bench.path("device").join("outbox.sqlite").exists(),
            "{game}: nothing spoilt stays"
        );
    }
}

#[test]
fn under_faults_of_a_server_everything_is_with_it_in_the_end() {
    let bench = Bench::of("cs2", 26);
    let server = Server::start(&bench.path("server")).unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 1..=4 {
        let seed = seed.to_string();
        let done = bench.replay(&["--faults", &seed, "--server", server.url(), "--json"]);
        assert!(done.status.success(), "{seed}: {}", stderr(&done));
        let report = json(&done);
        assert_eq!((&report["pending"], &report["uploaded"]), (&0.into(), &report["appended"]));
        let played = report["faults_played"]["played"].as_array().unwrap().clone();
        let of_requests = played.iter().filter(|fault| fault.get("request").is_some());
        kinds.extend(of_requests.map(|fault| fault["fault"].as_str().unwrap().to_owned()));
    }
    assert!(kinds.len() >= 2, "several things go wrong: {kinds:?}");
    assert_eq!(server.verdicts().unwrap().conflicts, 0);
}

#[test]
fn a_trace_holds_the_bodies_as_text_the_makings_of_ids_and_the_receipts() {
    let bench = Bench::of("cs2", 27);
    let server = Server::start(&bench.path("server")).unwrap();
    let done = bench.replay(&["--trace", "trace.html", "--server", server.url()]);
    assert!(done.status.success(), "{}", stderr(&done));
    let page = fs::read_to_string(bench.path("trace.html")).unwrap();
    assert!(page.contains("default-src 'none'") && !page.contains("<script"));
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing is fetched");
    assert!(page.contains("&quot;provider&quot;"), "raw bodies");
    assert!(page.contains("<td>stored</td>"), "receipts");
    for event in bench.events(&[]) {
        let event: Value = serde_json::from_str(&event).unwrap();
        let id = event["id"].as_str().unwrap();
        assert!(page.contains(&format!("<dt>id</dt><dd class=\"id\">{id}</dd>")), "{id}");
    }
}

#[test]
fn a_support_file_has_a_recording_without_names_that_replays() {
    let bench = Bench::of("cs2", 28);
    let recordings = bench.path("device").join("recordings");
    fs::create_dir_all(&recordings).unwrap();
    fs::copy(&bench.recording, recordings.join("match.rsrec")).unwrap();
    let kept = bench.ringside(&["support", "--out", "support"]).output().unwrap();
    assert!(kept.status.success(), "{}", stderr(&kept));
    let files: Vec<_> = stdout(&kept).lines().map(PathBuf::from).collect();
    let [text, recording] = files.as_slice() else { panic!("two files: {files:?}") };
    let told: Value =
        serde_json::from_slice(&fs::read(bench.folder.path().join(text)).unwrap()).unwrap();
    assert_eq!(told["recordings"]["cs2"], "match.rsrec", "the player sees that it goes along");

    let given = bench.folder.path().join(recording);
    let info = bench.ringside(&["recording", "info", "--json"]).arg(&given).output().unwrap();
    assert_eq!(json(&info)["redaction"], "names", "{}", stdout(&info));
    let replayed = |file: &Path| {
        let done = bench.ringside(&["replay", "--json"]).arg(file).output().unwrap();
        assert!(done.status.success(), "{}", stderr(&done));
        json(&done)["captured"].clone()
    };
    assert_eq!(replayed(&given), replayed(&bench.recording));
}

#[test]
fn the_program_tells_its_completions_and_its_manual() {
    let bench = Bench::of("cs2", 29);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let told = bench.ringside(&["completions", shell]).output().unwrap();
        assert!(stdout(&told).contains("drain-timeout"), "{shell}");
    }
    let page = bench.ringside(&["man"]).output().unwrap();
    assert!(stdout(&page).contains(".TH ringside 1"), "{}", stdout(&page));
    let written = bench.ringside(&["man", "--out", "man"]).status().unwrap();
    assert!(written.success());
    for name in ["ringside.1", "ringside-replay.1", "ringside-outbox-list.1"] {
        assert!(bench.path("man").join(name).exists(), "{name}");
    }
}

/// The commands of the example job, as the page shows them.
fn commands_of_the_page() -> Vec<String> {
    let page = fs::read_to_string(DOCUMENT).unwrap();
    let (_, job) = page.split_once("```yaml").expect("the page has a job");
    let (job, _) = job.split_once("```").unwrap();
    let run = job.lines().map(str::trim).filter_map(|line| line.strip_prefix("- run: "));
    run.filter(|command| command.starts_with("ringside")).map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn the_job_that_the_page_shows_runs_as_it_stands() {
    let bench = Bench::of("cs2", 30);
    fs::create_dir(bench.path("recordings")).unwrap();
    fs::rename(&bench.recording, bench.path("recordings/match.rsrec")).unwrap();
    let golden = ["replay", "recordings/match.rsrec", "--expect", "recordings/match.golden.ndjson"];
    let blessed = bench.ringside(&golden).arg("--bless").status().unwrap();
    assert!(blessed.success());
    let folder = binary("ringside").parent().unwrap().to_owned();
    let path = std::env::var("PATH").unwrap_or_default();
    let commands = commands_of_the_page();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let done = Command::new("sh")
            .args(["-ec", &command])
            .current_dir(bench.folder.path())
            .env("PATH", format!("{}:{path}", folder.display()))
            .env("RINGSIDE_DATA_DIR", bench.path("device"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{command}: {}{}", stdout(&done), stderr(&done));
    }
    assert!(bench.path("replay.xml").exists() && bench.path("trace.html").exists());
}
