//! What the ingest server takes: real binary, real sockets, real disk.
//!
//! ```console
//! cargo build --release -p ingest-server
//! ulimit -n 20000
//! cargo bench -p system-tests --bench ingest            # all of it, minutes
//! cargo bench -p system-tests --bench ingest -- --quick # two minutes
//! ```
//!
//! Every event is a full CloudEvent of 600 bytes or more with an id of its own,
//! no request is repeated, and the server commits with `synchronous=FULL`.
//! Each figure is the median of `--rounds` runs (3), and before each run the
//! machine's own limit is measured with the same requests. `--server FILE` measures another build;
//! `--only NAME` one scenario, or `limit`, or `kill -9`; `--beside` only what is
//! compared with a server that associates nothing.

#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "reads /proc"))]
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod beside;
mod client;
mod crash;
mod figures;
mod limit;
mod load;
mod process;
mod scenario;
mod surge;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::scenario::Scenario;

/// What to run.
pub(crate) struct Options {
    pub(crate) server: PathBuf,
    pub(crate) quick: bool,
    only: Option<String>,
    pub(crate) rounds: usize,
    /// Only what association takes from them.
    is_beside: bool,
}

impl Options {
    fn read() -> Result<Self> {
        let release = system_tests::binary("ringside-ingest").with_file_name("");
        let server = release.with_file_name("release").join("ringside-ingest");
        let mut options = Self { server, quick: false, only: None, rounds: 3, is_beside: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => (options.quick, options.rounds) = (true, 1),
                "--server" => {
                    options.server = arguments.next().context("--server FILE")?.into();
                }
                "--rounds" => {
                    options.rounds = arguments.next().context("--rounds N")?.parse()?;
                }
                "--beside" => options.is_beside = true,
                "--only" => options.only = Some(arguments.next().context("--only NAME")?),
                // cargo adds --bench.
                _ => {}
            }
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| name.contains(only))
    }

    /// A tenth of the work where it shall be quick.
    pub(crate) fn events(&self, full: usize) -> usize {
        if self.quick { full / 10 } else { full }
    }
}

fn main() -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("This bench reads /proc and runs on Linux alone.");
        return Ok(());
    }
    let options = Options::read()?;
    let scenarios = Scenario::all(&options);
    let wanted: Vec<_> = scenarios.iter().filter(|one| options.wants(one.name)).collect();
    if options.is_beside {
        println!("{}", beside::table(&options, &scenarios)?.unwrap_or_default());
        return Ok(());
    }
    if wanted.is_empty() && options.wants("limit") {
        for scenario in &scenarios {
            println!("{}: {:.0} events/s", scenario.name, scenario.limit()?.events_per_s);
        }
    }
    if !wanted.is_empty() {
        println!("{}", figures::HEADING);
    }
    for scenario in &wanted {
        let runs: Vec<_> =
            (0..options.rounds).map(|_| scenario.run(&options)).collect::<Result<_>>()?;
        println!("{}", figures::row(scenario, &runs, scenario.fsyncs(&options)?));
    }
    if let Some(table) = beside::table(&options, &scenarios)? {
        println!("\n{table}");
    }
    if !wanted.is_empty() || options.wants("limit") {
        println!("\n{}", figures::flushes(limit::flushes()?));
    }
    if options.wants("kill -9") {
        println!("\n{}", crash::measure(&options)?);
    }
    Ok(())
}
