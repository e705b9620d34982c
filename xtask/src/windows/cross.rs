//! Cargo in the root, for Windows.

use std::path::Path;

use anyhow::Result;

use super::root::{CARGO_HOME, CHECKOUT, TARGET, enter};
use crate::process;

const TRIPLE: &str = "x86_64-pc-windows-gnu";

/// Parts of std to compile: Debian has none for this target. One list for all
/// commands, so that it is compiled once for each way of compiling.
const STD: &str = "-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test";

/// Checkouts share the target folder, and so would their files' times.
const FRESHNESS: &str = "-Zchecksum-freshness";

/// Not tested under Wine: the shell needs a webview, the system tests run it,
/// and the chores are for the machines that people develop on.
const NOT_TESTED: &[&str] = &["ringside-desktop", "system-tests", "xtask"];

/// Type-checks every member, the desktop app included.
pub(super) fn check(root: &Path, checkout: &Path) -> Result<()> {
    cargo(root, checkout, &["check", "--workspace", "--all-targets", "--keep-going"])
}

/// Runs the tests of every member without a webview, under Wine.
pub(super) fn test(root: &Path, checkout: &Path) -> Result<()> {
    let excluded = NOT_TESTED.iter().flat_map(|name| ["--exclude", name]);
    // Not the documentation's examples: rustdoc takes no runner from cargo here.
    let kinds = ["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"];
    let arguments: Vec<_> = kinds.into_iter().chain(excluded).collect();
    cargo(root, checkout, &arguments)
}

/// Runs cargo with the unstable flags that this takes.
fn cargo(root: &Path, checkout: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = enter(root, Some(checkout));
    command.envs([
        ("CARGO_HOME", CARGO_HOME),
        ("CARGO_TARGET_DIR", TARGET),
        ("CARGO_BUILD_TARGET", TRIPLE),
        ("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine"),
        // Nothing is edited between two runs that would make it pay.
        ("CARGO_INCREMENTAL", "0"),
        ("RUSTC_BOOTSTRAP", "1"),
        // Wine's notes on what it does not implement.
        ("WINEDEBUG", "-all"),
        // Wine asks for it although nothing is drawn.
        ("XDG_RUNTIME_DIR", "/tmp"),
    ]);
    command.args(["env", "--chdir", CHECKOUT, "cargo"]).args(arguments);
    command.args(["--locked", STD, FRESHNESS]);
    process::run_shown(&format!("cargo {} --target {TRIPLE}", arguments.join(" ")), &mut command)
}
