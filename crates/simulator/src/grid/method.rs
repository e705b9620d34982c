//! What every answer to the question has to do.

use crate::crowd::Sent;

/// A method's own name for an occurrence.
pub type OccurrenceNo = u64;

/// A report that is now in this occurrence: the one just placed, or one that
/// was placed before and has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Which report, by its place in the order of arrival.
    pub report: usize,
    /// Where it is now.
    pub to: OccurrenceNo,
}

/// A way to tell which reports express the same.
pub trait Method {
    /// Takes the next report; says where it is, and what moved with it.
    fn place(&mut self, report: usize, sent: &Sent) -> Vec<Moved>;

    /// The match is over, and what comes now is late: says what moves.
    fn seal(&mut self) -> Vec<Moved> {
        Vec::new()
    }
}
