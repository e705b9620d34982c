//! What was measured, as the tables of `docs/performance.md`. Pure.

use std::fmt::Write as _;

use super::{
    figures::quantile,
    tree::{Memory, Work, mib},
    window::{Measured, name_of},
};

/// An event that was appended is to be seen after so many milliseconds.
const PIXELS_AIM: &str = "≤ 50 (median)";

/// How large something is that people install or run.
#[derive(Debug, Clone)]
pub(crate) struct Size {
    pub(crate) what: String,
    pub(crate) bytes: u64,
}

/// All tables.
pub(crate) fn of(measured: &Measured, sizes: &[Size]) -> String {
    let parts = [costs(measured), times(measured), sizes_table(sizes)];
    parts.join("\n")
}

fn costs(measured: &Measured) -> String {
    let mut text = "| in a match | app MiB | pages MiB | web view's network MiB | in all MiB | \
                    CPU-s a minute | of it drawing |\n|---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for it in &measured.matches {
        let what = name_of(it.case.main, it.case.overlay);
        cost(&mut text, what, it.memory, it.work);
    }
    text += "| **without a game** | | | | | | |\n";
    for it in &measured.idle {
        cost(&mut text, it.what, it.memory, it.work);
    }
    text
}

fn cost(text: &mut String, what: &str, memory: Memory, work: Work) {
    let Memory { app_kib, pages_kib, other_kib, page_processes } = memory;
    let pages = match page_processes {
        0 => "–".to_owned(),
        1 => format!("{:.0}", mib(pages_kib)),
        several => format!("{:.0} in {several} processes", mib(pages_kib)),
    };
    let network = if other_kib == 0 { "–".to_owned() } else { format!("{:.0}", mib(other_kib)) };
    writeln!(
        text,
        "| {what} | {:.0} | {pages} | {network} | {:.0} | {:.2} | {:.2} |",
        mib(app_kib),
        mib(memory.total_kib()),
        work.all_s,
        work.drawing_s,
    )
    .expect("text takes text");
}

fn times(measured: &Measured) -> String {
    let mut text = "| from, to | times | median ms | p95 ms | longest ms | aim |\n\
                    |---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let events = &measured.events;
    for (what, values, aim) in [
        ("event appended, its pixels on the screen", &events.at_once, PIXELS_AIM),
        ("the same, just after the page was told something else", &events.held_back, "≤ 100 more"),
        ("the same, in the midst of a burst", &events.followers, "≤ 100 more"),
        ("a match's first frame, a hidden overlay's pixels", &measured.wakes, ""),
        ("the same, where the overlay had been given up", &measured.openings, ""),
        ("start in the tray, the first frame taken", &measured.hidden_starts, ""),
        ("start with the main window, the first frame taken", &measured.window_starts, ""),
    ] {
        let at = |part| match quantile(values, part) {
            Some(us) => format!("{:.1}", us as f64 / 1_000.0),
            None => "–".to_owned(),
        };
        writeln!(
            text,
            "| {what} | {} | {} | {} | {} | {aim} |",
            values.len(),
            at(0.5),
            at(0.95),
            at(1.0)
        )
        .expect("text takes text");
    }
    if events.unseen > 0 {
        write!(text, "\nAfter {} events the rows looked as before.\n", events.unseen)
            .expect("text takes text");
    }
    text
}

fn sizes_table(sizes: &[Size]) -> String {
    let mut text = "| size | MiB |\n|---|--:|\n".to_owned();
    for Size { what, bytes } in sizes {
        writeln!(text, "| {what} | {:.1} |", mib(*bytes / 1024)).expect("text takes text");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::footprint::window::Idle;

    #[test]
    fn what_was_not_measured_is_a_dash_and_no_zero() {
        let text = of(&Measured::default(), &[]);
        assert!(text.contains("pixels on the screen | 0 | – | – | – |"), "{text}");
    }

    #[test]
    fn memory_is_in_mib_and_summed_up() {
        let memory = Memory {
            app_kib: 40 * 1024,
            pages_kib: 60 * 1024,
            other_kib: 2_048,
            page_processes: 1,
        };
        let work = Work { all_s: 0.126, drawing_s: 0.0 };
        let idle = vec![Idle { what: "it", memory, work }];
        let text = of(&Measured { idle, ..Measured::default() }, &[]);
        assert!(text.contains("| it | 40 | 60 | 2 | 102 | 0.13 | 0.00 |"), "{text}");
    }
}
