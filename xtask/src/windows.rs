//! `cargo xtask windows`: compiles the workspace for Windows and runs its tests
//! under Wine, on a Linux machine.
//!
//! Most players are on Windows, so this build is checked and not hoped for. It
//! happens in a Debian sid root (see [`root`]) whose own Rust compiles std for
//! Windows, since the target cannot be fetched everywhere. There is no WebView2
//! under Wine: the desktop app is type-checked, and its tests run elsewhere. A
//! person on Windows simply uses cargo.

mod cross;
mod mirror;
mod root;

use anyhow::{Result, bail};
use clap::Args;

use crate::{prerequisites, stopwatch::Stopwatch, verdict::Verdict, workspace};

/// What to do; without a flag both.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Options {
    /// Only type-check the workspace, the desktop app included
    #[arg(long, conflicts_with = "test")]
    check: bool,
    /// Only run the tests under Wine
    #[arg(long)]
    test: bool,
}

/// Builds the root where there is none, then checks and tests in it.
pub(crate) fn run(options: Options) -> Result<Verdict> {
    if let Some(obstacle) = obstacle() {
        bail!("the Windows build cannot be checked here: {obstacle}");
    }
    let checkout = workspace::root();
    let root = timed("root", root::ensure)?;
    let mut failures = Vec::new();
    if !options.test {
        failures.extend(timed("check", || cross::check(&root, &checkout)).err());
    }
    if !options.check {
        failures.extend(timed("tests under Wine", || cross::test(&root, &checkout)).err());
    }
    for failure in &failures {
        println!("windows: {failure:#}");
    }
    Ok(if failures.is_empty() { Verdict::Holds } else { Verdict::Fails })
}

/// Why this machine cannot do it at all.
pub(crate) fn obstacle() -> Option<&'static str> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Some("it is set up for Linux on x86-64");
    }
    (!prerequisites::is_root()).then_some("chroot and debootstrap need root")
}

/// Whether an earlier run left its root.
pub(crate) fn is_cached() -> bool {
    root::location().is_ok_and(|root| root::is_complete(&root))
}

fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let stopwatch = Stopwatch::start();
    let done = work();
    println!("windows {what}: {:.0} s", stopwatch.elapsed().as_secs_f64());
    done
}
