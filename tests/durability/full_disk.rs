//! A disk that is full for a while: a replay by the real program comes to the
//! same events, byte for byte.

use std::{fs, path::Path};

use outbox::{Filter, OutboxView};
use system_tests::{Device, Recordings, scratch};

use crate::{random::is_long, strace};

const SEED: u64 = 6;
const SECONDS: u64 = 120;

/// Writes that fail, counted from the first of each thread: while the outbox is
/// made, among the first appends, and for most of the match.
const FAILING: [&str; 4] = ["3..9", "30..50", "60..61", "70..400"];
/// One after the other in the long run.
const FAILING_LONG_MAX: u32 = 150;

/// What an installation has to send: sequence and body of each event.
fn saved(device: &Device) -> Vec<(u64, String)> {
    let view = OutboxView::open(&device.data_dir().join("outbox.sqlite")).unwrap();
    let events = view.export(Filter::All).map(Result::unwrap);
    events.map(|shown| (shown.entry.sequence, shown.body)).collect()
}

/// An installation that is the same device as `other`.
fn same_device(folder: &Path, other: &Device) -> Device {
    fs::create_dir(folder).unwrap();
    let name = "identity.json";
    fs::copy(other.data_dir().join(name), folder.join(name)).unwrap();
    Device::new(folder)
}

/// How many writes failed.
fn replay_on_a_full_disk(file: &Path, calm: &Device, failing: &str) -> usize {
    let run = scratch();
    let device = same_device(&run.path().join("ringside"), calm);
    let injection = format!("inject=pwrite64:error=ENOSPC:when={failing}");
    let trace = run.path().join("trace");
    let replay = device.replay_command(file, None);
    let output = strace::injected(&replay, &trace, &injection).output().unwrap();
    let failed = fs::read_to_string(&trace).unwrap().matches("(INJECTED)").count();
    if !output.status.success() {
        // It could not begin, or ended before there was room: the next one can.
        let again = device.replay(file, None).unwrap();
        assert_eq!(again.code, Some(0), "writes {failing} failed, and then: {}", again.stderr);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(saved(&device) == saved(calm), "writes {failing} failed; it said: {said}");
    failed
}

#[test]
fn a_full_disk_changes_no_event_of_a_replay() {
    if !strace::is_available() {
        return;
    }
    let run = scratch();
    let (file, _) = Recordings::in_folder(run.path()).make("league", SEED, SECONDS).unwrap();
    let calm = Device::new(&run.path().join("calm"));
    assert_eq!(calm.replay(&file, None).unwrap().code, Some(0));
    assert!(saved(&calm).len() > 5, "there is something to lose");
    for failing in FAILING {
        let failed = replay_on_a_full_disk(&file, &calm, failing);
        assert!(failed > 0, "writes {failing} are made");
        println!("full disk: writes {failing} failed, {failed} of them made");
    }
    let long = if is_long() { FAILING_LONG_MAX } else { 0 };
    for nth in 1..=long {
        replay_on_a_full_disk(&file, &calm, &nth.to_string());
    }
}
