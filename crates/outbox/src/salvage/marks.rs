//! Sequences of which something was said, in spans: a damaged span may claim
//! more of them than there ever were.

/// A set of sequences.
#[derive(Debug, Default)]
pub(super) struct Marks {
    spans: Vec<(u64, u64)>,
}

impl Marks {
    pub(super) fn add(&mut self, first: u64, last: u64) {
        if first <= last {
            self.spans.push((first, last));
        }
    }

    /// Sorts what was added; before that nothing is found.
    pub(super) fn close(&mut self) {
        self.spans.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::with_capacity(self.spans.len());
        for &(first, last) in &self.spans {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                Some(_) | None => joined.push((first, last)),
            }
        }
        self.spans = joined;
    }

    pub(super) fn contains(&self, sequence: u64) -> bool {
        let after = self.spans.partition_point(|(first, _)| *first <= sequence);
        after > 0 && self.spans.get(after - 1).is_some_and(|(_, last)| *last >= sequence)
    }

    pub(super) fn last(&self) -> Option<u64> {
        self.spans.last().map(|(_, last)| *last)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.spans.iter().flat_map(|(first, last)| *first..=*last)
    }

    pub(super) fn count(&self) -> u64 {
        let lengths = self.spans.iter().map(|(first, last)| (last - first).saturating_add(1));
        lengths.fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_neighbours_are_one_span() {
        let mut marks = Marks::default();
        for (first, last) in [(7, 9), (1, 2), (3, 3), (8, 12), (20, 10), (30, u64::MAX), (31, 40)] {
            marks.add(first, last);
        }
        marks.close();
        assert_eq!(marks.spans, [(1, 3), (7, 12), (30, u64::MAX)]);
        let found = [0, 1, 3, 4, 7, 12, 13, 35].map(|sequence| marks.contains(sequence));
        assert_eq!(found, [false, true, true, false, true, true, false, true]);
        assert_eq!(marks.iter().take(5).collect::<Vec<_>>(), [1, 2, 3, 7, 8]);
    }
}
