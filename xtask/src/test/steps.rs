//! The steps themselves, in the order in which they run: the quick ones that
//! fail most often first.

use std::{path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, Result};

use super::{Extent, Plan, report::Outcome};
use crate::{
    ci,
    prerequisites::{self, Purpose},
    process, simulate,
    verdict::Verdict,
    windows, workspace,
};

/// What CI allows for everything, on two cores.
const BUDGET: Duration = Duration::from_mins(35);

/// What the Windows step takes where nothing is cached: the root, std and every
/// dependency for another target, then six minutes for the type-check and twenty for the
/// tests under Wine (measured on two cores). So a usual run from nothing leaves it to
/// `cargo xtask windows`.
const WINDOWS_FROM_NOTHING: Duration = Duration::from_mins(32);

/// What it takes in a root where everything is cached (measured on two cores).
const WINDOWS_CACHED: Duration = Duration::from_mins(5);

/// Cases for each law in a long run; proptest's own default is 256.
const LONG_CASES: &str = "4096";

/// Seeds of the simulation in a long run.
const LONG_SEEDS: u64 = 5_000;

/// Cases for each of [`LONG_LAWS`]: a case takes a millisecond or a few.
const LONG_LAW_CASES: &str = "100000";

/// The laws by which a sealed match is the same in any order, batching,
/// repetition and sharding, and the crate's others beside them: files of
/// `association`'s tests.
const LONG_LAWS: [&str; 10] = [
    "laws::",
    "seal::",
    "withdraw::",
    "reopen::",
    "absorb::",
    "ids::",
    "rows::",
    "belief::",
    "joining::league::",
    "joining::rounds::",
];

/// What a long run asks for in a build of its own: dev's would take hours.
const LONG_OPTIMISED: [&str; 3] = [LONG_DAMAGE, LONG_GRID, simulate::TEST];

/// Whether `docs/association.md` says what the grid measures.
const LONG_GRID: &str = "grid::claims::the_page_lists_every_miss";

/// Whatever may happen to an outbox's bytes.
const LONG_DAMAGE: &str = "damage_random::whatever_is_damaged";

/// What `tests/contract/schemathesis.py` ends with where it could not ask, and
/// where that was because the package registry gave nothing.
const CONTRACT_SKIPPED: i32 = 77;
const CONTRACT_UNREACHABLE: i32 = 75;

/// One step.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) run: fn(&Plan) -> Result<Outcome>,
}

/// The steps of a run.
pub(super) fn of(extent: Extent) -> impl Iterator<Item = &'static Step> {
    let long: &[Step] = match extent {
        Extent::Usual => &[],
        Extent::Long => LONG_STEPS,
    };
    STEPS.iter().chain(long)
}

const STEPS: &[Step] = &[
    Step { name: "prerequisites", run: prerequisites },
    Step { name: "format", run: |_| cargo(&["fmt", "--all", "--check"]) },
    Step { name: "event ids", run: event_ids },
    Step { name: "installer hooks", run: installer_hooks },
    Step { name: "pages: install", run: |_| pages(&["ci"]) },
    Step { name: "pages: types", run: |_| pages(&["run", "check"]) },
    Step { name: "pages: lint", run: |_| pages(&["run", "lint"]) },
    Step { name: "pages: tests", run: |_| pages(&["run", "test"]) },
    Step { name: "pages: look", run: |_| pages(&["run", "e2e"]) },
    Step { name: "pages: build", run: |_| pages(&["run", "build"]) },
    Step { name: "clippy", run: clippy },
    // The system tests run the programs, which their own build does not make.
    // This one is running, which Windows would not let cargo replace.
    Step { name: "build", run: |_| cargo(&["build", "--workspace", "--exclude", "xtask"]) },
    Step { name: "tests", run: tests },
    Step { name: "contract fuzz", run: contract_fuzz },
    Step { name: "real recordings", run: real_recordings },
    Step { name: "docs", run: docs },
    Step { name: "windows", run: windows },
];

/// What only a long run has, and last: it takes the longest.
const LONG_STEPS: &[Step] = &[
    Step { name: "damage, long", run: long_damage },
    Step { name: "simulation, long", run: long_simulation },
    Step { name: "grid, long", run: long_grid },
    Step { name: "laws, long", run: long_laws },
];

fn prerequisites(plan: &Plan) -> Result<Outcome> {
    let mut purposes = vec![
        Purpose::Build,
        Purpose::Desktop,
        Purpose::ServerPage,
        Purpose::Contract,
        Purpose::Crashes,
        Purpose::Clocks,
        Purpose::Installer,
    ];
    if has_pages() {
        purposes.push(Purpose::Pages);
    }
    if windows::obstacle().is_none() {
        purposes.push(Purpose::Windows);
    }
    prerequisites::ensure(&purposes, plan.consent)?;
    if has_pages() {
        prerequisites::check_node()?;
    }
    Ok(Outcome::Passed)
}

/// The test vectors of the event ids, recomputed in another language.
fn event_ids(_: &Plan) -> Result<Outcome> {
    passed(process::run(&mut python("tests/contract/event_ids.py")))
}

