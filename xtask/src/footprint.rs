//! `cargo xtask footprint`: what the headless companion costs beside a game.
//!
//! A release build beside a simulated League match and a simulated
//! Counter-Strike match in real time, uploading to a server. Memory is the
//! kernel's peak of resident pages (`VmHWM`), work is user and system time of
//! the whole process over the time that passed, in percent of one core.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use system_tests::{LiveCompanion, Server, Simulator, free_port};

use crate::{process, verdict::Verdict, workspace};

/// What a companion may keep resident while a match runs, in MiB.
const RESIDENT_MIB_MAX: f64 = 30.0;

/// What it may take of one core, in percent.
const CORE_PERCENT_MAX: f64 = 1.0;

/// Ticks a second in `/proc/<pid>/stat`: a constant of Linux on every machine
/// that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// Options of the measurement.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How long the matches last
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(20..=3600))]
    seconds: u64,
}

pub(crate) fn run(options: &Options) -> Result<Verdict> {
    if !cfg!(target_os = "linux") {
        bail!("it is measured through /proc, which only Linux has");
    }
    let root = workspace::root();
    let others = ["build", "-p", "ingest-server", "-p", "simulator"];
    process::run(process::cargo(&root).args(others))?;
    process::run(process::cargo(&root).args(["build", "--release", "-p", "cli"]))?;
    let cost = measure(options.seconds)?;
    let Cost { resident_mib, core_percent, seconds } = cost;
    println!("resident at most {resident_mib:.1} MiB (bound {RESIDENT_MIB_MAX} MiB)");
    println!("{core_percent:.2} % of one core over {seconds:.0} s (bound {CORE_PERCENT_MAX} %)");
    let holds = resident_mib <= RESIDENT_MIB_MAX && core_percent < CORE_PERCENT_MAX;
    Ok(if holds { Verdict::Holds } else { Verdict::Fails })
}

struct Cost {
    resident_mib: f64,
    core_percent: f64,
    seconds: f64,
}

fn measure(seconds: u64) -> Result<Cost> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let server = Server::start(&path("server"))?;
    let root = path("root.pem");
    let (league, port) = Simulator::league(7, seconds, &root, &path("league.json"))?;
    let gsi_port = free_port()?;
    LiveCompanion::configure(&path("data"), server.url(), (port, &root), gsi_port)?;
    let mut companion = LiveCompanion::headless_program(&release_binary(), &path("data"), &[])?;
    let cs2 = Simulator::cs2(7, seconds, gsi_port, &companion.gsi_token()?, &path("cs2.json"))?;
    // The start is over: from here on it is a companion beside a game.
    let (work, uptime) = (worked_s(companion.id())?, uptime_s()?);
    // The simulator waits some seconds for its clients; the match itself counts.
    std::thread::sleep(Duration::from_secs(seconds));
    let passed = uptime_s()? - uptime;
    let cost = Cost {
        resident_mib: resident_mib(companion.id())?,
        core_percent: (worked_s(companion.id())? - work) / passed * 100.0,
        seconds: passed,
    };
    league.finished()?;
    cs2.finished()?;
    companion.stop();
    Ok(cost)
}

fn release_binary() -> PathBuf {
    let debug = system_tests::binary("ringside");
    let target = debug.parent().and_then(|folder| folder.parent());
    target.expect("binaries lie in target/<profile>").join("release/ringside")
}

fn resident_mib(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.context("no VmHWM")?.trim().parse::<f64>()? / 1024.0)
}

/// User and system time of a process.
fn worked_s(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may hold spaces; the numbers begin after its bracket.
    let (_, numbers) = stat.rsplit_once(')').context("no name in stat")?;
    let ticks = |index: usize| -> Result<f64> {
        let number = numbers.split_whitespace().nth(index).context("stat is too short")?;
        Ok(number.parse()?)
    };
    Ok((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

fn uptime_s() -> Result<f64> {
    let uptime = std::fs::read_to_string("/proc/uptime")?;
    Ok(uptime.split_whitespace().next().context("no uptime")?.parse()?)
}
