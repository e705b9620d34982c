//! One event a commit, against two bare baselines.
//!
//! - The aim, like for like: the bytes that such an append writes to the log, in
//!   the same calls (24 bytes and a page for each page that changed), over a file
//!   of the log's size, and `fdatasync`. At rest the log is written over too.
//! - Beside it: the event and the state alone, at the end of a file, and
//!   `fdatasync`. That file grows, and its size is news that the file system has to
//!   write as well: it takes longer with fewer bytes.

use std::{
    fs::{File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::Path,
};

use delivery::BatchLimits;
use outbox::Outbox;
use rusqlite::Connection;

use crate::{
    Arguments, Length,
    clock::{micros, quantile, time},
    limits::PAGE,
    rows::{DEVICE, STATE, at, group},
    say, syncs,
};

/// What SQLite writes before all pages of a log, and before each.
const LOG_HEADER: u64 = 32;
const PAGE_HEADER: [u8; 24] = [7; 24];
/// Pages after which SQLite begins the log anew.
const LOG_PAGES: u64 = 1_000;

pub(crate) fn measure(arguments: &Arguments) {
    let appends = match arguments.length {
        Length::Short => 1_000,
        Length::Long => 10_000,
    };
    let path = arguments.dir.join("durable.db");
    let mut outbox = Outbox::open(&path, DEVICE, at(0)).expect("the outbox opens");
    let bare = arguments.dir.join("bare");
    let mut bare = OpenOptions::new().create(true).append(true).open(bare).expect("it is made");
    let bytes = bytes_of(&mut outbox);
    let mut log = LogToWriteOver::make(&arguments.dir.join("log"), log_pages(&mut outbox, &path));
    let (mut ours, mut grown, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..appends {
        let one = [group(n, 1)];
        let (appended, took) = time(|| outbox.append(&one, at(n)));
        appended.expect("there is room");
        ours.push(micros(took.wall));
        let ((), took) = time(|| {
            bare.write_all(&bytes).expect("there is room");
            bare.sync_data().expect("the disk syncs");
        });
        grown.push(micros(took.wall));
        log.begin();
        let ((), took) = time(|| log.write());
        over.push(micros(took.wall));
    }
    say(&format!(
        "| {appends} appends of one event | outbox | the same {} KiB of log written over + \
         fdatasync | ratio | aim | {} bytes at the end of a file + fdatasync | ratio, no aim |",
        log.bytes() / 1024,
        bytes.len()
    ));
    say("|---|--:|--:|--:|--:|--:|--:|");
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let [ours, grown, over] =
            [&mut ours, &mut grown, &mut over].map(|took| quantile(took, share));
        say(&format!(
            "| {name} | {ours:.0} µs | {over:.0} µs | {:.2} | ≤ 1.5 | {grown:.0} µs | {:.2} |",
            ours / over,
            ours / grown
        ));
    }
    match syncs::per_append(arguments) {
        Ok(syncs) => say(&format!("| syncs an append (strace) | {syncs:.2} | 1 | | 1 | 1 | |\n")),
        Err(why) => say(&format!("| syncs an append | not counted: {why} | 1 | | 1 | 1 | |\n")),
    }
}

/// A file as the log at rest: as long, and written over from the start when an
/// append finds no more room in it.
struct LogToWriteOver {
    file: File,
    pages: u64,
    next: u64,
}

impl LogToWriteOver {
    fn make(path: &Path, pages: u64) -> Self {
        let mut file = File::create(path).expect("the folder takes files");
        let bytes = LOG_HEADER + LOG_PAGES.max(pages) * page_in_log();
        let bytes = usize::try_from(bytes).expect("a log fits into memory");
        file.write_all(&vec![7; bytes]).expect("there is room");
        file.sync_all().expect("the disk syncs");
        Self { file, pages, next: 0 }
    }

    fn bytes(&self) -> u64 {
        self.pages * page_in_log()
    }

    /// Goes to where the next append writes.
    fn begin(&mut self) {
        if self.next + self.pages > LOG_PAGES {
            self.next = 0;
        }
        let at = LOG_HEADER + self.next * page_in_log();
        self.file.seek(SeekFrom::Start(at)).expect("a file can be sought in");
        self.next += self.pages;
    }

    fn write(&mut self) {
        for _ in 0..self.pages {
            self.file.write_all(&PAGE_HEADER).expect("there is room");
            self.file.write_all(&PAGE).expect("there is room");
        }
        self.file.sync_data().expect("the disk syncs");
    }
}

fn page_in_log() -> u64 {
    (PAGE_HEADER.len() + PAGE.len()) as u64
}

/// Pages that one append writes to the log: some are for every event, such as
/// those of the sums and the state.
fn log_pages(outbox: &mut Outbox, path: &Path) -> u64 {
    let other = Connection::open(path).expect("the outbox can be opened");
    let is_busy: bool = other
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .expect("the log can be emptied");
    assert!(!is_busy, "nobody else reads it");
    outbox.append(&[group(1_000_001, 1)], at(0)).expect("there is room");
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let bytes = std::fs::metadata(log).expect("an append writes a log").len();
    (bytes - LOG_HEADER) / page_in_log()
}

/// What such an append has to make durable: an event and the state.
fn bytes_of(outbox: &mut Outbox) -> Vec<u8> {
    outbox.append(&[group(1_000_000, 1)], at(0)).expect("there is room");
    let claimed = outbox.claim(&BatchLimits::default(), at(0)).expect("the outbox can be read");
    let mut bytes = claimed[0].body.clone().into_bytes();
    outbox.release(&claimed).expect("the outbox can be written");
    bytes.extend_from_slice(&STATE);
    bytes
}
