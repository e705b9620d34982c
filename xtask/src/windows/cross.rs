//! Cargo in the root, for Windows.

use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use anyhow::{Result, bail};

use super::root::{CARGO_HOME, CHECKOUT, TARGET, enter, within};
use crate::{process, stopwatch::Stopwatch};

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

/// Where the runner stands in the root: cargo takes words and no shell's line.
const RUNNER: &str = "/tmp/ringside-wine";

/// Ends one test program that hangs, so that the others are still run, and says so
/// without failing it: that it was cut says nothing about the code. The slowest took
/// 565 s on two cores that did three other things (association's).
const RUN_ONE: &str = r#"#!/bin/sh
timeout --kill-after=10 1200 wine "$@"
ended=$?
case $ended in
124 | 137) printf '\nringside-windows: cut after 20 minutes: %s\n' "$1" ;;
*) exit $ended ;;
esac
"#;

/// What [`RUN_ONE`] says where it cut one.
const CUT: &str = "ringside-windows: cut after ";

/// What a test program says at its end where a test of its failed.
const TESTS_FAILED: &str = "test result: FAILED";

/// Writes the runner, then keeps Wine's server running between two programs: one that
/// begins while it goes away is cut off. Debian has it beside Wine and not among the
/// programs.
const WITH_WINE: &str = r#"
printf %s "$RUN_ONE" > "$CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER"
chmod +x "$CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER"
/usr/lib/x86_64-linux-gnu/wine/wineserver --persistent || true
exec "$@"
"#;

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
        ("RUN_ONE", RUN_ONE),
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
    let stopwatch = Stopwatch::start();
    let (status, printed) = process::watched(&mut within(limit, &command))?;
    ended(status, &printed, stopwatch.elapsed() >= limit, &shown)
}

/// What a run came to. A test that was seen to fail counts although the time was up
/// later; and that the time was up shows on the clock alone: whoever ignores the request
/// to end is killed, together with the `timeout` that would have said so.
fn ended(status: ExitStatus, printed: &str, is_time_up: bool, shown: &str) -> Result<Ended> {
    let says = |what: &str| printed.lines().any(|line| line.starts_with(what));
    if says(TESTS_FAILED) {
        bail!("`{shown}`: tests failed");
    }
    match status.success() {
        true if says(CUT) => Ok(Ended::OutOfTime),
        true => Ok(Ended::Well),
        false if is_time_up => Ok(Ended::OutOfTime),
        false => bail!("`{shown}` ended with {status}"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    const KILLED: i32 = 9;
    const CARGO_FAILED: i32 = 101 << 8;

    #[test]
    fn a_run_that_was_cut_fails_nothing_however_it_was_ended() {
        for status in [KILLED, 124 << 8, CARGO_FAILED] {
            assert_eq!(
                outcome(status, "test result: ok. 3 passed\n", true),
                Some(Ended::OutOfTime)
            );
        }
        assert_eq!(outcome(KILLED, "", false), None, "killed before its time was up");
        assert_eq!(outcome(CARGO_FAILED, "", false), None, "it does not compile");
    }

    #[test]
    fn a_failed_test_counts_although_the_run_was_cut_later() {
        let printed = "running 2 tests\ntest result: FAILED. 1 passed; 1 failed\n";
        assert_eq!(outcome(KILLED, printed, true), None);
    }

    #[test]
    fn a_test_program_that_was_cut_neither_holds_nor_fails() {
        let printed = format!("test result: ok.\n{CUT}20 minutes: seal.exe\n");
        assert_eq!(outcome(0, &printed, false), Some(Ended::OutOfTime));
        assert_eq!(outcome(0, "test result: ok.\n", false), Some(Ended::Well));
        assert!(RUN_ONE.contains(CUT), "the runner says it in these words");
    }

    fn outcome(status: i32, printed: &str, is_time_up: bool) -> Option<Ended> {
        ended(ExitStatus::from_raw(status), printed, is_time_up, "cargo test").ok()
    }
}
