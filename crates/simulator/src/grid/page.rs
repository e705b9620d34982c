//! Writes what was simulated into the page and its pictures, and reads it there.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};

use super::{Beside, Measured, Miss, cells::clock_word, figure, table};

/// The folder of its pictures, beside it.
const FIGURES: &str = "figures";

/// What is between a mark and this is written here, and by nobody else.
const END: &str = "<!-- /simulated -->";

/// Cells of the pictures, by name.
const PICTURED: [&str; 9] = [
    "the middle",
    "2 s",
    "30 s",
    "1 h",
    "announced 7 s",
    "unannounced 7 s",
    "3 s, 30 % missed",
    "names 2 %",
    "two streams",
];

/// The shape that the work began with.
const OPENING: &str = "335 kills, clocks 3 s";

/// How many of the core's cells are shown one by one.
const WORST: usize = 20;

/// Puts the star and what is measured beside it into the page.
///
/// # Errors
/// Where the page has no place for it, or cannot be written.
pub fn update_star(page: &Path, star: &[Measured], beside: &Beside, stamp: &str) -> Result<()> {
    let write = |section: &str, text: &str| write(page, section, text);
    let picture = |name: &str, svg: &str| picture(page, name, svg);
    let opening = star.iter().find(|measured| measured.cell.name == OPENING);
    let opening = opening.context("the star has it")?;
    write("opening", &format!("{stamp}\n\n{}", table::methods(opening)))?;
    write("star", &format!("{stamp}\n\n{}", table::ours(star)))?;
    write("baselines", &format!("{stamp}\n\n{}", table::beside_baselines(star)))?;
    write("misses", &format!("{stamp}\n\n{}", table::misses(&star_misses(star, beside))))?;
    write("beside", &format!("{stamp}\n\n{}", table::beside(beside)))?;
    let pictured: Vec<&Measured> =
        star.iter().filter(|measured| PICTURED.contains(&measured.cell.name.as_str())).collect();
    picture("association-f1.svg", &figure::f1(&pictured))?;
    picture("association-lost.svg", &figure::lost_and_doubled(opening))?;
    picture("association-liars.svg", &figure::liars(beside))?;
    picture("association-ids.svg", &figure::churn(&pictured))
}

/// What the star misses, and what is measured beside it.
#[must_use]
pub fn star_misses(star: &[Measured], beside: &Beside) -> Vec<Miss> {
    star.iter().flat_map(Measured::misses).chain(beside.misses()).collect()
}

/// The lines of a table that a page does not have.
#[must_use]
pub fn unlisted(page: &str, table: &str) -> Vec<String> {
    let of_page: BTreeSet<&str> = page.lines().collect();
    let rows = table.lines().filter(|line| line.starts_with('|') && !of_page.contains(line));
    rows.map(str::to_owned).collect()
}

/// Puts the core into the page: how many cells miss what, and the worst.
///
/// # Errors
/// Where the page has no place for it, or cannot be written.
pub fn update_core(page: &Path, core: &[Measured], stamp: &str) -> Result<()> {
    write(page, "core", &format!("{stamp}\n\n{}", core_text(core)))
}

/// The core in short.
#[must_use]
pub fn core_text(core: &[Measured]) -> String {
    let mut by_f1: Vec<&Measured> = core.iter().collect();
    by_f1.sort_by(|one, other| one.ours.sealed.f1().total_cmp(&other.ours.sealed.f1()));
    let worst: Vec<Measured> = by_f1.into_iter().take(WORST).cloned().collect();
    format!(
        "{}\n{}\n{}\nThe {} cells with the lowest F1:\n\n{}",
        table::summary(core),
        table::pooled("devices, gap, wrong names", core, |plan| {
            let (gap_s, names) = (plan.repeat_gap_ms / 1_000, plan.name_fault_pct);
            format!("{:2} devices, {gap_s:2} s, {names} %", plan.devices)
        }),
        table::pooled("clocks", core, |plan| clock_word(plan.clock).to_owned()),
        worst.len(),
        table::ours(&worst)
    )
}

fn picture(page: &Path, name: &str, svg: &str) -> Result<()> {
    let path = page.with_file_name(FIGURES).join(name);
    fs::write(&path, svg).with_context(|| format!("cannot write {}", path.display()))
}

fn write(page: &Path, section: &str, text: &str) -> Result<()> {
    let path = page.display();
    let told = fs::read_to_string(page)
        .with_context(|| format!("{path} is not here: run this in the workspace's root"))?;
    let begin = format!("<!-- simulated: {section} -->");
    let written = between_marks(&told, &begin, text.trim_end())
        .with_context(|| format!("{path} has no place for {section}"))?;
    Ok(fs::write(page, written)?)
}

fn between_marks(page: &str, begin: &str, text: &str) -> Option<String> {
    let (head, rest) = page.split_once(begin)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{begin}\n\n{text}\n\n{END}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_of_a_section_is_written() {
        let page = "a\n<!-- simulated: x -->\nold\n<!-- /simulated -->\nb\n\
                    <!-- simulated: y -->\nkept\n<!-- /simulated -->\n";
        let written = between_marks(page, "<!-- simulated: x -->", "new").unwrap();
        assert!(written.contains("-->\n\nnew\n\n<!--") && written.contains("kept"));
        assert!(!written.contains("old"));
        assert_eq!(between_marks("no marks", "<!-- simulated: x -->", "new"), None);
    }

    #[test]
    fn a_row_that_the_page_has_with_another_figure_is_not_listed() {
        let page = "| a | F1 | 0.9 |\n| b | F1 | 0.8 |\n";
        assert_eq!(unlisted(page, "text\n| a | F1 | 0.9 |\n"), Vec::<String>::new());
        assert_eq!(unlisted(page, "| b | F1 | 0.7 |\n"), ["| b | F1 | 0.7 |"]);
    }
}
