//! `cargo xtask dist`: the bundles that people install, with their checksums.
//!
//! Here that is the Debian package. Windows' installer is made on Windows by the
//! same chore, which the release workflow runs there.

mod licences;
mod manual;
mod programs;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    prerequisites::{self, Consent, Purpose},
    process, workspace,
};

/// The bundler. Its version is pinned here and not in `ui/package.json`: it has a
/// binary for each system, which that lock file would carry.
const BUNDLER: &str = "@tauri-apps/cli@2.12.5";

/// Where the bundler is put, and the bundles.
const TOOLS: &str = "target/tools/bundler";
const DIST: &str = "target/dist";

/// What is bundled on this system, and how such a file's name ends.
const BUNDLE: Option<(&str, &str)> = if cfg!(windows) {
    Some(("nsis", "exe"))
} else if cfg!(target_os = "linux") {
    Some(("deb", "deb"))
} else {
    None
};

/// How.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// What a build is told its commit in.
const COMMIT: &str = "RINGSIDE_COMMIT";

/// Builds the bundle of this system into `target/dist`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let Some((bundle, extension)) = BUNDLE else { bail!("this system has no bundle of Ringside") };
    let root = workspace::root();
    prerequisites::ensure(&[Purpose::Build, Purpose::Pages], Consent::of(options.yes))?;
    prerequisites::check_node()?;
    // The bundler runs it once more, and finds everything there.
    crate::build::pages(&root)?;
    let tauri = bundler(&root)?;
    let built = root.join("target/release/bundle").join(bundle);
    empty(&built)?;
    let config = config(&root)?;
    process::run(
        process::node(&root)
            .arg(tauri)
            .args(["build", "--ci", "--bundles", bundle, "--config"])
            .arg(config)
            .env(COMMIT, programs::commit(&root)),
    )?;
    let dist = root.join(DIST);
    empty(&dist)?;
    let made = collect(&built, extension, &dist)?;
    ensure!(!made.is_empty(), "the bundler ended well and made no .{extension}");
    fs::write(dist.join("SHA256SUMS"), checksums(&made)?)?;
    for path in &made {
        let bytes = fs::metadata(path)?.len();
        println!("{}: {:.1} MB", path.display(), bytes_in_mb(bytes));
    }
    Ok(())
}

/// What this run alone adds to the app's configuration, in a file.
fn config(root: &Path) -> Result<PathBuf> {
    let staged = programs::staged(root)?;
    let mut files = licences::files(root)?;
    if cfg!(target_os = "linux") {
        files.extend(manual::files(root, &programs::built(root))?);
    }
    let config = json!({ "bundle": {
        "externalBin": [staged],
        "linux": { "deb": { "files": files } },
    } });
    let path = root.join("target/bundle.json");
    fs::write(&path, config.to_string())?;
    Ok(path)
}

/// The bundler's program, installed where it is missing.
fn bundler(root: &Path) -> Result<PathBuf> {
    let tools = root.join(TOOLS);
    fs::create_dir_all(&tools)?;
    let install = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", "."];
    process::run(process::npm(&tools).args(install).arg(BUNDLER))
        .context("the bundler could not be fetched")?;
    Ok(tools.join("node_modules/@tauri-apps/cli/tauri.js"))
}

/// A folder with nothing in it, so that nothing of an earlier run is shipped.
fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder)?;
    Ok(())
}

fn collect(from: &Path, extension: &str, into: &Path) -> Result<Vec<PathBuf>> {
    let mut made = Vec::new();
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            let name = path.file_name().context("a file has a name")?;
            let copy = into.join(name);
            fs::copy(&path, &copy)?;
            made.push(copy);
        }
    }
    made.sort();
    Ok(made)
}

/// As `sha256sum` prints and checks them.
fn checksums(files: &[PathBuf]) -> Result<String> {
    let mut lines = String::new();
    for path in files {
        let digest = Sha256::digest(fs::read(path)?);
        let name = path.file_name().context("a file has a name")?.to_string_lossy();
        lines.push_str(&format!("{}  {name}\n", hex::encode(digest)));
    }
    Ok(lines)
}

#[expect(clippy::cast_precision_loss, reason = "a size for a person")]
fn bytes_in_mb(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_collected_with_its_checksum_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let (from, into) = (folder.path().join("from"), folder.path().join("into"));
        empty(&from).unwrap();
        empty(&into).unwrap();
        fs::write(from.join("ringside_1_amd64.deb"), "abc").unwrap();
        fs::create_dir(from.join("ringside_1_amd64")).unwrap();
        let made = collect(&from, "deb", &into).unwrap();
        assert_eq!(made, [into.join("ringside_1_amd64.deb")]);
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(checksums(&made).unwrap(), format!("{abc}  ringside_1_amd64.deb\n"));
    }

    #[test]
    fn nothing_of_an_earlier_run_is_shipped() {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        empty(&dist).unwrap();
        fs::write(dist.join("old.deb"), "").unwrap();
        empty(&dist).unwrap();
        assert_eq!(fs::read_dir(&dist).unwrap().count(), 0);
    }
}
