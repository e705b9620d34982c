//! What the Windows program asks of Windows, held against a list with reasons.
//!
//! A player, and whoever looks after a game's fairness, can see there what the
//! app is able to do. What is not on the list fails: whoever adds a dependency
//! that brings an import says why it is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use object::{
    LittleEndian as LE,
    pe::ImageNtHeaders64,
    read::pe::{Import, PeFile64},
};
use serde::Deserialize;

/// The list, within the checkout. `ringside safety` and the app's About page show
/// the same file.
pub(super) const LIST: &str = "docs/safety/windows-imports.toml";

/// Names of functions by the library that they are asked of, in lower case.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    imports: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    library: String,
    why: String,
    functions: Vec<String>,
}

/// Fails where the program imports what the list does not have.
pub(super) fn require_listed(program: &Path, checkout: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let imported = imports_of(&bytes).context("the program is none that Windows runs")?;
    let text = fs::read_to_string(checkout.join(LIST)).context("cannot read the list")?;
    let listed = listed(&text).with_context(|| format!("{LIST} cannot be read"))?;
    let count: usize = imported.values().map(BTreeSet::len).sum();
    println!("windows imports: {count} functions of {} libraries", imported.len());
    for gone in missing(&listed, &imported) {
        println!("windows imports: no longer imported, take it off {LIST}: {gone}");
    }
    let unlisted = missing(&imported, &listed);
    if !unlisted.is_empty() {
        bail!("not on {LIST}, each with why it is there:\n  {}", unlisted.join("\n  "));
    }
    Ok(())
}

/// What of `these` the others lack, as `library!function`.
fn missing(these: &Imports, others: &Imports) -> Vec<String> {
    let lacks = |library: &str, function: &str| {
        !others.get(library).is_some_and(|known| known.contains(function))
    };
    these
        .iter()
        .flat_map(|(library, functions)| functions.iter().map(move |name| (library, name)))
        .filter(|(library, function)| lacks(library, function))
        .map(|(library, function)| format!("{library}!{function}"))
        .collect()
}

fn listed(text: &str) -> Result<Imports> {
    let list: List = toml_edit::de::from_str(text)?;
    let mut imports = Imports::new();
    for Entry { library, why, functions } in list.imports {
        ensure!(why.split_whitespace().count() > 2, "{library} has an entry that gives no reason");
        ensure!(!functions.is_empty(), "{library} has an entry without functions");
        ensure!(library == library.to_lowercase(), "{library} is to be written in lower case");
        let known = imports.entry(library.clone()).or_default();
        for function in functions {
            ensure!(known.insert(function.clone()), "{library}!{function} stands there twice");
        }
    }
    Ok(imports)
}

fn imports_of(program: &[u8]) -> Result<Imports> {
    let file = PeFile64::parse(program)?;
    let mut imports = Imports::new();
    let Some(table) = file.import_table()? else { return Ok(imports) };
    let mut libraries = table.descriptors()?;
    while let Some(library) = libraries.next()? {
        let name = text(table.name(library.name.get(LE))?);
        let known = imports.entry(name.to_lowercase()).or_default();
        let mut functions = table.thunks(library.original_first_thunk.get(LE))?;
        while let Some(thunk) = functions.next::<ImageNtHeaders64>()? {
            known.insert(match table.import::<ImageNtHeaders64>(thunk)? {
                Import::Ordinal(number) => format!("#{number}"),
                Import::Name(_, name) => text(name),
            });
        }
    }
    Ok(imports)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[imports]]\nlibrary = \"user32.dll\"\nwhy = \"windows and their \
                       messages\"\nfunctions = [\"ShowWindow\"]\n";

    #[test]
    fn what_is_not_listed_is_named() {
        let listed = listed(ONE).unwrap();
        let imported: Imports = [
            ("user32.dll".to_owned(), set(&["SendInput", "ShowWindow"])),
            ("ws2_32.dll".to_owned(), set(&["#3"])),
        ]
        .into();
        assert_eq!(missing(&imported, &listed), ["user32.dll!SendInput", "ws2_32.dll!#3"]);
        assert!(missing(&listed, &imported).is_empty());
    }

    #[test]
    fn a_list_gives_reasons_and_says_nothing_twice() {
        assert!(listed(&ONE.replace("windows and their messages", "needed")).is_err());
        assert!(listed(&format!("{ONE}{ONE}")).is_err());
        assert!(listed(&ONE.replace("user32", "USER32")).is_err());
        assert!(listed(&ONE.replace("\"ShowWindow\"", "")).is_err());
    }

    #[test]
    fn the_list_of_this_checkout_can_be_read() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(LIST);
        assert!(!listed(&fs::read_to_string(path).unwrap()).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_windows_program_is_an_error() {
        assert!(imports_of(b"\x7fELF").is_err());
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}
