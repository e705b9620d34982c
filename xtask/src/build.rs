//! `cargo xtask build`: the pages, then the whole workspace with the pages inside.

use std::{fs, path::Path, time::SystemTime};

use anyhow::Context;

use crate::{process, workspace};

/// npm writes it at the end of every complete installation.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// Builds the pages, then every member of the workspace.
pub(crate) fn run(release: bool) -> anyhow::Result<()> {
    let root = workspace::root();
    pages(&root)?;
    let profile = release.then_some("--release");
    process::run(process::cargo(&root).args(["build", "--workspace"]).args(profile))
}

/// Builds `ui/dist`, with exactly the packages that the lock file names.
pub(crate) fn pages(root: &Path) -> anyhow::Result<()> {
    let ui = root.join("ui");
    if !is_installed(&ui) {
        process::run(process::npm(&ui).arg("ci"))
            .context("the pages need Node 20.19 or later with npm")?;
    }
    process::run(process::npm(&ui).args(["run", "build"]))
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
