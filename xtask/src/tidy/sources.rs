//! The rules over the text of files.

use super::{
    layers::{Kind, layer},
    rust_tokens::{Named, names},
    violation::Violation,
};

/// Beyond this a file is more than one thing (docs: CONTRIBUTING.md).
const MAX_LINES: usize = 600;

/// Files that people write. Data, lock files and documents may be longer.
const CODE: &[&str] = &["rs", "ts", "js", "mjs", "svelte", "css", "html", "py", "sh"];

/// Names that bring the machine into a pure member.
const IMPURE_NAMES: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
];

/// Lints that only these members may set aside, by the folder of their sources.
const KEPT_LINTS: &[(&str, &[&str])] =
    &[("unsafe_code", &["boot-clock", "window-system"]), ("disallowed_methods", &["boot-clock"])];

/// The one file of the shell that may focus a window, with a permit.
const QUIET: (&str, &str) = ("disallowed_methods", "src-tauri/quiet.rs");

/// Folders that exist on one person's machine only.
const PRIVATE_FOLDERS: &[&str] = &["home", "root", "work"];

/// A text file of the checkout.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the workspace root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Checks one file.
pub(crate) fn check(source: &Source) -> Vec<Violation> {
    let mut violations = private_paths(source);
    violations.extend(length(source));
    if extension(&source.path) == Some("rs") {
        violations.extend(module_doc(source));
        violations.extend(no_mod_rs(source));
        violations.extend(no_ignore(source));
        violations.extend(rust_names(source));
    }
    violations
}

fn private_paths(source: &Source) -> Vec<Violation> {
    let numbered = source.text.lines().zip(1..);
    numbered
        .filter(|(line, _)| names_private_folder(line))
        .map(|(_, number)| {
            Violation::at(
                &source.path,
                number,
                "no-private-path",
                "write the path relative to the checkout, or as a variable",
            )
        })
        .collect()
}

/// Whether a line has an absolute path into a folder of [`PRIVATE_FOLDERS`]:
/// what stands before it is no part of a longer path.
fn names_private_folder(line: &str) -> bool {
    PRIVATE_FOLDERS.iter().any(|folder| {
        let path = format!("/{folder}/");
        line.match_indices(&path).any(|(at, _)| {
            !line[..at].ends_with(|c: char| c.is_alphanumeric() || ".-_~*}>)/".contains(c))
        })
    })
}

fn length(source: &Source) -> Option<Violation> {
    let is_code = extension(&source.path).is_some_and(|found| CODE.contains(&found));
    let is_generated = source.path.split('/').any(|part| part == "generated");
    let lines = source.text.lines().count();
    (is_code && !is_generated && lines > MAX_LINES).then(|| {
        Violation::at(
            &source.path,
            MAX_LINES + 1,
            "file-length",
            format!("split it: {lines} lines, and {MAX_LINES} are the most"),
        )
    })
}

fn module_doc(source: &Source) -> Option<Violation> {
    (!source.text.starts_with("//!")).then(|| {
        Violation::of_file(&source.path, "module-doc", "begin with `//!` and what it is for")
    })
}

fn no_mod_rs(source: &Source) -> Option<Violation> {
    let folder = source.path.strip_suffix("/mod.rs")?;
    Some(Violation::of_file(&source.path, "no-mod-rs", format!("move it to {folder}.rs")))
}

fn no_ignore(source: &Source) -> Vec<Violation> {
    let numbered = source.text.lines().zip(1..);
    numbered
        .filter(|(line, _)| line.trim_start().starts_with("#[ignore"))
        .map(|(_, number)| {
            Violation::at(&source.path, number, "no-ignore", "let the test run, or delete it")
        })
        .collect()
}

fn rust_names(source: &Source) -> Vec<Violation> {
    let Some(member) = member_of(&source.path) else { return Vec::new() };
    let Ok(names) = names(&source.text) else {
        return vec![Violation::of_file(&source.path, "readable", "make it valid Rust")];
    };
    names
        .iter()
        .filter_map(|named| {
            impure_name(source, member, named).or_else(|| kept_lint(source, member, named))
        })
        .collect()
}

fn impure_name(source: &Source, member: &str, named: &Named) -> Option<Violation> {
    let is_pure = layer(member).is_some_and(|layer| layer.kind == Kind::Pure);
    (is_pure && IMPURE_NAMES.contains(&named.name.as_str())).then(|| {
        Violation::at(
            &source.path,
            named.line,
            "pure",
            format!("take what `{}` gives as an argument: `{member}` is pure", named.name),
        )
    })
}

fn kept_lint(source: &Source, member: &str, named: &Named) -> Option<Violation> {
    let (lint, members) = KEPT_LINTS.iter().find(|(lint, _)| *lint == named.name)?;
    let is_quiet = (*lint, source.path.as_str()) == QUIET;
    (!members.contains(&member) && !is_quiet).then(|| {
        Violation::at(
            &source.path,
            named.line,
            "kept-lint",
            format!("keep the lint `{lint}`: only {} may set it aside", members.join(", ")),
        )
    })
}

