//! Which part of a recording is replayed.

use recording::{At, Entry, Item};

/// Of marks that are not the one asked for, so many are named.
const MARKS_TOLD_MAX: usize = 20;

/// A part of a recording; all of it where no place is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Where it begins. What lies before is read, so that the session stands as it
    /// did, but makes no event that is kept, sent or told.
    pub from: Option<At>,
    /// Where it ends: at the mark, or with the last entry of this time.
    pub until: Option<At>,
}

/// The entries of a section, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: u64,
    /// The first one behind it; `None` where it goes to the end.
    pub(super) end: Option<u64>,
}

impl Span {
    pub(super) const ALL: Self = Self { first: 0, end: None };

    pub(super) fn has(self, index: u64) -> bool {
        index >= self.first && self.end.is_none_or(|end| index < end)
    }
}

/// Finds a section's entries while they are read one after another.
#[derive(Debug)]
pub(super) struct Finding<'s> {
    section: &'s Section,
    first: Option<u64>,
    end: Option<u64>,
    marks: Vec<String>,
    further_marks: u64,
}

impl<'s> Finding<'s> {
    pub(super) fn of(section: &'s Section) -> Self {
        let first = section.from.is_none().then_some(0);
        Self { section, first, end: None, marks: Vec::new(), further_marks: 0 }
    }

    pub(super) fn look_at(&mut self, index: u64, entry: &Entry) {
        if let Item::Mark(mark) = &entry.item {
            self.note(mark);
        }
        let begins_here = match &self.section.from {
            Some(At::Ms(ms)) => entry.t_ms >= *ms,
            Some(At::Mark(mark)) => is_mark(entry, mark),
            None => false,
        };
        if self.first.is_none() && begins_here {
            self.first = Some(index);
            return;
        }
        let ends_here = match &self.section.until {
            Some(At::Ms(ms)) => entry.t_ms > *ms,
            Some(At::Mark(mark)) => self.first.is_some() && is_mark(entry, mark),
            None => false,
        };
        if self.end.is_none() && ends_here {
            self.end = Some(index);
        }
    }

    /// What was found, or what is wrong with what was asked for.
    pub(super) fn found(self) -> Result<Span, String> {
        let Some(first) = self.first else {
            return Err(match &self.section.from {
                Some(At::Mark(mark)) => self.no_mark(mark),
                Some(At::Ms(ms)) => format!("the recording ends before {ms} ms"),
                None => "the recording is empty".to_owned(),
            });
        };
        match (&self.section.until, self.end) {
            (Some(At::Mark(mark)), None) => Err(self.no_mark(mark)),
            (_, Some(end)) if end <= first => {
                Err("nothing lies between the beginning and the end that were named".to_owned())
            }
            (_, end) => Ok(Span { first, end }),
        }
    }

    fn note(&mut self, mark: &str) {
        if self.marks.len() < MARKS_TOLD_MAX {
            self.marks.push(format!("{mark:?}"));
        } else {
            self.further_marks += 1;
        }
    }

    fn no_mark(&self, mark: &str) -> String {
        let further = match self.further_marks {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        match self.marks.as_slice() {
            [] => format!("there is no mark {mark:?} in that part; the recording has none"),
            marks => format!(
                "there is no mark {mark:?} in that part; the recording has {}{further}",
                marks.join(", ")
            ),
        }
    }
}

fn is_mark(entry: &Entry, mark: &str) -> bool {
    matches!(&entry.item, Item::Mark(text) if text == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(section: &Section) -> Result<Span, String> {
        let mark = |text: &str| Item::Mark(text.to_owned());
        let entries = [
            (0, Item::End(String::new())),
            (1_000, mark("round 1")),
            (2_000, Item::End(String::new())),
            (2_000, mark("round 2")),
            (3_000, Item::End(String::new())),
        ];
        let mut finding = Finding::of(section);
        for (index, (t_ms, item)) in (0..).zip(entries) {
            finding.look_at(index, &Entry { t_ms, item });
        }
        finding.found()
    }

    fn section(from: Option<&str>, until: Option<&str>) -> Section {
        let place = |text: &str| text.parse().unwrap();
        Section { from: from.map(place), until: until.map(place) }
    }

    #[test]
    fn a_section_lies_between_its_places() {
        let span = |from, until| found(&section(from, until)).map(|span| (span.first, span.end));
        assert_eq!(span(None, None), Ok((0, None)));
        assert_eq!(span(Some("1"), Some("2")), Ok((1, Some(4))), "all of the last instant");
        assert_eq!(span(Some("round 1"), Some("round 2")), Ok((1, Some(3))));
        assert_eq!(span(Some("round 2"), None), Ok((3, None)));
        assert_eq!(span(None, Some("90")), Ok((0, None)), "the end comes before");
    }

    #[test]
    fn a_place_that_is_not_there_is_said_with_those_that_are() {
        let said = |from, until| found(&section(from, until)).unwrap_err();
        assert!(said(Some("round 9"), None).contains(r#"has "round 1", "round 2""#));
        assert!(said(Some("round 2"), Some("round 1")).contains("no mark"));
        assert!(said(Some("10"), None).contains("ends before"));
        assert!(said(Some("3"), Some("1")).contains("nothing lies between"));
    }
}