/// What the Windows installer asks, compiled; a warning is a mistake.
fn installer_hooks(_: &Plan) -> Result<Outcome> {
    let folder = workspace::root().join("packaging/nsis");
    let output = workspace::root().join("target/installer-hooks.exe");
    let mut command = Command::new("makensis");
    if !process::succeeds(Command::new("makensis").arg("-VERSION")) {
        return Ok(Outcome::Skipped("there is no makensis".into()));
    }
    command.args(["-V2", "-WX"]).arg(format!("-DOUTPUT={}", output.display())).arg("check.nsi");
    passed(process::run(command.current_dir(folder)))
}

fn python(script: &str) -> Command {
    let mut command = Command::new(if cfg!(windows) { "python" } else { "python3" });
    command.arg(script).current_dir(workspace::root());
    command
}

/// Whether a real server does what its OpenAPI document says.
fn contract_fuzz(plan: &Plan) -> Result<Outcome> {
    let mut command = python("tests/contract/schemathesis.py");
    if plan.extent == Extent::Long {
        command.env("RINGSIDE_LONG", "1");
    }
    let output = command.output().context("Python could not be started")?;
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}{}", String::from_utf8_lossy(&output.stderr));
    let reason = said.lines().last().unwrap_or_default().trim_start_matches("skipped: ");
    Ok(contract_outcome(output.status.code(), reason, ci::is_ci()))
}

/// In CI nobody reads that a step was skipped, and everything that this one needs
/// was built or checked before; a registry that gives nothing says nothing about
/// our code.
fn contract_outcome(code: Option<i32>, reason: &str, is_ci: bool) -> Outcome {
    match code {
        Some(0) => Outcome::Passed,
        Some(CONTRACT_UNREACHABLE) => Outcome::Skipped(reason.to_owned()),
        Some(CONTRACT_SKIPPED) if is_ci => Outcome::Failed(format!("not run: {reason}")),
        Some(CONTRACT_SKIPPED) => Outcome::Skipped(reason.to_owned()),
        _ => Outcome::Failed("see above where server and document differ".into()),
    }
}

fn pages(arguments: &[&str]) -> Result<Outcome> {
    if !has_pages() {
        return Ok(Outcome::Skipped("there is no ui/package.json".into()));
    }
    passed(process::run(process::npm(&pages_folder()).args(arguments)))
}

