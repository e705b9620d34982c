//! A cell after its matches were played, and what it misses.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Aim, Baseline, Cell, Figures, Keys, Live, measure, play};
use crate::crowd::{Crowd, CrowdPlan};

/// A cell with its figures: ours, and the baselines' on the same crowds.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Which.
    pub cell: Cell,
    /// How many matches.
    pub matches: u64,
    /// Association's.
    pub ours: Figures,
    /// The usual answers'.
    pub baselines: Vec<(Baseline, Figures)>,
    /// Association's on the same crowds with all clocks known, where something is missed.
    pub clocks_known: Option<Figures>,
}

/// A figure that a cell does not reach.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// The cell.
    pub cell: String,
    /// What is missed, in words.
    pub figure: String,
    /// What was aimed at.
    pub aim: f64,
    /// What was measured.
    pub measured: f64,
    /// The same if all clocks were known, where that was measured.
    pub clocks_known: Option<f64>,
}

impl Measured {
    /// Plays the matches of a cell.
    #[must_use]
    pub fn of(cell: Cell, matches: u64) -> Self {
        let mut ours = Figures::default();
        let mut baselines = Baseline::ALL.map(|baseline| (baseline, Figures::default()));
        for turn in 0..matches {
            let plan = CrowdPlan { seed: cell.plan.seed + turn, ..cell.plan.clone() };
            let crowd = Crowd::of(&plan);
            ours.add(&play(&crowd, Box::new(Live::new(&crowd))));
            let keys = Keys::of(&crowd);
            for (baseline, figures) in &mut baselines {
                figures.add(&play(&crowd, baseline.method(&keys)));
            }
        }
        let mut measured =
            Self { cell, matches, ours, baselines: baselines.into(), clocks_known: None };
        if !measured.misses().is_empty() {
            let plan = CrowdPlan { clocks_known: true, ..measured.cell.plan.clone() };
            let known = measure(&plan, matches, |crowd| Box::new(Live::new(crowd)));
            measured.clocks_known = Some(known);
        }
        measured
    }

    /// The baseline with the best F1.
    #[must_use]
    pub fn best_baseline(&self) -> Option<&(Baseline, Figures)> {
        let f1 = |figures: &Figures| figures.sealed.f1();
        self.baselines.iter().max_by(|one, other| f1(&one.1).total_cmp(&f1(&other.1)))
    }

    /// What it misses.
    #[must_use]
    pub fn misses(&self) -> Vec<Miss> {
        let missed =
            |aims: &[Aim]| -> Vec<Miss> { aims.iter().filter_map(|aim| self.miss(*aim)).collect() };
        let by_word = missed(&self.cell.by_word).into_iter();
        let by_word =
            by_word.map(|miss| Miss { figure: format!("{}, by the word", miss.figure), ..miss });
        missed(&self.cell.aims).into_iter().chain(by_word).collect()
    }

    fn miss(&self, aim: Aim) -> Option<Miss> {
        let (figure, wanted) = self.asked(aim)?;
        let measured = aim.of(&self.ours);
        aim.is_missed(&self.ours, wanted).then(|| Miss {
            cell: self.cell.name.clone(),
            figure: figure.to_owned(),
            aim: wanted,
            measured,
            clocks_known: self.clocks_known.as_ref().map(|known| aim.of(known)),
        })
    }

    /// What an aim asks for, in words, and how much of it.
    fn asked(&self, aim: Aim) -> Option<(&'static str, f64)> {
        Some(match aim {
            Aim::Precision(aim) => ("precision", aim),
            Aim::Recall(aim) => ("recall", aim),
            Aim::F1(aim) => ("F1", aim),
            Aim::StoredPerTrue(aim) => ("stored for each true one, from 1", aim),
            Aim::Exact => ("F1, exactly", 1.0),
            Aim::WrongAtArrival(aim) => ("wrong at arrival", aim),
            Aim::ChangedLater(aim) => ("ids changed later", aim),
            Aim::BesideBaselines(below) => {
                let (_, best) = self.best_baseline()?;
                ("F1 beside the best baseline", best.sealed.f1() - below)
            }
        })
    }
}

impl Measured {
    /// Its figures, for other programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let theirs: Map<String, Value> = self
            .baselines
            .iter()
            .map(|(baseline, theirs)| (baseline.name().to_owned(), figures_json(theirs)))
            .collect();
        json!({
            "cell": self.cell.name,
            "matches": self.matches,
            "seed": self.cell.plan.seed,
            "ours": figures_json(&self.ours),
            "baselines": theirs,
            "misses": self.misses(),
        })
    }
}

fn figures_json(figures: &Figures) -> Value {
    let Figures { sealed, arrival } = figures;
    let at_arrival = (arrival.reports > 0).then(|| {
        json!({
            "wrong": arrival.wrong,
            "changed": arrival.changed,
            "final_ms_p50": arrival.final_within_ms(50),
            "final_ms_p99": arrival.final_within_ms(99),
        })
    });
    json!({
        "reports": sealed.reports,
        "true": sealed.truths,
        "stored": sealed.stored,
        "lost": sealed.lost,
        "doubled": sealed.doubled,
        "merged": sealed.merged,
        "precision": sealed.precision(),
        "recall": sealed.recall(),
        "f1": sealed.f1(),
        "cubed_f1": sealed.cubed_f1(),
        "at_arrival": at_arrival,
    })
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cell, figure, aim, measured, clocks_known } = self;
        write!(f, "missed in \"{cell}\": {figure} is {measured:.5}, the aim {aim:.5}")?;
        match clocks_known {
            Some(known) => write!(f, ", {known:.5} if all clocks were known"),
            None => Ok(()),
        }
    }
}
