//! A report as continuous integration reads it.

use crate::escape::escaped;

/// Something that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What must hold, as a sentence.
    pub name: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails {
        /// Why, in one line.
        message: String,
        /// All of it.
        text: String,
    },
    /// It could not be found out.
    Error {
        /// Why.
        message: String,
    },
}

/// One suite in JUnit's XML: `class` is what was checked, `out` what was said of it.
#[must_use]
pub fn junit(class: &str, cases: &[Case], out: &str) -> String {
    let fails = |case: &&Case| matches!(case.outcome, Outcome::Fails { .. });
    let errs = |case: &&Case| matches!(case.outcome, Outcome::Error { .. });
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        cases.len(),
        cases.iter().filter(fails).count(),
        cases.iter().filter(errs).count()
    );
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n\
         <testsuite name=\"ringside replay\" {counts}>\n"
    );
    for case in cases {
        let (class, name) = (escaped(class), escaped(&case.name));
        text.push_str(&format!("<testcase classname=\"{class}\" name=\"{name}\">"));
        match &case.outcome {
            Outcome::Holds => {}
            Outcome::Fails { message, text: all } => text.push_str(&format!(
                "<failure message=\"{}\">{}</failure>",
                escaped(message),
                escaped(all)
            )),
            Outcome::Error { message } => {
                text.push_str(&format!("<error message=\"{}\"/>", escaped(message)));
            }
        }
        text.push_str("</testcase>\n");
    }
    text.push_str(&format!(
        "<system-out>{}</system-out>\n</testsuite>\n</testsuites>",
        escaped(out)
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_counts_what_fails_and_what_could_not_be_found_out() {
        let case = |name: &str, outcome| Case { name: name.to_owned(), outcome };
        let fails = Outcome::Fails { message: "a \"b\"".to_owned(), text: "<c>\u{0}".to_owned() };
        let error = Outcome::Error { message: "d".to_owned() };
        let text =
            junit("e.rsrec", &[case("f", Outcome::Holds), case("g", fails), case("h", error)], "i");
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"1\""), "{text}");
        assert!(text.contains("<failure message=\"a &quot;b&quot;\">&lt;c&gt;\u{fffd}</failure>"));
    }
}
