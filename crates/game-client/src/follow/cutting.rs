//! Bytes of a file, cut into lines.

/// Longest line that is passed on. The longest of a real journal has 60 KiB; a
/// file without an end of line must not fill the memory.
pub const LINE_BYTES_MAX: usize = 1024 * 1024;

/// A complete line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The file, by its name.
    pub(super) file: String,
    /// Where it begins.
    pub(super) offset: u64,
    /// Without its ending.
    pub(super) bytes: Vec<u8>,
}

/// Where in a file the next line begins, and whether it is one that is skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cutter {
    pub(super) offset: u64,
    /// In the midst of a line that is too long.
    skipping: bool,
    /// Lines that were.
    pub(super) too_long: u64,
}

impl Cutter {
    /// From a place where a line begins.
    pub(super) fn at(offset: u64) -> Self {
        Self { offset, ..Self::default() }
    }

    /// From the file's start again; what was counted stays so.
    pub(super) fn start_over(&mut self) {
        *self = Self { too_long: self.too_long, ..Self::default() };
    }

    /// Takes what stands at [`Self::offset`], and goes to where the first line that
    /// has no end yet begins.
    pub(super) fn take(&mut self, file: &str, bytes: &[u8], lines: &mut Vec<Line>) {
        let mut rest = bytes;
        while let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = (&rest[..length], &rest[length + 1..]);
            self.end_line(file, line, lines);
            self.offset += length as u64 + 1;
            rest = after;
        }
        if self.skipping || rest.len() > LINE_BYTES_MAX {
            self.too_long += u64::from(!self.skipping);
            self.skipping = true;
            self.offset += rest.len() as u64;
        }
    }

    fn end_line(&mut self, file: &str, line: &[u8], lines: &mut Vec<Line>) {
        if std::mem::take(&mut self.skipping) {
            return;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > LINE_BYTES_MAX {
            self.too_long += 1;
        } else if !line.trim_ascii().is_empty() {
            lines.push(Line { file: file.to_owned(), offset: self.offset, bytes: line.to_vec() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pieces: &[&[u8]]) -> (Vec<(u64, Vec<u8>)>, Cutter) {
        let (mut cutter, mut lines, mut held) = (Cutter::default(), Vec::new(), Vec::new());
        for piece in pieces {
            held.extend_from_slice(piece);
            let before = cutter.offset;
            cutter.take("a", &held, &mut lines);
            held.drain(..usize::try_from(cutter.offset - before).unwrap());
        }
        (lines.into_iter().map(|line| (line.offset, line.bytes)).collect(), cutter)
    }

    #[test]
    fn both_endings_end_a_line_and_belong_to_none() {
        let (lines, _) = cut(&[b"one\r\ntwo\n\r\n\nthree\r\n"]);
        assert_eq!(lines, [(0, b"one".to_vec()), (5, b"two".to_vec()), (12, b"three".to_vec())]);
    }

    #[test]
    fn half_a_line_waits_for_its_end() {
        let (lines, cutter) = cut(&[b"{\"a\":", b"1}", b"\r", b"\n{"]);
        assert_eq!(lines, [(0, b"{\"a\":1}".to_vec())]);
        assert_eq!(cutter.offset, 9);
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_once_and_moves_no_later_one() {
        let long = vec![b'x'; LINE_BYTES_MAX + 1];
        let end = LINE_BYTES_MAX as u64 + 6;
        for pieces in [
            vec![long.as_slice(), b"yyy", b"z\nafter\n"],
            vec![[long.as_slice(), b"yyyz\nafter\n"].concat().leak() as &[u8]],
        ] {
            let (lines, cutter) = cut(&pieces);
            assert_eq!(lines, [(end, b"after".to_vec())]);
            assert_eq!(cutter.too_long, 1);
        }
    }

    #[test]
    fn bytes_that_are_no_text_pass_as_they_are() {
        assert_eq!(cut(&[b"\xff\x00\xfe\n"]).0, [(0, vec![0xff, 0, 0xfe])]);
    }

    proptest::proptest! {
        #[test]
        fn any_pieces_give_the_lines_of_the_whole(
            bytes in proptest::collection::vec(
                proptest::sample::select(b"ab\r\n".to_vec()), 0..200),
            cuts in proptest::collection::vec(0usize..200, 0..8),
        ) {
            let mut places: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let pieces: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            proptest::prop_assert_eq!(cut(&pieces), cut(&[&bytes]));
        }
    }
}
