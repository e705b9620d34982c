//! How many simulated matches a minute go straight into association, each
//! decided at every arrival and sealed: `cargo bench -p simulator --bench crowd`.
//!
//! Crowds are made while no clock runs.

use boot_clock::BootClock;
use simulator::{
    crowd::{Crowd, CrowdPlan},
    crowd_command::{Rate, rate, rate_of_all_cores},
    grid::Cells,
};

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
        let one = rate((0..matches).map(plan), &BootClock::new());
        let crowds: Vec<Crowd> = (0..matches).map(plan).map(|plan| Crowd::of(&plan)).collect();
        let all = rate_of_all_cores(&crowds, &BootClock::new());
        let a_match = one.reports / one.matches;
        let line = |cores: &str, rate: Rate| {
            let a_minute = rate.matches_a_minute();
            say(&format!(
                "| {name}, {a_match} reports a match, {cores} | {a_minute:.0} a minute | {WANTED} |"
            ));
        };
        line("one core", one);
        line("all cores", all);
    }
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
fn say(line: &str) {
    println!("{line}");
}
