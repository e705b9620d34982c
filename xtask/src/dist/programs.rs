//! The program that travels beside the app: the command line, which undoes what was
//! set up when Ringside is uninstalled.

use std::{
    env::consts::EXE_SUFFIX,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::process;

/// Where it is put under the name that the bundler looks for, within the checkout.
const STAGED: &str = "target/bundled";

/// Builds it; its place and name as the bundler's configuration has them, which adds
/// the system's name itself.
pub(super) fn staged(root: &Path) -> Result<PathBuf> {
    let build = ["build", "--release", "--locked", "--package", "cli"];
    process::run(process::cargo(root).args(build).env(super::COMMIT, commit(root)))?;
    let folder = root.join(STAGED);
    super::empty(&folder)?;
    let built = built(root);
    let named = folder.join(format!("ringside-{}{EXE_SUFFIX}", host()?));
    fs::copy(&built, &named).with_context(|| format!("{} was not built", built.display()))?;
    Ok(folder.join("ringside"))
}

/// Where the build has put it.
pub(super) fn built(root: &Path) -> PathBuf {
    root.join("target/release").join(format!("ringside{EXE_SUFFIX}"))
}

/// The commit of the checkout, short; empty where it is none.
pub(super) fn commit(root: &Path) -> String {
    let head = ["rev-parse", "--short=10", "HEAD"];
    process::output(Command::new("git").current_dir(root).args(head)).unwrap_or_default()
}

/// What the compiler calls this system.
fn host() -> Result<String> {
    let said = process::output(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names its host")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_names_this_system() {
        let host = host().unwrap();
        assert!(host.starts_with(std::env::consts::ARCH), "{host}");
    }
}
