//! `cargo xtask windows`: compiles the workspace for Windows and runs its tests
//! under Wine, on a Linux machine.
//!
//! Most players are on Windows, so this build is checked and not hoped for. It
//! happens in a Debian sid root (see [`root`]) whose own Rust compiles std for
//! Windows, since the target cannot be fetched everywhere. There is no WebView2
//! under Wine: the desktop app is type-checked, and its tests run elsewhere. A
//! person on Windows simply uses cargo.

mod cross;
mod imports;
mod mirror;
mod root;

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, bail};
use clap::Args;

use self::cross::Ended;
use crate::{prerequisites, stopwatch::Stopwatch, verdict::Verdict, workspace};

/// What to do; without a flag everything.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Options {
    /// Only type-check the workspace, the desktop app included
    #[arg(long)]
    check: bool,
    /// Only link the desktop app, and see what it asks of Windows
    #[arg(long)]
    link: bool,
    /// Only run the tests under Wine
    #[arg(long)]
    test: bool,
    /// Only see what this program, built anywhere, asks of Windows
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "link", "test"])]
    program: Option<PathBuf>,
}

/// A person who asks for it waits as long as it takes; what hangs ends all the same.
const PATIENCE: Duration = Duration::from_hours(3);

/// Builds the root where there is none, then checks and tests in it.
pub(crate) fn run(options: &Options) -> Result<Verdict> {
    if let Some(program) = &options.program {
        imports::require_listed(program, &workspace::root())?;
        return Ok(Verdict::Holds);
    }
    run_within(PATIENCE, options)
}

/// The same with a limit for all of it, building the root too; that it was not
/// enough is an error, since it says nothing about the code.
pub(crate) fn run_within(limit: Duration, options: &Options) -> Result<Verdict> {
    if let Some(obstacle) = obstacle() {
        bail!("the Windows build cannot be checked here: {obstacle}");
    }
    let checkout = workspace::root();
    let stopwatch = Stopwatch::start();
    let left = || limit.saturating_sub(stopwatch.elapsed()).max(Duration::from_secs(1));
    let root = timed("root", || root::ensure(left()))?;
    let mut runs = Vec::new();
    let all = !(options.check || options.link || options.test);
    if all || options.check {
        runs.push(timed("check", || cross::check(&root, &checkout, left())));
    }
    if all || options.link {
        runs.push(timed("link", || {
            let (ended, program) = cross::link(&root, &checkout, left())?;
            if ended == Ended::Well {
                imports::require_listed(&program, &checkout)?;
            }
            Ok(ended)
        }));
    }
    if all || options.test {
        runs.push(timed("tests under Wine", || cross::test(&root, &checkout, left())));
    }
    verdict(runs, limit)
}

/// One failure fails; else it must all have come to its end.
fn verdict(runs: Vec<Result<Ended>>, limit: Duration) -> Result<Verdict> {
    let (mut has_failed, mut is_out_of_time) = (false, false);
    for run in runs {
        match run {
            Ok(Ended::Well) => {}
            Ok(Ended::OutOfTime) => is_out_of_time = true,
            Err(failure) => {
                println!("windows: {failure:#}");
                has_failed = true;
            }
        }
    }
    if is_out_of_time && !has_failed {
        bail!(
            "it was cut: it had {} minutes, and nothing failed in them (run `cargo xtask windows`)",
            limit.as_secs() / 60
        );
    }
    Ok(if has_failed { Verdict::Fails } else { Verdict::Holds })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_counts_although_another_run_took_too_long() {
        let failed = || Err(anyhow::anyhow!("a test failed"));
        let minute = Duration::from_mins(1);
        let verdict = verdict(vec![Ok(Ended::OutOfTime), failed()], minute);
        assert_eq!(verdict.unwrap(), Verdict::Fails);
    }

    #[test]
    fn what_took_too_long_neither_holds_nor_fails() {
        let minute = Duration::from_mins(1);
        assert!(verdict(vec![Ok(Ended::Well), Ok(Ended::OutOfTime)], minute).is_err());
        assert_eq!(verdict(vec![Ok(Ended::Well)], minute).unwrap(), Verdict::Holds);
    }
}