/// The member whose sources a path is among; tests and chores are not.
fn member_of(path: &str) -> Option<&str> {
    if path.starts_with("src-tauri/") {
        return Some("ringside-desktop");
    }
    let (member, rest) = path.strip_prefix("crates/")?.split_once('/')?;
    rest.starts_with("src/").then_some(member)
}

fn extension(path: &str) -> Option<&str> {
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURE: &str = "crates/delivery/src/lib.rs";

    #[test]
    fn a_file_that_keeps_the_rules_passes() {
        assert_eq!(rules_broken(PURE, "//! Docs.\n\nuse std::fmt;\n"), [""; 0]);
    }

    #[test]
    fn a_file_without_module_docs_fails() {
        assert_eq!(rules_broken(PURE, "use std::fmt;\n\n//! Docs.\n"), ["module-doc"]);
        assert_eq!(rules_broken("ui/src/lib/ipc.ts", "export {};\n"), [""; 0], "only Rust");
    }

    #[test]
    fn a_mod_rs_fails() {
        let violations = violations("crates/cli/src/run/mod.rs", "//! Docs.\n");
        assert_eq!(violations[0].rule, "no-mod-rs");
        assert_eq!(violations[0].remedy, "move it to crates/cli/src/run.rs");
    }

    #[test]
    fn a_file_of_601_lines_fails_unless_it_is_generated_or_data() {
        let text = format!("//! Docs.\n{}", "// line\n".repeat(MAX_LINES));
        assert_eq!(rules_broken("crates/cli/src/main.rs", &text), ["file-length"]);
        assert_eq!(rules_broken("ui/src/generated/bindings.ts", &text), [""; 0]);
        assert_eq!(rules_broken("tests/contract/openapi.json", &text), [""; 0]);
    }

    #[test]
    fn a_pure_member_may_name_neither_machine_nor_clock() {
        for name in IMPURE_NAMES {
            let text = format!("//! Docs.\nfn f() {{ {name}::now(); }}\n");
            assert_eq!(rules_broken(PURE, &text), ["pure"], "{name}");
            assert_eq!(rules_broken("crates/outbox/src/lib.rs", &text), [""; 0], "I/O may");
        }
    }

    #[test]
    fn the_tests_of_a_pure_member_may_read_files() {
        let path = "crates/delivery/tests/delivery/main.rs";
        assert_eq!(rules_broken(path, "//! Docs.\nuse std::fs;\n"), [""; 0]);
    }

    #[test]
    fn only_their_owners_may_set_the_lints_on_clocks_and_unsafe_aside() {
        for (lint, owners) in KEPT_LINTS {
            let text = format!("//! Docs.\n#[expect({lint}, reason = \"haste\")]\nfn f() {{}}\n");
            assert_eq!(rules_broken("crates/uploader/src/lib.rs", &text), ["kept-lint"]);
            assert_eq!(rules_broken("src-tauri/main.rs", &text), ["kept-lint"]);
            for owner in *owners {
                let path = format!("crates/{owner}/src/windows.rs");
                assert_eq!(rules_broken(&path, &text), [""; 0]);
            }
        }
    }

    #[test]
    fn one_file_of_the_shell_may_focus_windows_and_is_safe_all_the_same() {
        let text = |lint| format!("//! Docs.\n#[expect({lint}, reason = \"x\")]\nfn f() {{}}\n");
        assert_eq!(rules_broken("src-tauri/quiet.rs", &text("disallowed_methods")), [""; 0]);
        assert_eq!(rules_broken("src-tauri/quiet.rs", &text("unsafe_code")), ["kept-lint"]);
    }

    #[test]
    fn an_ignored_test_fails_with_or_without_a_reason() {
        for attribute in ["#[ignore]", "    #[ignore = \"slow\"]"] {
            let text = format!("//! Docs.\n{attribute}\nfn f() {{}}\n");
            assert_eq!(violations(PURE, &text)[0].line, 2, "{attribute}");
        }
    }

    #[test]
    fn a_path_of_one_machine_fails_in_any_text_file() {
        for folder in PRIVATE_FOLDERS {
            for text in
                [format!("see /{folder}/notes"), format!("/{folder}/x"), format!("\"/{folder}/\"")]
            {
                assert_eq!(rules_broken("docs/guide.md", &text), ["no-private-path"], "{text}");
            }
        }
    }

    #[test]
    fn a_longer_path_or_address_is_nobodys_machine() {
        for folder in PRIVATE_FOLDERS {
            for text in [format!("docs/{folder}/x"), format!("https://a.example/{folder}/x")] {
                assert_eq!(rules_broken("docs/guide.md", &text), [""; 0], "{text}");
            }
        }
    }

    #[test]
    fn a_source_that_is_not_rust_fails() {
        assert_eq!(rules_broken(PURE, "//! Docs.\nfn f( {\n"), ["readable"]);
    }

    fn rules_broken(path: &str, text: &str) -> Vec<&'static str> {
        violations(path, text).into_iter().map(|violation| violation.rule).collect()
    }

    fn violations(path: &str, text: &str) -> Vec<Violation> {
        check(&Source { path: path.into(), text: text.into() })
    }
}
