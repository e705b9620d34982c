//! `cargo xtask tidy`: the rules of the workspace that no compiler holds.
//!
//! Directions of dependency, owners of the outside world, and the shape of
//! files. Each rule is a pure function over what is read here, with a test that
//! shows it failing; one more test holds the rules over the workspace itself.

mod layers;
mod manifests;
mod rust_tokens;
mod sources;
mod violation;

use std::path::{MAIN_SEPARATOR_STR, Path};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use ignore::WalkBuilder;
use serde_json::Value;

use self::{
    manifests::{Dependency, Member},
    sources::Source,
    violation::Violation,
};
use crate::{verdict::Verdict, workspace};

/// Nothing that people write comes near this; what is longer is data.
const MAX_TEXT_BYTES: u64 = 4 * 1024 * 1024;

/// Prints every violation.
pub(crate) fn run() -> Result<Verdict> {
    let violations = violations(&workspace::root())?;
    for violation in &violations {
        println!("{violation}");
    }
    if violations.is_empty() {
        println!("tidy: every rule holds");
        return Ok(Verdict::Holds);
    }
    println!("tidy: {} violations", violations.len());
    Ok(Verdict::Fails)
}

/// Every violation in the workspace, in the order of their places.
fn violations(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = manifests::check(&members(root)?, &manifest(&root.join("Cargo.toml"))?);
    for source in sources(root)? {
        violations.extend(sources::check(&source));
    }
    violations.sort();
    Ok(violations)
}

fn members(root: &Path) -> Result<Vec<Member>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cargo could not describe the workspace")?;
    metadata.packages.iter().map(|package| member(root, package)).collect()
}

fn member(root: &Path, package: &Package) -> Result<Member> {
    let manifest_path = package.manifest_path.as_std_path();
    Ok(Member {
        name: package.name.to_string(),
        version: package.version.to_string(),
        is_private: package.publish.as_ref().is_some_and(Vec::is_empty),
        manifest_path: relative(root, manifest_path),
        manifest: manifest(manifest_path)?,
        dependencies: package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| match dependency.path {
                Some(_) => Dependency::Member(dependency.name.clone()),
                None => Dependency::External(dependency.name.clone()),
            })
            .collect(),
    })
}

fn manifest(path: &Path) -> Result<Value> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml_edit::de::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))
}

/// The text files of the checkout that git would keep.
fn sources(root: &Path) -> Result<Vec<Source>> {
    // A checkout without its .git (an archive) keeps the same rules.
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .parents(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let mut sources = Vec::new();
    for entry in walk {
        let entry = entry.context("cannot walk the checkout")?;
        let is_small = entry.metadata().is_ok_and(|it| it.is_file() && it.len() <= MAX_TEXT_BYTES);
        if is_small && let Ok(text) = std::fs::read_to_string(entry.path()) {
            sources.push(Source { path: relative(root, entry.path()), text });
        }
    }
    Ok(sources)
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace(MAIN_SEPARATOR_STR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let violations = violations(&workspace::root()).unwrap();
        let report: Vec<_> = violations.iter().map(Violation::to_string).collect();
        assert!(report.is_empty(), "cargo xtask tidy says:\n{}", report.join("\n"));
    }

    #[test]
    fn the_walk_sees_sources_and_skips_what_git_ignores() {
        let paths: Vec<_> =
            sources(&workspace::root()).unwrap().into_iter().map(|source| source.path).collect();
        assert!(paths.iter().any(|path| path == "xtask/src/tidy.rs"));
        assert!(paths.iter().any(|path| path == ".cargo/config.toml"), "hidden files count");
        assert!(!paths.iter().any(|path| path.contains("node_modules/")));
        assert!(!paths.iter().any(|path| path.starts_with("target/")));
    }
}
