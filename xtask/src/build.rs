//! `cargo xtask build`: the pages, then the whole workspace with the pages inside.

use std::{fs, path::Path, process::Command, time::SystemTime};

use anyhow::{Context, bail};

/// A batch file on Windows, which starts only by its full name.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// npm writes it at the end of every complete installation.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// Builds the pages, then every member of the workspace.
pub(crate) fn run(release: bool) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root");
    build_pages(&root.join("ui"))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let profile = release.then_some("--release");
    step(Command::new(cargo).args(["build", "--workspace"]).args(profile).current_dir(root))
}

/// Builds `ui/dist`, with exactly the packages that the lock file names.
fn build_pages(ui: &Path) -> anyhow::Result<()> {
    if !is_installed(ui) {
        step(&mut npm(ui, &["ci"])).context("the pages need Node 20.19 or later with npm")?;
    }
    step(&mut npm(ui, &["run", "build"]))
}

/// Whether the lock file has not changed since the last installation: saves
/// most of a build's time, and a build without a network.
fn is_installed(ui: &Path) -> bool {
    let modified = |name: &str| -> Option<SystemTime> {
        fs::metadata(ui.join(name)).and_then(|file| file.modified()).ok()
    };
    match (modified(INSTALLED), modified("package-lock.json")) {
        (Some(installed), Some(locked)) => installed >= locked,
        (None, _) | (_, None) => false,
    }
}

fn npm(ui: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(NPM);
    command.args(arguments).current_dir(ui);
    command
}

fn step(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("could not start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(())
}
