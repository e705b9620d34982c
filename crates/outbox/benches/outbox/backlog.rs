//! Claim and settle, with few rows waiting and with very many.

use std::path::Path;

use delivery::{BatchLimits, Decision, Settlement, Settlements};
use outbox::{Bounds, Outbox};
use uuid::Uuid;

use crate::{
    Arguments, Length,
    clock::{median, micros, time},
    rows::{DEVICE, at, group},
    say,
};

const BATCH: u64 = 1_000;
const ROUNDS: usize = 15;
/// Rows a commit while the backlog is made.
const MADE_AT_ONCE: u64 = 20_000;

/// Far more than a player's file may have.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// An outbox that always has the same number of rows waiting.
struct Backlog {
    waiting: u64,
    outbox: Outbox,
    next: u64,
    wall: Vec<f64>,
    work: Vec<f64>,
}

pub(crate) fn measure(arguments: &Arguments) {
    let sizes: &[u64] = match arguments.length {
        Length::Short => &[1_000, 100_000],
        Length::Long => &[1_000, 100_000, 5_000_000],
    };
    let mut backlogs: Vec<_> =
        sizes.iter().map(|waiting| Backlog::make(&arguments.dir, *waiting)).collect();
    for _ in 0..ROUNDS {
        backlogs.iter_mut().for_each(Backlog::round);
    }
    say("| claim + settle a row, in batches of 1,000 | passed | ratio | work | ratio | aim |");
    say("|---|--:|--:|--:|--:|--:|");
    let mut first = None;
    for backlog in &mut backlogs {
        let (wall, work) = (median(&mut backlog.wall), median(&mut backlog.work));
        let (of_wall, of_work) = *first.get_or_insert((wall, work));
        say(&format!(
            "| {} rows waiting | {wall:.2} µs | {:.2} | {work:.2} µs | {:.2} | ≤ 1.3 |",
            backlog.waiting,
            wall / of_wall,
            work / of_work
        ));
    }
    say("");
}

impl Backlog {
    fn make(dir: &Path, waiting: u64) -> Self {
        let path = dir.join(format!("backlog-{waiting}.db"));
        let bounds = Bounds { file_bytes_max: FILE_BYTES_MAX, ..Bounds::default() };
        let outbox = Outbox::open(&path, DEVICE, at(0)).expect("the outbox opens");
        let mut outbox = outbox.with_bounds(bounds);
        let mut next = 0;
        while next < waiting {
            let count = MADE_AT_ONCE.min(waiting - next);
            outbox.append(&[group(next, count)], at(0)).expect("there is room");
            next += count;
        }
        Self { waiting, outbox, next, wall: Vec::new(), work: Vec::new() }
    }

    /// One batch out, as many rows in.
    fn round(&mut self) {
        let limits = BatchLimits { events_max: BATCH as usize, ..BatchLimits::default() };
        // Long after the last append: nothing but the backlog.
        let now = at(3_600_000);
        let (rows, took) = time(|| {
            let claimed = self.outbox.claim(&limits, now).expect("the outbox can be read");
            let decision = Decision::Settle(stored(claimed.len()));
            self.outbox.conclude(&claimed, &decision, now, 0).expect("there is room");
            claimed.len() as f64
        });
        assert!(rows > 0.0, "the backlog does not end");
        self.wall.push(micros(took.wall) / rows);
        self.work.push(took.work.map_or(f64::NAN, micros) / rows);
        let back = [group(self.next, rows as u64)];
        self.outbox.append(&back, at(0)).expect("there is room");
        self.next += rows as u64;
    }
}

fn stored(events: usize) -> Settlements {
    let items = vec![Settlement::Stored; events];
    Settlements { store: Uuid::from_u128(5), server_version: "1.0.0".to_owned(), items }
}
