//! What a Rust source names, read as tokens: comments and text do not count.

use std::str::FromStr;

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// A name in a source, and the line it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// An identifier, or a path of two where the first is `std`.
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// Every identifier of a source, and every module of std as `std::module`,
/// whether written as a path or within the braces of a `use`.
pub(crate) fn names(source: &str) -> Result<Vec<Named>, LexError> {
    let mut names = Vec::new();
    collect(TokenStream::from_str(source)?, &mut names);
    Ok(names)
}

fn collect(tokens: TokenStream, names: &mut Vec<Named>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(ident) => {
                if ident == "std" && is_path_separator(trees.get(at + 1..at + 3)) {
                    within_std(trees.get(at + 3), names);
                }
                names.push(named(ident.to_string(), tree));
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// What follows `std::`: one module, or several in braces.
fn within_std(next: Option<&TokenTree>, names: &mut Vec<Named>) {
    match next {
        Some(tree @ TokenTree::Ident(module)) => names.push(named(format!("std::{module}"), tree)),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let mut starts_item = true;
            for tree in group.stream() {
                if let TokenTree::Ident(module) = &tree
                    && starts_item
                {
                    names.push(named(format!("std::{module}"), &tree));
                }
                starts_item = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == ',');
            }
        }
        _ => {}
    }
}

fn is_path_separator(trees: Option<&[TokenTree]>) -> bool {
    trees.is_some_and(|trees| {
        trees.iter().all(|tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ':'))
    })
}

fn named(name: String, tree: &TokenTree) -> Named {
    Named { name, line: tree.span().start().line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_std_is_found_however_it_is_named() {
        let spellings = [
            "use std::fs;",
            "use std::fs::File;",
            "use std::{fmt, fs};",
            "use std::{\n    fmt,\n    fs::{self, File},\n};",
            "fn f() { std::fs::read(p); }",
            "fn f() { assert!(std::fs::exists(p)); }",
            "fn f() { ::std::fs::read(p); }",
        ];
        for spelling in spellings {
            assert!(has(spelling, "std::fs"), "{spelling}");
        }
    }

    #[test]
    fn text_and_comments_name_nothing() {
        let source = "//! std::fs\n/// std::fs\n// std::fs\nconst A: &str = \"std::fs\";";
        assert!(!has(source, "std::fs"));
    }

    #[test]
    fn a_name_inside_another_module_is_not_a_module_of_std() {
        assert!(!has("use std::{io::{fs, Read}, fmt};", "std::fs"));
        assert!(!has("use crate::fs;", "std::fs"));
    }

    #[test]
    fn a_name_knows_its_line() {
        let names = names("//! Docs.\n\nuse std::env;").unwrap();
        let found = names.iter().find(|named| named.name == "std::env").unwrap();
        assert_eq!(found.line, 3);
    }

    fn has(source: &str, name: &str) -> bool {
        names(source).unwrap().iter().any(|named| named.name == name)
    }
}
