//! How many simulated matches a minute go straight into association, each
//! decided at every arrival and sealed: `cargo bench -p simulator --bench crowd`.
//!
//! Crowds of one cell each are made before the clock runs; one thread.

use boot_clock::BootClock;
use simulator::{crowd::CrowdPlan, crowd_command::rate, grid::Cells};

/// Cells whose matches are played.
const CELLS: [&str; 6] = [
    "the middle",
    "1 h",
    "3 s, 30 % missed, 1 h",
    "League",
    "VALORANT-like",
    "4 liars invent together",
];

/// Thousands a minute are wanted.
const WANTED: u64 = 1_000;

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let matches = if is_quick { 5 } else { 100 };
    say("| what | measured | bound |");
    say("|---|---:|---:|");
    for name in CELLS {
        let cell = Cells::Star.list(1).into_iter().find(|cell| cell.name == name);
        let Some(cell) = cell else { continue };
        let plan = |turn| CrowdPlan { seed: cell.plan.seed + turn, ..cell.plan.clone() };
        let rate = rate((0..matches).map(plan), &BootClock::new());
        let (a_match, a_minute) = (rate.reports / rate.matches, rate.matches_a_minute());
        say(&format!(
            "| {name}, {a_match} reports a match | {a_minute:.0} matches a minute | {WANTED} |"
        ));
    }
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
fn say(line: &str) {
    println!("{line}");
}
