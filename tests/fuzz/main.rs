//! Every decoder that meets the outside, fed with what nobody meant to send.
//!
//! Each target is a test with a law, and a folder of inputs under `__fuzz__`. A
//! usual run replays these and some hundred changes of them; `RINGSIDE_LONG=1`
//! makes it tens of thousands. `RINGSIDE_SEED` begins with another change.
//! `cargo bolero test -p system-tests --test fuzz <target>` searches by coverage.
//!
//! An input that found something is added to its folder, and stays there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod answers;
mod change;
mod files;
mod frames;
mod headers;
#[path = "../simulation/http.rs"]
#[expect(dead_code, reason = "the simulation reads headers as well")]
mod http;
mod logs;
mod outbox_file;
mod requests;
mod seeds;
mod server_file;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use simulator::Prng;

/// Changes of each target's inputs in a usual run: a second or two.
const CHANGES: u64 = 400;
/// In a long one.
const CHANGES_LONG: u64 = 40_000;
/// Inputs that the engine makes up from nothing.
const MADE_UP: usize = 200;

/// A target: its test, with the folder of its inputs.
macro_rules! target {
    ($name:ident, $body:path) => {
        #[test]
        fn $name() {
            run(stringify!($name), &$body);
            bolero::check!().with_iterations(MADE_UP).for_each(|input: &[u8]| match $body(input) {
                // The law held either way; where not, it panicked.
                Looked::Taken | Looked::Refused => {}
            });
        }
    };
}

target!(league_frame, frames::league);
target!(cs2_frame, frames::cs2);
target!(dota2_frame, frames::dota2);
target!(overwolf_message, frames::overwolf);
target!(elite_journal, logs::elite);
target!(power_log, logs::hearthstone);
target!(rocket_league_stream, logs::rocket_league_stream);
target!(stats_api_file, logs::stats_api_file);
target!(session_state, frames::state);
target!(redaction, frames::redaction);
target!(cloud_event, frames::cloud_event);
target!(receipts, answers::receipts);
target!(refusals, answers::refusals);
target!(retry_after, answers::retry_after);
target!(clock_header, headers::clock);
target!(idempotency_key, headers::idempotency_key);
target!(wall_time, headers::wall_time);
target!(server_url, headers::server_url);
target!(recording_file, files::recording);
target!(settings_file, files::settings);
target!(identity_file, files::identity);
target!(outbox_database, outbox_file::database);
target!(outbox_folder, outbox_file::folder_of_files);
target!(server_database, server_file::database);
target!(batch, requests::batch);
target!(packed_batch, requests::packed_batch);
target!(request_headers, requests::headers);

/// What a target made of an input: it may have found nothing to check in it.
type Target = dyn Fn(&[u8]) -> Looked;

/// Whether an input got past the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    /// It was taken, and the law held.
    Taken,
    /// It was refused, in order.
    Refused,
}

/// Replays the inputs of a target, and changes of them.
fn run(name: &str, target: &Target) {
    let inputs = inputs(name);
    let mut taken = 0;
    for input in &inputs {
        taken += u64::from(one(name, "an input of its folder", input, target) == Looked::Taken);
    }
    assert!(taken > 0, "{name}: no input of its folder is a good one");
    let first = std::env::var("RINGSIDE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let long = std::env::var_os("RINGSIDE_LONG").is_some();
    let changes = if long { CHANGES_LONG } else { CHANGES };
    for seed in first..first + changes {
        let input = change::of(&inputs, &mut Prng::new(seed, name));
        one(name, &format!("seed {seed}"), &input, target);
    }
}

fn one(name: &str, which: &str, input: &[u8], target: &Target) -> Looked {
    catch_unwind(AssertUnwindSafe(|| target(input))).unwrap_or_else(|_| {
        let kept = std::env::temp_dir().join(format!("ringside-fuzz-{name}"));
        drop(fs::write(&kept, input));
        panic!("{name}: {which} breaks it; the input is in {}", kept.display())
    })
}

fn inputs(name: &str) -> Vec<Vec<u8>> {
    let folder = folder(name);
    seeds::update(name, &folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn folder(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/__fuzz__");
    here.join(name).join("corpus")
}
