//! `cargo xtask faults`: Ringside under the faults that other clients were
//! measured under, and its row beside theirs.
//!
//! The faults are played by `tests/fault-table`, built as people run it: what an
//! append costs is part of the table.

mod pages;

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{process, verdict::Verdict, workspace};

/// Options of the table.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Only these faults, by the names of the table, such as 503,p413,kill
    #[arg(long, value_name = "FAULT", value_delimiter = ',')]
    only: Vec<String>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Write the table into docs/faults.md and README.md, with date and commit
    #[arg(long, conflicts_with_all = ["only", "json"])]
    update: bool,
}

pub(crate) fn run(options: &Options) -> Result<Verdict> {
    let root = workspace::root();
    let mut build = process::cargo(&root);
    build.args(["build", "--quiet", "--release", "-p", "fault-table"]);
    eprintln!("building (the first time takes some minutes)");
    if !build.stdout(Stdio::from(std::io::stderr())).status()?.success() {
        bail!("the fault table could not be built");
    }
    let mut table = Command::new(release_binary());
    table.arg("table");
    if options.json {
        table.arg("--json");
    }
    if !options.only.is_empty() {
        table.args(["--only", &options.only.join(",")]);
    }
    let output = table.stderr(Stdio::inherit()).output().context("the table cannot be made")?;
    let text = String::from_utf8(output.stdout)?;
    print!("{text}");
    if options.update {
        pages::update(&root, &text)?;
    }
    match output.status.code() {
        Some(0) => Ok(Verdict::Holds),
        Some(1) if !text.is_empty() => Ok(Verdict::Fails),
        Some(_) | None => bail!("the fault table ended with {}", output.status),
    }
}

fn release_binary() -> std::path::PathBuf {
    let debug = system_tests::binary("fault-table");
    let target = debug.parent().and_then(|folder| folder.parent());
    let release = target.expect("binaries lie in target/<profile>").join("release");
    release.join(debug.file_name().expect("a binary has a name"))
}
