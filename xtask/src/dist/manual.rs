//! What tells a shell and `man` of the command line, in the Debian package.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::process;

/// Where it is written, within the checkout.
const WRITTEN: &str = "target/manual";

/// Shells, with the place in which each looks for the completions of a program.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "/usr/share/bash-completion/completions/ringside"),
    ("fish", "/usr/share/fish/vendor_completions.d/ringside.fish"),
    ("zsh", "/usr/share/zsh/vendor-completions/_ringside"),
];

/// Where manual pages of programs are.
const PAGES: &str = "/usr/share/man/man1";

/// Has the program write it; which files the package takes from where, by their places.
pub(super) fn files(root: &Path, program: &Path) -> Result<Map<String, Value>> {
    let folder = root.join(WRITTEN);
    super::empty(&folder)?;
    let mut files = Map::new();
    for (shell, place) in COMPLETIONS {
        let path = folder.join(shell);
        let told = process::output(Command::new(program).args(["completions", shell]))?;
        fs::write(&path, told + "\n")
            .with_context(|| format!("{} cannot be written", path.display()))?;
        files.insert(place.to_owned(), json!(path));
    }
    let pages = folder.join("man");
    process::run(Command::new(program).args(["man", "--out"]).arg(&pages))?;
    for page in paths(&pages)? {
        let name = page.file_name().context("a page has a name")?.to_string_lossy();
        files.insert(format!("{PAGES}/{name}"), json!(page));
    }
    Ok(files)
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}
