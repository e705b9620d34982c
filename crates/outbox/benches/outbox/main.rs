//! What the outbox costs, in ratios to what the machine can do, measured in the
//! same run: `cargo bench -p outbox --bench outbox -- [--dir D] [--only PART] [--all]`.
//!
//! Every ratio is of interleaved runs, so that whatever else the machine does
//! meets both sides. `--all`, or `RINGSIDE_LONG=1`, adds the long ones.

mod backlog;
mod clock;
mod durable;
mod groups;
mod limits;
mod rows;
mod syncs;

use std::path::PathBuf;

/// How the bench is run.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    /// Where the files are made: a disk, since memory syncs for nothing.
    pub(crate) dir: PathBuf,
    pub(crate) length: Length,
    /// Of the parts, this one alone.
    only: Option<String>,
}

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Short,
    Long,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut parsed = Arguments {
        dir: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        length: if std::env::var_os("RINGSIDE_LONG").is_some() {
            Length::Long
        } else {
            Length::Short
        },
        only: None,
    };
    let mut only_appends = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().expect("the option has a value");
        match argument.as_str() {
            "--dir" => parsed.dir = PathBuf::from(value()),
            "--only" => parsed.only = Some(value()),
            "--all" => parsed.length = Length::Long,
            syncs::APPENDS => only_appends = Some(value().parse().expect("a number of appends")),
            // Cargo's own, and what this is without `--all`.
            "--bench" | "--quick" => {}
            other => panic!("unknown argument {other:?}"),
        }
    }
    let folder = tempfile::Builder::new().prefix("outbox-bench-").tempdir_in(&parsed.dir);
    let folder = folder.expect("the folder takes files");
    parsed.dir = folder.path().to_owned();
    match only_appends {
        Some(appends) => syncs::appends(&parsed, appends),
        None => measure(&parsed),
    }
}

fn measure(arguments: &Arguments) {
    let parts: [(&str, Part); 4] = [
        ("limits", limits::measure),
        ("durable", durable::measure),
        ("groups", groups::measure),
        ("backlog", backlog::measure),
    ];
    for (name, part) in parts {
        if arguments.only.as_deref().is_none_or(|only| only == name) {
            part(arguments);
        }
    }
}

/// What one part of the bench measures.
type Part = fn(&Arguments);

/// A line of the table.
#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
