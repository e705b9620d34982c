//! The pictures in `docs/figures`.

use super::{Beside, Figures, Measured};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 600.0;
/// Height of a bar and of a group's gap.
const BAR: f64 = 13.0;
const GAP: f64 = 12.0;
const TOP: f64 = 46.0;

/// Readable on white and on black; colours that a colour-blind eye tells apart.
const STYLE: &str = "
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11px; fill: #57606a; }
  .title { font-size: 14px; font-weight: 600; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .a { fill: #0969da; }
  .b { fill: #bc4c00; }
  .c { fill: #8c959f; }
  .break { stroke: #ffffff; stroke-width: 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .grid { stroke: #30363d; }
    .a { fill: #58a6ff; }
    .b { fill: #f0883e; }
    .c { fill: #6e7681; }
    .break { stroke: #0d1117; }
  }
";

/// A bar: its colour's class, its length of 1, and its word. One that is longer ends
/// there, and a break in it says so.
type Bar = (&'static str, f64, String);

/// Bars in groups, from 0 to 1 of the width.
fn bars(title: &str, groups: &[(String, Vec<Bar>)]) -> String {
    let mut y = TOP;
    let mut body = String::new();
    for (name, group) in groups {
        let middle = y + BAR * (count(group.len()) + 1.0) / 2.0;
        body.push_str(&format!(
            "<text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{name}</text>\n",
            LEFT - 8.0
        ));
        for (class, share, word) in group {
            body.push_str(&bar(class, *share, word, y));
            y += BAR;
        }
        y += GAP;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" \
         aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n{body}</svg>\n",
        y + 8.0
    )
}

fn bar(class: &str, share: f64, word: &str, y: f64) -> String {
    let width = (RIGHT - LEFT) * share.clamp(0.0, 1.0);
    let broken = if share > 1.0 { torn(y) } else { String::new() };
    format!(
        "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>\
         {broken}<text class=\"small\" x=\"{:.1}\" y=\"{:.1}\">{word}</text>\n",
        BAR - 2.0,
        LEFT + width + 5.0,
        y + BAR - 3.0
    )
}

/// Two strokes across a bar that goes on.
fn torn(y: f64) -> String {
    let stroke = |x: f64| format!("M{:.1} {:.1}l6 {:.1}", x, y - 1.0, BAR);
    let (first, second) = (stroke(RIGHT - 26.0), stroke(RIGHT - 18.0));
    format!("<path class=\"break\" d=\"{first}{second}\"/>")
}

/// F1 of association, of the best baseline and of a fingerprint.
#[must_use]
pub fn f1(cells: &[&Measured]) -> String {
    let group = |measured: &&Measured| {
        let f1 = |figures: &Figures| figures.sealed.f1();
        let ours = f1(&measured.ours);
        let mut bars: Vec<Bar> = vec![("a", ours, format!("{ours:.4} association"))];
        if let Some((baseline, figures)) = measured.best_baseline() {
            let best = f1(figures);
            bars.push(("b", best, format!("{best:.4} {}, the best of nine", baseline.name())));
        }
        (measured.cell.name.clone(), bars)
    };
    bars("Simulated: pairwise F1 after the seal", &cells.iter().map(group).collect::<Vec<_>>())
}

/// What each method loses and doubles, of the true events; the axis ends at
/// half of them.
#[must_use]
pub fn lost_and_doubled(measured: &Measured) -> String {
    let ours = std::iter::once(("association", &measured.ours));
    let theirs = measured.baselines.iter().map(|(baseline, theirs)| (baseline.name(), theirs));
    let group = |(name, figures): (&str, &Figures)| {
        let share = |part: u64| count_of(part) / count_of(figures.sealed.truths.max(1));
        let (lost, doubled) = (share(figures.sealed.lost), share(figures.sealed.doubled));
        let bars: Vec<Bar> = vec![
            ("b", 2.0 * lost, format!("{:.1} % lost", 100.0 * lost)),
            ("c", 2.0 * doubled, format!("{:.1} % doubled", 100.0 * doubled)),
        ];
        (name.to_owned(), bars)
    };
    bars(
        "Simulated: true events lost and doubled, 335 kills a match, clocks wrong by 3 s",
        &ours.chain(theirs).map(group).collect::<Vec<_>>(),
    )
}

/// Liars, and what they reach.
#[must_use]
pub fn liars(beside: &Beside) -> String {
    let group = |(number, deceived): (usize, &super::Deceived)| {
        let recall = deceived.pairs.recall();
        let seconds = count_of(deceived.moved_ms) / 1_000.0;
        let bars: Vec<Bar> = vec![
            ("a", recall, format!("{recall:.4} recall of honest pairs")),
            ("b", seconds / 3.0, format!("{seconds:.2} s an honest clock was moved, at most")),
            ("c", 0.0, format!("{} inventions believed", deceived.believed)),
        ];
        (format!("{number} of ten lie"), bars)
    };
    let by_number = beside.lies.first().map_or(&[][..], |(_, by_number)| by_number);
    bars(
        "Simulated: liars who invent forty kills together, and whose clocks slip by 6 s",
        &(1..).zip(by_number).map(group).collect::<Vec<_>>(),
    )
}

/// How many reports change their id later; the axis ends at a tenth.
#[must_use]
pub fn churn(cells: &[&Measured]) -> String {
    let group = |measured: &&Measured| {
        let arrival = &measured.ours.arrival;
        let (wrong, changed) = (arrival.wrong_share(), arrival.changed_share());
        let bars: Vec<Bar> = vec![
            ("a", 10.0 * changed, format!("{:.2} % change their id later", 100.0 * changed)),
            ("b", 10.0 * wrong, format!("{:.3} % placed wrongly at arrival", 100.0 * wrong)),
        ];
        (measured.cell.name.clone(), bars)
    };
    bars(
        "Simulated: reports between arrival and seal",
        &cells.iter().map(group).collect::<Vec<_>>(),
    )
}

fn count(length: usize) -> f64 {
    length as f64
}

fn count_of(number: u64) -> f64 {
    number as f64
}
