//! What it costs to follow the log: `cargo bench -p ingest-store --bench follow`.
//!
//! Fifty matches go on at a time, ten devices tell of each, and each event is
//! followed with the index on a disk, as the server does it. A step takes up to
//! so many events; how many there are each time says how far behind it is. CPU
//! time is that of all threads that follow; `wall` has the disk in it.
//!
//! `--only NAME` for one row, `--quick` for shorter matches.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "reads /proc"))]
#![expect(clippy::unwrap_used, reason = "a bench that cannot measure has to end")]

mod crowd;

use std::time::{Duration, Instant};

use ingest_store::{Follower, Store, StoreOptions};
use tempfile::TempDir;

use crowd::Crowd;

/// What is measured, and how far the log grows between two steps.
struct Shape {
    name: &'static str,
    crowd: Crowd,
    /// Events that are stored before the follower has its next turn.
    behind: usize,
}

fn shapes(kills: usize) -> Vec<Shape> {
    let shape = |name, batches, matches, is_split, behind| {
        let is_mixed = matches > 1_000;
        let kills = if is_mixed { kills / 6 } else { kills };
        let crowd = Crowd { matches, devices: 10, kills, batches, is_split, is_mixed };
        Shape { name, crowd, behind }
    };
    const FEW: &[usize] = &[1, 2, 3];
    vec![
        shape("1-3 a batch, 100 behind", FEW, 50, false, 100),
        shape("1-3 a batch, 1,000 behind", FEW, 50, false, 1_000),
        shape("1-3 a batch, all behind", FEW, 50, false, usize::MAX),
        shape("50 a batch, 1,000 behind", &[50], 50, false, 1_000),
        shape("50 a batch, all behind", &[50], 50, false, usize::MAX),
        shape("a key a device, 1,000 behind", FEW, 50, true, 1_000),
        shape("ten matches, 100 behind", FEW, 10, false, 100),
        shape("5,000 matches, 1,000 behind", FEW, 5_000, false, 1_000),
        shape("5,000 matches, 20,000 behind", FEW, 5_000, false, 20_000),
    ]
}

fn main() {
    if !cfg!(target_os = "linux") {
        println!("This bench reads /proc and runs on Linux alone.");
        return;
    }
    let arguments: Vec<String> = std::env::args().collect();
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let only = arguments.iter().skip_while(|argument| *argument != "--only").nth(1);
    println!(
        "| shape | events | steps | CPU µs an event | wall µs an event | longest step ms | index bytes an event | occurrences | MiB peak |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for shape in shapes(if is_quick { 14 } else { 140 }) {
        if only.is_none_or(|only| shape.name.contains(only.as_str())) {
            measure(&shape);
        }
    }
}

/// What the steps of one run came to.
#[derive(Default)]
struct Spent {
    events: u64,
    steps: u32,
    /// CPU time of the thread that begins the others.
    of_this: Duration,
    wall: Duration,
    longest: Duration,
}

fn measure(shape: &Shape) {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path(), StoreOptions::default()).unwrap();
    shape.crowd.enrol(&mut store);
    let mut follower = Follower::open(dir.path(), StoreOptions::default()).unwrap();
    let (mut spent, mut waiting, mut waiting_events) = (Spent::default(), Vec::new(), 0);
    let (of_all, of_this) = (cpu_of_all(), cpu_of_this());
    for batch in shape.crowd.batches() {
        waiting_events += batch.items.len();
        waiting.push(batch);
        if waiting_events >= shape.behind {
            store.ingest(&waiting, &crowd::terms()).unwrap();
            (waiting, waiting_events) = (Vec::new(), 0);
            follow(&mut follower, &mut spent);
        }
    }
    for some in waiting.chunks(2_000) {
        store.ingest(some, &crowd::terms()).unwrap();
    }
    follow(&mut follower, &mut spent);
    // What this thread did between the steps is no following.
    let between = (cpu_of_this() - of_this).saturating_sub(spent.of_this);
    let cpu = (cpu_of_all() - of_all).saturating_sub(between);
    let figures = store.association_figures().unwrap();
    let bytes: u64 = ["index.sqlite", "index.sqlite-wal"]
        .iter()
        .filter_map(|file| std::fs::metadata(dir.path().join(file)).ok())
        .map(|file| file.len())
        .sum();
    let events = spent.events as f64;
    println!(
        "| {} | {} | {} | {:.1} | {:.1} | {:.0} | {:.0} | {} | {} |",
        shape.name,
        spent.events,
        spent.steps,
        cpu.as_secs_f64() * 1e6 / events,
        spent.wall.as_secs_f64() * 1e6 / events,
        spent.longest.as_secs_f64() * 1e3,
        bytes as f64 / events,
        figures.occurrences,
        peak_mib(),
    );
}

/// The most that this process has held, with what the store held before.
fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1_024
}

/// Follows to the log's end.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn follow(follower: &mut Follower, spent: &mut Spent) {
    let cpu = cpu_of_this();
    loop {
        let begin = Instant::now();
        let followed = follower.associate().unwrap();
        let took = begin.elapsed();
        spent.wall += took;
        if followed.all {
            break;
        }
        spent.longest = spent.longest.max(took);
        spent.steps += 1;
        spent.events += followed.counted.events;
    }
    spent.of_this += cpu_of_this() - cpu;
}

/// What this thread has had of the CPU.
fn cpu_of_this() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = text.split_whitespace().next().and_then(|text| text.parse().ok());
    Duration::from_nanos(ns.unwrap_or(0))
}

/// What all threads have had, also those that have ended; in hundredths of a second.
fn cpu_of_all() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may have anything in it.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
