//! The licences that travel with a bundle: ours, the type's, and a list of the
//! libraries that the program is made of.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use cargo_metadata::{DepKindInfo, DependencyKind, Metadata, MetadataCommand, PackageId};
use serde_json::{Map, Value, json};

/// Where the list is written, within the checkout.
const LIST: &str = "target/third-party.txt";

/// Where a Debian package keeps its licences.
const DOCUMENTS: &str = "/usr/share/doc/ringside";

/// The package of the command line.
const CLI: &str = "cli";

/// Files of the checkout that travel as they are.
const FILES: [&str; 4] =
    ["LICENSE-APACHE", "LICENSE-MIT", "docs/licences/Inter-OFL.txt", "packaging/deb/copyright"];

/// Writes the list; which files a Debian package takes from where, by their places in it.
pub(super) fn files(root: &Path) -> Result<Map<String, Value>> {
    fs::write(root.join(LIST), list(&metadata(root, &["--locked"])?)?)?;
    let travelling = FILES.iter().chain([&LIST]).map(|file| {
        let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
        (format!("{DOCUMENTS}/{name}"), json!(root.join(file)))
    });
    Ok(travelling.collect())
}

fn metadata(root: &Path, options: &[&str]) -> Result<Metadata> {
    let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
    let mut command = MetadataCommand::new();
    Ok(command.manifest_path(root.join("Cargo.toml")).other_options(options).exec()?)
}

/// One line for each library that the programs are made of.
fn list(metadata: &Metadata) -> Result<String> {
    let packages: HashMap<_, _> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let mut lines = BTreeSet::new();
    for id in linked(metadata)? {
        let package = packages.get(id).context("metadata names each package")?;
        // Our own have no source.
        if package.source.is_none() {
            continue;
        }
        let licence = package.license.as_deref().unwrap_or("see its source");
        let home = package.repository.as_deref().unwrap_or("");
        lines.insert(format!("{} {}  {licence}  {home}\n", package.name, package.version));
    }
    Ok(lines.into_iter().collect())
}

/// The desktop app, the command line and everything that is linked into them, on any
/// system.
fn linked(metadata: &Metadata) -> Result<HashSet<&PackageId>> {
    let resolve = metadata.resolve.as_ref().context("metadata was resolved")?;
    let nodes: HashMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let cli = metadata.packages.iter().find(|package| package.name == CLI);
    let mut to_visit = vec![
        resolve.root.as_ref().context("the app is the root package")?,
        &cli.context("the command line is a package")?.id,
    ];
    let mut known = HashSet::new();
    while let Some(id) = to_visit.pop() {
        if !known.insert(id) {
            continue;
        }
        let node = nodes.get(id).context("each package is resolved")?;
        let links = |kind: &DepKindInfo| kind.kind == DependencyKind::Normal;
        let linked = node.deps.iter().filter(|used| used.dep_kinds.iter().any(links));
        to_visit.extend(linked.map(|used| &used.pkg));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_listed_and_what_builds_or_tests_is_not() {
        let metadata = metadata(&crate::workspace::root(), &["--locked"]).unwrap();
        let list = list(&metadata).unwrap();
        let has = |name: &str| list.lines().any(|line| line.starts_with(&format!("{name} ")));
        assert!(has("tauri") && has("rusqlite"), "{list}");
        assert!(has("indicatif"), "of the command line: {list}");
        assert!(!has("proptest") && !has("tauri-build") && !has("companion"), "{list}");
    }

    #[test]
    fn every_licence_that_travels_is_there() {
        for file in FILES {
            assert!(crate::workspace::root().join(file).is_file(), "{file}");
        }
    }
}
