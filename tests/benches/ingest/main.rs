//! What the ingest server takes: real binary, real sockets, real disk.
//!
//! ```console
//! cargo build --release -p ingest-server
//! ulimit -n 20000
//! cargo bench -p system-tests --bench ingest            # all of it
//! cargo bench -p system-tests --bench ingest -- --quick # under 20 s
//! ```
//!
//! Every event is a full CloudEvent of 600 bytes or more with an id of its own,
//! no request is repeated, and the server commits with `synchronous=FULL`.
//! `--server FILE` measures another build; `--only NAME` one scenario.

#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "reads /proc"))]
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod client;
mod crash;
mod limit;
mod load;
mod process;
mod scenario;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::scenario::Scenario;

/// What to run.
pub(crate) struct Options {
    pub(crate) server: PathBuf,
    pub(crate) quick: bool,
    only: Option<String>,
}

impl Options {
    fn read() -> Result<Self> {
        let release = system_tests::binary("ringside-ingest").with_file_name("");
        let server = release.with_file_name("release").join("ringside-ingest");
        let mut options = Self { server, quick: false, only: None };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--server" => {
                    options.server = arguments.next().context("--server FILE")?.into();
                }
                "--only" => options.only = Some(arguments.next().context("--only NAME")?),
                // cargo adds --bench.
                _ => {}
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
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
    let mut limit = None;
    if options.wants("limit") {
        limit = Some(limit::measure(&options)?);
    }
    println!("{}", scenario::HEADING);
    for scenario in Scenario::all(&options).iter().filter(|one| options.wants(one.name)) {
        println!("{}", scenario.run(&options, limit)?);
    }
    if options.wants("kill -9") {
        println!("\n{}", crash::measure(&options)?);
    }
    Ok(())
}
