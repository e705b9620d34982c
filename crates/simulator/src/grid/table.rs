//! The grid's figures as text.

use super::{Baseline, Figures, Measured};

/// Ours, a line for each cell.
#[must_use]
pub fn ours(grid: &[Measured]) -> String {
    let mut text = "| cell | P | R | F1 | B³ F1 | stored / true | lost | doubled | merged | of | \
                    wrong at arrival | ids changed | final after p50 / p99 |\n\
                    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for measured in grid {
        text.push_str(&line(measured));
    }
    text
}

fn line(measured: &Measured) -> String {
    let sealed = &measured.ours.sealed;
    format!(
        "| {} | {:.5} | {:.5} | {:.5} | {:.5} | {:.4} | {} | {} | {} | {} | {} |\n",
        measured.cell.name,
        sealed.precision(),
        sealed.recall(),
        sealed.f1(),
        sealed.cubed_f1(),
        sealed.stored_per_true(),
        sealed.lost,
        sealed.doubled,
        sealed.merged,
        sealed.truths,
        arrival(&measured.ours),
    )
}

fn arrival(figures: &Figures) -> String {
    let arrival = &figures.arrival;
    if arrival.reports == 0 {
        return "– | – | –".to_owned();
    }
    format!(
        "{:.3} % | {:.2} % | {:.1} / {:.0} s",
        100.0 * arrival.wrong_share(),
        100.0 * arrival.changed_share(),
        seconds(arrival.final_within_ms(50)),
        seconds(arrival.final_within_ms(99)),
    )
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

/// F1 of every method, a line for each cell.
#[must_use]
pub fn beside_baselines(grid: &[Measured]) -> String {
    let names = Baseline::ALL.map(Baseline::name).join(" | ");
    let mut text =
        format!("| F1 | ours | {names} |\n|---|{}\n", "--:|".repeat(1 + Baseline::ALL.len()));
    for measured in grid {
        let f1 = |figures: &Figures| format!("{:.4}", figures.sealed.f1());
        let theirs: Vec<String> = measured.baselines.iter().map(|(_, theirs)| f1(theirs)).collect();
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            measured.cell.name,
            f1(&measured.ours),
            theirs.join(" | ")
        ));
    }
    text
}

/// Every method in one cell, with what each loses and doubles.
#[must_use]
pub fn methods(measured: &Measured) -> String {
    let mut text = "| method | lost | doubled | merged | stored / true | P | R | F1 | B³ F1 |\n\
                    |---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let ours = std::iter::once(("ours", &measured.ours));
    let theirs = measured.baselines.iter().map(|(baseline, theirs)| (baseline.name(), theirs));
    for (name, figures) in ours.chain(theirs) {
        let sealed = &figures.sealed;
        let of_true = |count| share_pct(count, sealed.truths);
        text.push_str(&format!(
            "| {name} | {} | {} | {} | {:.3} | {:.4} | {:.4} | {:.4} | {:.4} |\n",
            of_true(sealed.lost),
            of_true(sealed.doubled),
            of_true(sealed.merged),
            sealed.stored_per_true(),
            sealed.precision(),
            sealed.recall(),
            sealed.f1(),
            sealed.cubed_f1(),
        ));
    }
    text
}

fn share_pct(count: u64, whole: u64) -> String {
    format!("{:.2} %", 100.0 * count as f64 / whole.max(1) as f64)
}
