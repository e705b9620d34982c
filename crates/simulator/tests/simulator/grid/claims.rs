//! The figures that association is held to, on few matches each; `ringside-sim
//! grid --check` asks more of more.

use std::path::PathBuf;

use simulator::{
    crowd::{Crowd, CrowdPlan, RuleSet},
    grid::{Aim, Cell, Cells, Deceived, GridArgs, Halves, Measured, grid, without_device},
};

/// Matches a cell, short and long.
const MATCHES: (u64, u64) = (1, 20);

/// Cells of the star that reach everything that is asked of them.
const HELD: [&str; 14] = [
    "the middle",
    "2 s",
    "30 s",
    "1 h",
    "announced 7 s",
    "1 % missed",
    "30 % missed",
    "5 devices",
    "names 2 %",
    "3 s, 30 % missed, 1 h",
    "counters, chaos",
    "counters, 3 s, 30 % missed, 1 h",
    "League, 1 h",
    "VALORANT-like",
];

fn matches() -> u64 {
    if std::env::var_os("RINGSIDE_LONG").is_some() { MATCHES.1 } else { MATCHES.0 }
}

fn held() -> impl Iterator<Item = Cell> {
    Cells::Star.list(1).into_iter().filter(|cell| HELD.contains(&cell.name.as_str()))
}

#[test]
fn every_cell_that_is_held_reaches_its_figures() {
    assert_eq!(held().count(), HELD.len(), "a cell was renamed");
    let misses: Vec<String> = held()
        .flat_map(|cell| Measured::of(cell, matches()).misses())
        .map(|miss| miss.to_string())
        .collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn the_core_is_the_whole_product_and_no_name_is_there_twice() {
    let names: std::collections::BTreeSet<String> =
        Cells::All.list(1).into_iter().map(|cell| cell.name).collect();
    assert_eq!(Cells::Core.list(1).len(), 1_296);
    assert_eq!(names.len(), Cells::All.list(1).len());
}

#[test]
fn four_liars_of_ten_confirm_nothing_and_move_nobody_beyond_the_noise() {
    let mut deceived = Deceived::default();
    for seed in 0..matches() {
        deceived.add(&Deceived::of(&Crowd::of(&CrowdPlan { liars: 4, ..CrowdPlan::new(seed) })));
    }
    assert_eq!(deceived.believed, 0);
    assert!(deceived.moved_ms <= 300, "{} ms", deceived.moved_ms);
}

#[test]
fn without_one_device_the_others_agree_as_before() {
    for seed in 0..matches() {
        let pairs = without_device(&Crowd::of(&CrowdPlan::new(seed)), 0);
        assert!(pairs.precision() >= 0.9995 && pairs.recall() >= 0.9995, "seed {seed}: {pairs:?}");
    }
}

#[test]
fn halves_of_counter_strike_are_paired_and_hardly_ever_wrongly() {
    let mut halves = Halves::default();
    for seed in 0..matches() {
        let plan = CrowdPlan { miss_pct: 0, ..CrowdPlan::of_game(seed, RuleSet::Cs2) };
        halves.add(Halves::of(&Crowd::of(&plan)));
    }
    assert!(halves.told > 100 && 2 * halves.paired > halves.told, "{halves:?}");
    assert!(halves.wrong * 1_000 <= halves.told, "{halves:?}");
}

fn asked(cell: &str) -> GridArgs {
    let only = Some(cell.to_owned());
    GridArgs {
        matches: 1,
        cells: Cells::Star,
        only,
        seed: 1,
        json: None,
        update: false,
        check: false,
        page: PathBuf::from("../../docs/association.md"),
    }
}

fn told(args: &GridArgs) -> (String, usize) {
    let mut text = String::new();
    let outcome = grid(args, |line| text.push_str(line)).unwrap();
    (text, outcome.misses.len())
}

#[test]
fn the_grid_says_the_same_each_time_and_writes_a_line_a_cell() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.jsonl");
    let args = GridArgs { json: Some(path.clone()), ..asked("the middle") };
    let (text, misses) = told(&args);
    assert_eq!((text.clone(), misses), told(&args));
    assert!(text.contains("| the middle | 1.00000 |"), "{text}");
    let lines = std::fs::read_to_string(path).unwrap();
    let cell: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
    assert_eq!(cell["baselines"].as_object().unwrap().len(), 9);
    assert_eq!(cell["ours"]["lost"], 0);
}

#[test]
fn a_missed_figure_is_told_with_its_cell_and_its_aim() {
    let cell = Cells::Star.list(1).into_iter().find(|cell| cell.name == "the middle").unwrap();
    let unreachable = Cell { aims: vec![Aim::F1(1.5)], by_word: Vec::new(), ..cell };
    let misses = Measured::of(unreachable, 1).misses();
    let [miss] = &misses[..] else { panic!("{misses:?}") };
    assert!(miss.to_string().starts_with("missed in \"the middle\": F1 is "), "{miss}");
}
