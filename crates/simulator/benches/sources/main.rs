//! How many frames of each source are turned into events a second, beside what the same
//! bytes cost to be parsed plainly.
//!
//! ```console
//! cargo bench -p simulator --bench sources            # a match of half an hour each
//! cargo bench -p simulator --bench sources -- --quick # of two minutes
//! ```
//!
//! The frames are the simulator's, imported as a recording's are, and in memory before
//! any clock runs. One thread reads.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod programs;

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use event_model::{Reading, Source};
use game_session::SourceState;
use peak_alloc::PeakAlloc;
use recording::Item;
use simulator::{Length, PlayedGame, TRUTH_FILE, write_match};

/// Counts what is allocated, by us and by whom we are compared with.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What is read, as the table calls it.
const GAMES: [(&str, PlayedGame); 7] = [
    ("League of Legends", PlayedGame::League),
    ("Counter-Strike 2", PlayedGame::Cs2),
    ("Dota 2", PlayedGame::Dota2),
    ("Rocket League", PlayedGame::RocketLeague),
    ("VALORANT through Overwolf", PlayedGame::Valorant),
    ("Elite Dangerous", PlayedGame::Elite),
    ("Hearthstone", PlayedGame::Hearthstone),
];

const SEED: u64 = 7;

/// So long the whole match is read again and again; the median of so many rounds counts.
const ROUND: Duration = Duration::from_millis(200);
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let length = Length::seconds(if is_quick { 120 } else { 1_800 });
    println!(
        "| source | frames | bytes a frame | frames/s | parsed plainly, frames/s | ratio | aim \
         | KiB at the peak | KiB kept of the match |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for (name, game) in GAMES {
        let folder = tempfile::tempdir()?;
        write_match(SEED, game, length, folder.path())?;
        println!("{}", Frames::of(folder.path())?.measured(name));
    }
    println!("{}", programs::measured());
    Ok(())
}

/// A whole match.
struct Frames {
    source: Source,
    readings: Vec<Reading>,
}

impl Frames {
    fn of(folder: &Path) -> Result<Self> {
        let recording = recording::import(&frames_in(folder)?, None)?;
        let mut readings = Vec::new();
        for entry in recording.entries()? {
            match entry?.item {
                Item::Frame(frame) => readings.push(Reading::Frame(frame)),
                Item::Fault(fault) => readings.push(Reading::Fault(fault)),
                Item::Mark(_) | Item::Event(_) | Item::End(_) => {}
            }
        }
        Ok(Self { source: recording.header().source, readings })
    }

    /// A row of the table.
    fn measured(&self, name: &str) -> String {
        let (peak, kept) = self.memory_kib();
        row(&Row {
            name,
            frames: self.readings.len(),
            bytes: self.bodies().map(<[u8]>::len).sum(),
            ours: a_second(|| self.read()),
            plain: a_second(|| self.parse()),
            memory: format!("{peak} | {kept}"),
        })
    }

    /// As capture does it, but for the disk.
    fn read(&self) -> usize {
        let mut state = SourceState::new(self.source).expect("the source has rules");
        for reading in &self.readings {
            black_box(state.observe(reading));
        }
        black_box(&state);
        self.readings.len()
    }

    /// Each body as a JSON value; what is none is copied as text.
    fn parse(&self) -> usize {
        for body in self.bodies() {
            match serde_json::from_slice::<serde_json::Value>(body) {
                Ok(value) => drop(black_box(value)),
                Err(_) => drop(black_box(String::from_utf8_lossy(body).into_owned())),
            }
        }
        self.readings.len()
    }

    /// What reading the match takes beside the frames, at its peak and at its end.
    fn memory_kib(&self) -> (usize, usize) {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let mut state = SourceState::new(self.source).expect("the source has rules");
        for reading in &self.readings {
            black_box(state.observe(reading));
        }
        let beyond = |bytes: usize| bytes.saturating_sub(before).div_ceil(1_024);
        let measured = (beyond(MEMORY.peak_usage()), beyond(MEMORY.current_usage()));
        drop(black_box(state));
        measured
    }

    fn bodies(&self) -> impl Iterator<Item = &[u8]> {
        self.readings.iter().filter_map(|reading| match reading {
            Reading::Frame(frame) => Some(frame.body.as_slice()),
            Reading::Fault(_) => None,
        })
    }
}

/// The one file of a folder that is not the truth.
fn frames_in(folder: &Path) -> Result<PathBuf> {
    let files = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = files.collect::<Result<_, _>>()?;
    files.retain(|file| file.file_name().is_some_and(|name| name != TRUTH_FILE));
    // Of several journals the one with the most to read.
    files.sort_by_key(|file| std::fs::metadata(file).map_or(0, |file| file.len()));
    files.pop().context("the simulator writes frames")
}

/// How many things a second `work` does, which says how many it did: the median.
fn a_second(work: impl Fn() -> usize) -> f64 {
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (began, mut done) = (worked(), 0);
            while worked() - began < ROUND {
                done += work();
            }
            done as f64 / (worked() - began).as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[ROUNDS / 2]
}

/// How long this thread was at work, as Linux counts it, so that what else the machine
/// does takes little from it; elsewhere how long it ran.
fn worked() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = counted.and_then(|counts| counts.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| BEGAN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

struct Row<'r> {
    name: &'r str,
    frames: usize,
    bytes: usize,
    ours: f64,
    plain: f64,
    memory: String,
}

fn row(row: &Row<'_>) -> String {
    let Row { name, frames, bytes, ours, plain, memory } = row;
    let (a_frame, ratio) = (bytes / frames.max(&1), ours / plain);
    format!(
        "| {name} | {frames} | {a_frame} | {ours:.0} | {plain:.0} | {ratio:.2} | ≥ 0.3 | {memory} |"
    )
}
