//! One place where the workspace breaks one of its rules.

use std::fmt;

/// Printed as `path:line: rule: what to do`, which editors can jump to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// From the workspace root, with forward slashes.
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) remedy: String,
}

impl Violation {
    /// A violation by a file as a whole.
    pub(crate) fn of_file(path: &str, rule: &'static str, remedy: impl Into<String>) -> Self {
        Self::at(path, 1, rule, remedy)
    }

    /// A violation on one line.
    pub(crate) fn at(
        path: &str,
        line: usize,
        rule: &'static str,
        remedy: impl Into<String>,
    ) -> Self {
        Self { path: path.to_owned(), line, rule, remedy: remedy.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_names_the_place_the_rule_and_the_remedy() {
        let violation = Violation::at("crates/x/src/lib.rs", 7, "no-ignore", "run it or delete it");
        assert_eq!(violation.to_string(), "crates/x/src/lib.rs:7: no-ignore: run it or delete it");
    }
}
