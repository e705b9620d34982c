//! The grid's figures as text.

use std::collections::BTreeMap;

use super::{Baseline, Beside, Deceived, Figures, Measured, Miss, Partition, lies::LIARS_MAX};
use crate::crowd::CrowdPlan;

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

/// What the cells miss, a line for each.
#[must_use]
pub fn misses(misses: &[Miss]) -> String {
    if misses.is_empty() {
        return "None: every cell reaches every figure that is asked of it.\n".to_owned();
    }
    let line = |miss: &Miss| {
        let Miss { cell, figure, measured, aim, clocks_known } = miss;
        let known = clocks_known.map_or("–".to_owned(), |known| format!("{known:.5}"));
        format!("| {cell} | {figure} | {measured:.5} | {aim:.5} | {known} |\n")
    };
    let lines: String = misses.iter().map(line).collect();
    format!(
        "| cell | figure | simulated | aim | with clocks known |\n|---|---|--:|--:|--:|\n{lines}"
    )
}

/// How many cells there are, and how many miss each figure.
#[must_use]
pub fn summary(grid: &[Measured]) -> String {
    let mut missed: BTreeMap<String, (u64, f64)> = BTreeMap::new();
    for miss in grid.iter().flat_map(Measured::misses) {
        let by = (miss.measured - miss.aim).abs();
        let (cells, most) = missed.entry(miss.figure).or_insert((0, 0.0));
        *cells += 1;
        *most = most.max(by);
    }
    let truths: u64 = grid.iter().map(|measured| measured.ours.sealed.truths).sum();
    let sum = |count: fn(&Partition) -> u64| -> u64 {
        grid.iter().map(|measured| count(&measured.ours.sealed)).sum()
    };
    let mut text = format!(
        "{} cells, {truths} true events: {} lost, {} doubled, {} stored with two truths.\n\n\
         | figure | cells that miss it | by at most |\n|---|--:|--:|\n",
        grid.len(),
        sum(|sealed| sealed.lost),
        sum(|sealed| sealed.doubled),
        sum(|sealed| sealed.merged),
    );
    for (figure, (cells, most)) in missed {
        text.push_str(&format!("| {figure} | {cells} | {most:.5} |\n"));
    }
    text
}

/// Liars, a device left out, and halves.
#[must_use]
pub fn beside(beside: &Beside) -> String {
    let mut text = lies(beside);
    text.push_str("\n| one of ten left out | P of the others' pairs | R |\n|---|--:|--:|\n");
    for (name, pairs) in &beside.left_out {
        text.push_str(&format!("| {name} | {:.5} | {:.5} |\n", pairs.precision(), pairs.recall()));
    }
    text.push_str(
        "\n| companions in a match of CS2 | kills with both halves told | paired | linked as \
         possible | wrongly paired |\n|--:|--:|--:|--:|--:|\n",
    );
    for (devices, halves) in &beside.halves {
        text.push_str(&format!(
            "| {devices} of 10 | {} | {} | {} | {} |\n",
            halves.told,
            share_pct(halves.paired, halves.told),
            share_pct(halves.linked, halves.told),
            share_pct(halves.wrong, halves.told),
        ));
    }
    text
}

/// What liars of each kind reach, and how many of them are withstood.
fn lies(beside: &Beside) -> String {
    let mut text = "| so many lie | 1 | 2 | 3 | 4 | 5 | withstood |\n\
                    |---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for (way, by_number) in &beside.lies {
        let mut cells: Vec<String> = by_number.iter().map(reached).collect();
        cells.resize(LIARS_MAX, "–".to_owned());
        let withstood = by_number.iter().take_while(|deceived| deceived.is_withstood()).count();
        text.push_str(&format!("| {} | {} | {withstood} |\n", way.name, cells.join(" | ")));
    }
    text
}

fn reached(deceived: &Deceived) -> String {
    let Deceived { pairs, believed, fooled, seen_by_most, doubted, .. } = deceived;
    let Deceived { drawn_away, twice, moved_ms, .. } = deceived;
    let mut text = match (believed, fooled) {
        (0, _) => "0 believed".to_owned(),
        (number, 1) => format!("{number} believed in a match"),
        (number, _) => format!("{number} believed in {fooled} matches"),
    };
    if *doubted > 0 {
        text.push_str(&format!(", {doubted} of {seen_by_most} doubted"));
    }
    if *drawn_away > 0 {
        text.push_str(&format!(", {drawn_away} of {} drawn away", pairs.truths));
    }
    if *twice > 0 {
        text.push_str(&format!(", {twice} confirmed twice"));
    }
    let (recall, moved_s) = (pairs.recall(), seconds(*moved_ms));
    format!("{text}, R {recall:.4}, {moved_s:.2} s")
}

/// Cells added up that agree in what `of` says of them.
#[must_use]
pub fn pooled(what: &str, grid: &[Measured], of: impl Fn(&CrowdPlan) -> String) -> String {
    let mut pools: BTreeMap<String, (u64, Figures)> = BTreeMap::new();
    for measured in grid {
        let (cells, figures) = pools.entry(of(&measured.cell.plan)).or_default();
        *cells += 1;
        figures.sealed.add(&measured.ours.sealed);
        figures.arrival.reports += measured.ours.arrival.reports;
        figures.arrival.wrong += measured.ours.arrival.wrong;
        figures.arrival.changed += measured.ours.arrival.changed;
    }
    let mut text = format!(
        "| {what} | cells | P | R | F1 | stored / true | lost | doubled | merged | of | wrong at \
         arrival | ids changed |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
    );
    for (name, (cells, Figures { sealed, arrival })) in pools {
        text.push_str(&format!(
            "| {name} | {cells} | {:.5} | {:.5} | {:.5} | {:.4} | {} | {} | {} | {} | {:.3} % | {:.2} % |\n",
            sealed.precision(),
            sealed.recall(),
            sealed.f1(),
            sealed.stored_per_true(),
            sealed.lost,
            sealed.doubled,
            sealed.merged,
            sealed.truths,
            100.0 * arrival.wrong_share(),
            100.0 * arrival.changed_share(),
        ));
    }
    text
}
