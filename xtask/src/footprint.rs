//! `cargo xtask footprint`: what the headless companion costs beside a game, and
//! with `--window` the app with its windows.
//!
//! A release build beside a simulated League match and a simulated
//! Counter-Strike match in real time, uploading to a server. Memory is the
//! kernel's peak of resident pages (`VmHWM`), work is user and system time of
//! the whole process over the time that passed, in percent of one core.

mod desk;
mod figures;
mod game;
mod screen;
mod tables;
mod tree;
mod wall;
mod window;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use system_tests::{LiveCompanion, Server, Simulator, free_port};

use crate::{measured, process, verdict::Verdict, workspace};
use desk::Desk;
use tables::Size;
use tree::worked_s;
use window::{Bench, Extent};

/// What a companion may keep resident while a match runs, in MiB.
const RESIDENT_MIB_MAX: f64 = 30.0;

/// What it may take of one core, in percent.
const CORE_PERCENT_MAX: f64 = 1.0;

/// The page with the tables of the app with its windows, and what they stand behind.
const PAGE: &str = "docs/performance.md";
const MARK: &str = "<!-- measured by `cargo xtask footprint --window --update` -->";

/// Where `cargo xtask dist` puts what people install.
const BUNDLES: &str = "target/dist";

/// Options of the measurement.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How long the matches last
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(20..=3600))]
    seconds: u64,
    /// The app with its windows, on a display without a screen
    #[arg(long)]
    window: bool,
    /// A short run of it, which shows that it works and little more
    #[arg(long, requires = "window")]
    quick: bool,
    /// Measure this build of the app, such as an installed one, and build nothing
    #[arg(long, value_name = "FILE", requires = "window")]
    program: Option<PathBuf>,
    /// Write what was measured of it into docs/performance.md, with date and commit
    #[arg(long, requires = "window", conflicts_with = "quick")]
    update: bool,
}

pub(crate) fn run(options: &Options) -> Result<Verdict> {
    if !cfg!(target_os = "linux") {
        bail!("it is measured through /proc, which only Linux has");
    }
    if options.window {
        return with_windows(options).map(|()| Verdict::Holds);
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
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.context("no VmHWM")?.trim().parse::<f64>()? / 1024.0)
}

fn uptime_s() -> Result<f64> {
    let uptime = fs::read_to_string("/proc/uptime")?;
    Ok(uptime.split_whitespace().next().context("no uptime")?.parse()?)
}

/// No bound is held here: a display without a screen draws by software.
fn with_windows(options: &Options) -> Result<()> {
    let root = workspace::root();
    // Before it writes: the page would count as a change.
    let stamp = measured::stamp(&root)?;
    let binary = match &options.program {
        Some(program) => program.clone(),
        None => built(&root)?,
    };
    let folder = tempfile::tempdir()?;
    let bench = Bench {
        extent: extent(options),
        server: Server::start(folder.path())?,
        desk: Desk::start()?,
        binary: binary.clone(),
    };
    let figures = tables::of(&bench.measure()?, &sizes(&root, &binary)?);
    println!("\n{figures}");
    if options.update {
        let text = format!("{stamp}\n\n{}", figures.trim_end());
        measured::write(&root.join(PAGE), MARK, &text)?;
    }
    Ok(())
}

/// The release build of the app and of `ringside`, as they are installed.
fn built(root: &Path) -> Result<PathBuf> {
    let others = ["build", "-p", "ingest-server", "-p", "simulator"];
    process::run(process::cargo(root).args(others))?;
    crate::build::pages(root)?;
    let programs = ["build", "--release", "-p", "ringside-desktop", "-p", "cli"];
    process::run(process::cargo(root).args(programs))?;
    Ok(release_binary().with_file_name("ringside-desktop"))
}

fn extent(options: &Options) -> Extent {
    let seconds = options.seconds;
    if options.quick {
        let idle = Duration::from_secs(5);
        return Extent { seconds, idle, starts: 1, wakes: 1, openings: 1 };
    }
    Extent { seconds, idle: Duration::from_mins(1), starts: 7, wakes: 20, openings: 3 }
}

/// What people install, where it was made, and what it consists of.
fn sizes(root: &Path, app: &Path) -> Result<Vec<Size>> {
    let bundles = fs::read_dir(root.join(BUNDLES)).into_iter().flatten().flatten();
    let bundles = bundles.map(|entry| entry.path());
    let bundles = bundles.filter(|path| path.extension().is_some_and(|it| it == "deb"));
    let programs = [app.to_owned(), release_binary()].into_iter().filter(|path| path.exists());
    let sized = bundles.chain(programs).map(|path| {
        let what = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Size { what: format!("`{what}`"), bytes: fs::metadata(&path)?.len() })
    });
    sized.collect()
}
