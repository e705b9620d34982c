//! Cargo in the root, for Windows.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use anyhow::{Result, bail};

use super::root::{CARGO_HOME, CHECKOUT, TARGET, enter};

const TRIPLE: &str = "x86_64-pc-windows-gnu";

/// Parts of std to compile: Debian has none for this target. One list for all
/// commands, so that it is compiled once for each way of compiling.
const STD: &str = "-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test";

/// Checkouts share the target folder, and so would their files' times.
const FRESHNESS: &str = "-Zchecksum-freshness";

/// Not tested under Wine: the shell needs a webview, the system tests run it,
/// and the chores are for the machines that people develop on. Servers run on
/// Linux; under Wine the client of a server that was killed waits for ever.
const NOT_TESTED: &[&str] = &["ringside-desktop", "system-tests", "ingest-server", "xtask"];

/// Ends one test program that hangs, so that the others are still run. The
/// slowest took 565 s on two cores that did three other things (association's).
const RUNNER: &str = "timeout --kill-after=10 1200 wine";

/// Keeps Wine's server running between two programs: one that begins while it
/// goes away is cut off. Debian has it beside Wine and not among the programs.
const WITH_WINE: &str =
    r#"/usr/lib/x86_64-linux-gnu/wine/wineserver --persistent || true; exec "$@""#;

/// What `timeout` ends with where the time was up.
const TIME_WAS_UP: i32 = 124;

/// How a run ended that might have failed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    /// It took longer than it may, which says nothing about the code.
    OutOfTime,
}

/// Type-checks every member, the desktop app included.
pub(super) fn check(root: &Path, checkout: &Path, limit: Duration) -> Result<Ended> {
    cargo(root, checkout, limit, &["check", "--workspace", "--all-targets", "--keep-going"])
}

/// Links the desktop app, and says which file of the root it became.
pub(super) fn link(root: &Path, checkout: &Path, limit: Duration) -> Result<(Ended, PathBuf)> {
    let app = ["build", "--package", "ringside-desktop", "--bin", "ringside-desktop"];
    let ended = cargo(root, checkout, limit, &app)?;
    let program = Path::new(TARGET).join(TRIPLE).join("debug/ringside-desktop.exe");
    Ok((ended, within_root(root, &program)))
}

/// Runs the tests of every member without a webview, under Wine.
pub(super) fn test(root: &Path, checkout: &Path, limit: Duration) -> Result<Ended> {
    let excluded = NOT_TESTED.iter().flat_map(|name| ["--exclude", name]);
    // Not the documentation's examples: rustdoc takes no runner from cargo here.
    let kinds = ["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"];
    let arguments: Vec<_> = kinds.into_iter().chain(excluded).collect();
    cargo(root, checkout, limit, &arguments)
}

/// A path of the root as this machine sees it.
fn within_root(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// Runs cargo with the unstable flags that this takes.
fn cargo(root: &Path, checkout: &Path, limit: Duration, arguments: &[&str]) -> Result<Ended> {
    let mut command = enter(root, Some(checkout));
    command.envs([
        ("CARGO_HOME", CARGO_HOME),
        ("CARGO_TARGET_DIR", TARGET),
        ("CARGO_BUILD_TARGET", TRIPLE),
        ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", RUNNER),
        // Nothing is edited between two runs that would make it pay.
        ("CARGO_INCREMENTAL", "0"),
        ("RUSTC_BOOTSTRAP", "1"),
        // Wine's notes on what it does not implement.
        ("WINEDEBUG", "-all"),
        // Wine asks for it although nothing is drawn.
        ("XDG_RUNTIME_DIR", "/tmp"),
    ]);
    command.args(["sh", "-c", WITH_WINE, "with-wine"]);
    command.args(["env", "--chdir", CHECKOUT, "cargo"]).args(arguments);
    command.args(["--locked", STD, FRESHNESS]);
    let shown = format!("cargo {} --target {TRIPLE}", arguments.join(" "));
    println!("$ {shown}");
    ended(within(limit, &command).status()?, &shown)
}

/// The same command with a limit. Outside the root, since `timeout` may not be
/// the first process of a namespace.
fn within(limit: Duration, command: &Command) -> Command {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=10", &limit.as_secs().to_string()]);
    limited.arg(command.get_program()).args(command.get_args()).env_clear();
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited
}

fn ended(status: ExitStatus, shown: &str) -> Result<Ended> {
    match status.code() {
        Some(0) => Ok(Ended::Well),
        Some(TIME_WAS_UP) => Ok(Ended::OutOfTime),
        _ => bail!("`{shown}` ended with {status}"),
    }
}