fn clippy(_: &Plan) -> Result<Outcome> {
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn tests(plan: &Plan) -> Result<Outcome> {
    let mut command = cargo_command(&["test", "--workspace", "--no-fail-fast"]);
    if plan.extent == Extent::Long {
        command.env("PROPTEST_CASES", LONG_CASES).env("RINGSIDE_LONG", "1");
        command.arg("--").args(LONG_OPTIMISED.iter().flat_map(|test| ["--skip", test]));
    }
    passed(process::run(&mut command))
}

fn long_damage(_: &Plan) -> Result<Outcome> {
    let mut command = cargo_command(&["test", "--profile", simulate::PROFILE]);
    command.args(["--package", "outbox", "--test", "outbox", "--", LONG_DAMAGE, "--nocapture"]);
    passed(process::run(command.env("RINGSIDE_LONG", "1")))
}

fn long_grid(_: &Plan) -> Result<Outcome> {
    let mut command = cargo_command(&["test", "--profile", simulate::PROFILE]);
    command.args(["--package", "simulator", "--test", "simulator", "--", "--exact", LONG_GRID]);
    passed(process::run(command.env("RINGSIDE_LONG", "1")))
}

fn long_laws(_: &Plan) -> Result<Outcome> {
    let mut command = cargo_command(&["test", "--profile", simulate::PROFILE]);
    command.args(["--package", "association", "--test", "association", "--"]).args(LONG_LAWS);
    command.env("PROPTEST_CASES", LONG_LAW_CASES).env("RINGSIDE_LONG", "1");
    passed(process::run(&mut command))
}

fn long_simulation(_: &Plan) -> Result<Outcome> {
    Ok(match simulate::run(simulate::Options::first(LONG_SEEDS))? {
        Verdict::Holds => Outcome::Passed,
        Verdict::Fails => Outcome::Failed("see above which seeds fail".into()),
    })
}

/// The tests on real recordings pass where there are none: here it shows.
fn real_recordings(_: &Plan) -> Result<Outcome> {
    let beside = workspace::root().join("../shared/recordings");
    if !beside.is_dir() {
        return Ok(Outcome::Skipped("no real recordings beside the checkout".into()));
    }
    cargo(&["test", "--package", "system-tests", "--test", "system", "real_recordings"])
}

fn docs(_: &Plan) -> Result<Outcome> {
    let mut command =
        cargo_command(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    passed(process::run(command.env("RUSTDOCFLAGS", "-D warnings")))
}

fn windows(plan: &Plan) -> Result<Outcome> {
    if let Some(obstacle) = windows::obstacle() {
        return Ok(Outcome::Skipped(obstacle.to_owned()));
    }
    let options = windows::Options::default();
    let ended = match plan.extent {
        Extent::Usual => match windows_limit(plan.stopwatch.elapsed(), windows::is_cached()) {
            Ok(limit) => windows::run_within(limit, &options),
            Err(reason) => return Ok(Outcome::Skipped(reason)),
        },
        Extent::Long => windows::run(&options),
    };
    // A machine that cannot get the root, or is slow, says nothing about our code.
    Ok(match ended {
        Ok(Verdict::Holds) => Outcome::Passed,
        Ok(Verdict::Fails) => Outcome::Failed("see above what fails on Windows".into()),
        Err(error) => Outcome::Skipped(format!("{error:#}")),
    })
}

/// What the Windows step may take: what is left of the whole run's budget. Or why
/// that is too little to begin at all.
fn windows_limit(elapsed: Duration, is_cached: bool) -> Result<Duration, String> {
    let left = BUDGET.saturating_sub(elapsed);
    let (needed, root) = if is_cached {
        (WINDOWS_CACHED, "its root is cached")
    } else {
        (WINDOWS_FROM_NOTHING, "its root is not cached")
    };
    if left >= needed {
        return Ok(left);
    }
    let [left, budget, needed] = [left, BUDGET, needed].map(|time| time.as_secs() / 60);
    Err(format!(
        "{root}, so it needs {needed} minutes, and {left} of {budget} are left \
         (run `cargo xtask windows`)"
    ))
}

fn cargo(arguments: &[&str]) -> Result<Outcome> {
    passed(process::run(&mut cargo_command(arguments)))
}

fn cargo_command(arguments: &[&str]) -> Command {
    let mut command = process::cargo(&workspace::root());
    command.args(arguments);
    if ci::is_ci() {
        // Nothing is edited between two runs that would make it pay.
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

fn passed(ended: Result<()>) -> Result<Outcome> {
    ended.map(|()| Outcome::Passed)
}

fn pages_folder() -> PathBuf {
    workspace::root().join("ui")
}

fn has_pages() -> bool {
    pages_folder().join("package.json").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_takes_no_more_than_is_left_of_the_budget() {
        let minutes = Duration::from_mins;
        assert_eq!(windows_limit(minutes(3), false), Ok(minutes(32)));
        assert_eq!(windows_limit(minutes(30), true), Ok(minutes(5)));
        assert_eq!(windows_limit(minutes(12), true), Ok(minutes(23)));
    }

    #[test]
    fn windows_is_skipped_with_a_reason_where_too_little_is_left() {
        let seconds = Duration::from_secs;
        let cold = windows_limit(seconds(3 * 60 + 1), false).unwrap_err();
        assert!(cold.contains("not cached") && cold.contains("31 of 35"), "{cold}");
        let warm = windows_limit(seconds(30 * 60 + 1), true).unwrap_err();
        assert!(warm.contains("needs 5 minutes") && warm.contains("4 of 35"), "{warm}");
        let late = windows_limit(Duration::from_hours(1), true).unwrap_err();
        assert!(late.contains("0 of 35"), "{late}");
    }

    #[test]
    fn in_ci_only_the_registry_may_keep_the_contract_from_being_asked() {
        let outcome = |code, is_ci| contract_outcome(Some(code), "why", is_ci);
        assert!(matches!(outcome(CONTRACT_SKIPPED, true), Outcome::Failed(_)));
        assert!(matches!(outcome(CONTRACT_SKIPPED, false), Outcome::Skipped(_)));
        assert!(matches!(outcome(CONTRACT_UNREACHABLE, true), Outcome::Skipped(_)));
        assert!(matches!(outcome(1, false), Outcome::Failed(_)));
        assert!(matches!(contract_outcome(None, "", false), Outcome::Failed(_)), "killed");
    }

    #[test]
    fn a_test_that_a_long_run_leaves_to_a_step_of_its_own_is_there() {
        let file = |path: &str| std::fs::read_to_string(workspace::root().join(path)).unwrap();
        let (module, test) = LONG_DAMAGE.split_once("::").unwrap();
        let damage = file(&format!("crates/outbox/tests/outbox/{module}.rs"));
        assert!(damage.contains(&format!("fn {test}")), "{LONG_DAMAGE}");
        let (module, test) = LONG_GRID.rsplit_once("::").unwrap();
        let path = format!("crates/simulator/tests/simulator/{}.rs", module.replace("::", "/"));
        assert!(file(&path).contains(&format!("fn {test}")), "{LONG_GRID}");
        for module in LONG_LAWS {
            let name = module.trim_end_matches("::").replace("::", "/");
            let laws = file(&format!("crates/association/tests/association/{name}.rs"));
            assert!(laws.contains("proptest! {"), "{module}");
        }
        assert!(file("tests/simulation/main.rs").contains(&format!("fn {}()", simulate::TEST)));
    }

    #[test]
    fn every_step_has_a_name_of_its_own() {
        let mut names: Vec<_> = of(Extent::Long).map(|step| step.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), of(Extent::Long).count());
    }
}
