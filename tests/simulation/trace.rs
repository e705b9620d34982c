//! What happened, line by line: what a failing seed prints, and what two runs of
//! one seed are compared by.

use std::{collections::VecDeque, fmt::Write as _};

/// Lines kept for a person: enough to see the last few requests of each device.
const TAIL_LINES: usize = 60;

/// A running hash of all lines, and the last of them.
///
/// No line names anything that chance outside the seed has made, such as the id
/// of an outbox.
pub(crate) struct Trace {
    hash: u64,
    lines: u64,
    tail: VecDeque<String>,
    loud: Loudness,
}

/// Whether lines are printed as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loudness {
    Quiet,
    Loud,
}

impl Trace {
    pub(crate) fn new(loud: Loudness) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, lines: 0, tail: VecDeque::new(), loud }
    }

    #[expect(clippy::print_stdout, reason = "one seed that somebody looks at")]
    pub(crate) fn say(&mut self, at_ms: u64, what: &str) {
        let line = format!("{:>9.3} {what}", to_seconds(at_ms));
        // FNV-1a, as everywhere where two runs are compared.
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.lines += 1;
        if self.loud == Loudness::Loud {
            println!("{line}");
        }
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }

    /// Of everything said so far.
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn tail(&self) -> String {
        let mut text = String::new();
        writeln!(text, "the last of {} lines:", self.lines).expect("writing to a String");
        for line in &self.tail {
            writeln!(text, "{line}").expect("writing to a String");
        }
        text
    }
}

fn to_seconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}
