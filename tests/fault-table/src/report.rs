//! Plays the faults, prints the row beside the peers', and says which claim
//! holds.

mod claims;
mod rows;

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, bail};
use boot_clock::BootClock;
use event_model::Clock;
use serde::Serialize;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{cell, cell::Cell, fault::Fault, plan::Plan};
use claims::Claim;

/// How the table is made.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Only these faults: 503, refuse, rst, rst0, slow, hole, 429, poison,
    /// poisonout, p413, portal, kill, killdown, blackhole, p413out
    #[arg(long, value_name = "FAULT", value_delimiter = ',')]
    only: Vec<String>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Seconds of the timetable take so many seconds; fewer events below 1
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    scale: f64,
    /// So many faults at once; in a whole run the black hole has the machine to
    /// itself
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    at_once: u8,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Report {
    date: String,
    scale: f64,
    cells: Vec<Cell>,
    claims: Vec<Claim>,
    /// Ringside's row, as the table has it.
    row: String,
}

/// Plays them; fails where a claim does not hold.
pub(crate) async fn run(options: Options) -> Result<ExitCode> {
    let faults = chosen(&options.only)?;
    let plan = Plan { scale: options.scale };
    // What an append takes is judged where nothing else wants the disk.
    let is_alone = |fault: &&Fault| **fault == Fault::BlackHole && plan.is_whole();
    let (alone, together): (Vec<_>, Vec<_>) = faults.iter().partition(is_alone);
    let mut cells = play(together, plan, usize::from(options.at_once)).await?;
    cells.extend(play(alone, plan, 1).await?);
    cells.sort_by_key(|cell| cell.fault);
    let date = BootClock::new().now().wall.to_string();
    let date = date.split('T').next().unwrap_or_default().to_owned();
    let claims = claims::of(&cells, plan);
    let holds = claims.iter().all(|claim| claim.holds);
    let row = rows::own(&cells);
    let report = Report { date, scale: options.scale, cells, claims, row };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", rows::table(&report)?);
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(names: &[String]) -> Result<Vec<Fault>> {
    if names.is_empty() {
        return Ok(Fault::ALL.to_vec());
    }
    let named = names.iter().map(|name| {
        let fault = Fault::ALL.into_iter().find(|fault| fault.name() == name);
        let Some(fault) = fault else { bail!("{name:?} is no fault of the table") };
        Ok(fault)
    });
    named.collect()
}

async fn play(faults: Vec<Fault>, plan: Plan, at_once: usize) -> Result<Vec<Cell>> {
    let room = Arc::new(Semaphore::new(at_once));
    let mut playing = JoinSet::new();
    for fault in faults {
        let room = Arc::clone(&room);
        playing.spawn(async move {
            let _place = room.acquire_owned().await;
            let played = cell::play(fault, plan).await;
            eprintln!("{}: {}", fault.name(), if played.is_ok() { "played" } else { "failed" });
            played.map_err(|error| error.context(fault.name()))
        });
    }
    playing.join_all().await.into_iter().collect()
}

fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok().filter(|scale| (0.01..=1.0).contains(scale));
    scale.ok_or_else(|| "expected a number from 0.01 to 1".to_owned())
}
