//! How often an append waits for the disk: counted by `strace`, in a child.

use std::process::Command;

use outbox::Outbox;

use crate::{
    Arguments,
    rows::{DEVICE, at, group},
};

/// The argument that makes this bench append and do nothing else.
pub(crate) const APPENDS: &str = "--appends";
/// Fewer than fill the WAL: a checkpoint syncs too, once in hundreds of appends.
const COUNTED: u64 = 200;

pub(crate) fn appends(arguments: &Arguments, appends: u64) {
    let path = arguments.dir.join("counted.db");
    let mut outbox = Outbox::open(&path, DEVICE, at(0)).expect("the outbox opens");
    for n in 0..appends {
        outbox.append(&[group(n, 1)], at(n)).expect("there is room");
    }
}

/// Syncs of a run with appends less those of a run without.
pub(crate) fn per_append(arguments: &Arguments) -> Result<f64, String> {
    let with = syncs_of(arguments, COUNTED)?;
    let without = syncs_of(arguments, 0)?;
    Ok((with as f64 - without as f64) / COUNTED as f64)
}

fn syncs_of(arguments: &Arguments, appends: u64) -> Result<u64, String> {
    let trace = arguments.dir.join("trace");
    let bench = std::env::current_exe().map_err(|error| error.to_string())?;
    let run = Command::new("strace")
        .args(["-f", "-e", "trace=fdatasync,fsync", "-o"])
        .arg(&trace)
        .arg(bench)
        .args([APPENDS, &appends.to_string(), "--dir"])
        .arg(&arguments.dir)
        .status()
        .map_err(|error| format!("strace: {error}"))?;
    if !run.success() {
        return Err(format!("strace: {run}"));
    }
    let trace = std::fs::read_to_string(&trace).map_err(|error| error.to_string())?;
    Ok(trace.lines().filter(|line| line.contains("sync(")).count() as u64)
}
