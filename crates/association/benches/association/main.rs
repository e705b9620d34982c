//! What association costs, at arrival, at a resolve and in memory:
//! `cargo bench -p association --bench association`.
//!
//! The matches are simulated: ten devices, a tenth of the kills missed, a report
//! half a second late at most; the hostile ones are the worst that could be
//! thought of. Times are of one thread, and of whatever else the machine does.

mod clock;
mod honest;
mod hostile;
mod report;

use peak_alloc::PeakAlloc;

/// Counts what is allocated: a state's own sum of its parts would not see what
/// a solve needs besides.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    say("| what | measured | bound |");
    say("|---|---:|---:|");
    honest::measure(if is_quick { 4 } else { 40 });
    hostile::measure(if is_quick { 1_000 } else { 100_000 });
}

/// Bytes allocated now.
pub(crate) fn allocated() -> usize {
    MEMORY.current_usage()
}

/// The most that was allocated since this was last asked.
pub(crate) fn peak() -> usize {
    let peak = MEMORY.peak_usage();
    MEMORY.reset_peak_usage();
    peak
}

/// A line of the table.
#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
