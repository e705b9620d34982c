//! Sound outboxes to be damaged, and what was in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use delivery::{Decision, QuarantineReason, Settlement};
use event_model::{EventId, Origin, OutboxId};
use outbox::{Append, EntryState, Filter, Outbox};

use crate::support::{DEVICE, Folder, at, claim, conclude, event, id, settlements, stored, stream};

/// What the log of a database begins with, and each frame of it.
const LOG_HEADER: usize = 32;
const FRAME: usize = 24 + PAGE;
pub(crate) const PAGE: usize = 4096;

/// How the owner left its file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left {
    /// Closed: everything in the database.
    Closed,
    /// Killed: everything in the log.
    Killed,
    /// Killed some time after its log went into the database.
    KilledLater,
}

/// Bytes that one event is made of, in one of the files.
#[derive(Debug, Clone)]
struct Region {
    file: File,
    start: usize,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    Database,
    Log,
}

/// The files of an outbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    pub(crate) database: Vec<u8>,
    pub(crate) log: Vec<u8>,
    identity: Vec<u8>,
}

/// A sound outbox.
pub(crate) struct World {
    pub(crate) files: Files,
    pub(crate) outbox: OutboxId,
    /// Every event that was ever appended: its body without its sequence.
    pub(crate) bodies: BTreeMap<EventId, String>,
    /// Those that are to be sent, or were refused, with their old sequences.
    pub(crate) unsent: BTreeMap<EventId, u64>,
    /// Those that the server has, with their old sequences.
    pub(crate) sent: BTreeMap<EventId, u64>,
    pub(crate) deleted: BTreeSet<EventId>,
    /// Those of the unsent that were refused.
    pub(crate) refused: BTreeSet<EventId>,
    regions: BTreeMap<EventId, Vec<Region>>,
}

impl Files {
    pub(crate) fn read(database: &Path) -> Self {
        let read = |suffix: &str| {
            let mut name = database.as_os_str().to_owned();
            name.push(suffix);
            std::fs::read(name).unwrap_or_default()
        };
        Self { database: read(""), log: read("-wal"), identity: read(".id") }
    }

    pub(crate) fn write(&self, database: &Path) {
        std::fs::create_dir_all(database.parent().unwrap()).unwrap();
        for (suffix, bytes) in [("", &self.database), ("-wal", &self.log), (".id", &self.identity)]
        {
            let mut name = database.as_os_str().to_owned();
            name.push(suffix);
            if suffix.is_empty() || !bytes.is_empty() {
                std::fs::write(name, bytes).unwrap();
            }
        }
    }

    pub(crate) fn of(&mut self, file: File) -> &mut Vec<u8> {
        match file {
            File::Database => &mut self.database,
            File::Log => &mut self.log,
        }
    }

    fn bytes(&self, file: File) -> &[u8] {
        match file {
            File::Database => &self.database,
            File::Log => &self.log,
        }
    }
}

/// A body without what a salvage may change; as it is where that is another
/// sequence. As text, since reading it as JSON took half of a case.
pub(crate) fn unnumbered(body: &str, sequence: u64) -> String {
    body.replacen(&format!("\"sequence\":\"{sequence}\""), "its sequence", 1)
}

impl World {
    pub(crate) fn new(left: Left) -> Self {
        let folder = Folder::new();
        let mut outbox = folder.open();
        fill(&mut outbox, 0);
        let deleted = [id(3), id(77)];
        let mut written = bodies(&outbox);
        outbox.view_mut().delete(&deleted, at(0)).unwrap();
        if let Left::KilledLater = left {
            let other = rusqlite::Connection::open(&folder.path).unwrap();
            other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        }
        fill(&mut outbox, 1_000);
        written.extend(bodies(&outbox));
        let (sent, unsent) = sent_and_unsent(&outbox);
        let refused = outbox.view().list(Filter::In(EntryState::Quarantined), 10_000).unwrap();
        let id = outbox.id();
        let mut files = Files::read(&folder.path);
        drop(outbox);
        if let Left::Closed = left {
            files = Files::read(&folder.path);
        }
        let mut world = Self {
            files,
            outbox: id,
            bodies: written
                .iter()
                .map(|(id, (sequence, body))| (*id, unnumbered(body, *sequence)))
                .collect(),
            unsent,
            sent,
            deleted: deleted.into(),
            refused: refused.iter().map(|entry| entry.event_id).collect(),
            regions: BTreeMap::new(),
        };
        let places = world.places();
        let unsent = written.iter().filter(|(id, (_, body))| {
            // The news of gaps has no mark, and is looked for in no file.
            world.unsent.contains_key(id) && body.contains(MARK)
        });
        world.regions =
            unsent.map(|(id, (_, body))| (*id, world.regions_of(body, &places))).collect();
        world
    }

    /// The events that are still there, byte for byte, in damaged files.
    pub(crate) fn intact(&self, damaged: &Files) -> BTreeSet<EventId> {
        let log_end = last_commit(&self.files.log, damaged.log.len());
        let is_there = |region: &Region| {
            let was = &self.files.bytes(region.file)[region.start..region.end];
            let ended = region.file == File::Database || region.end <= log_end;
            ended && damaged.bytes(region.file).get(region.start..region.end) == Some(was)
        };
        let all = self.regions.iter().filter(|(_, regions)| regions.iter().all(is_there));
        all.map(|(id, _)| *id).collect()
    }

    /// Whether everything that says that an id is known is there.
    pub(crate) fn remembers(&self, id: EventId, damaged: &Files) -> bool {
        [File::Database, File::Log].into_iter().all(|file| {
            let (was, is) = (self.files.bytes(file), damaged.bytes(file));
            was.len() == is.len()
                && places(was, id.0.as_bytes()).all(|at| {
                    let page = at / PAGE * PAGE;
                    let end = (page + 2 * PAGE).min(was.len());
                    was[page.saturating_sub(PAGE)..end] == is[page.saturating_sub(PAGE)..end]
                })
        })
    }

    /// Where an event was written last. Around what fits into a page lie its
    /// row's other columns; of a larger one whole pages are taken.
    fn regions_of(&self, body: &str, places: &Places) -> Vec<Region> {
        let marks: Vec<(usize, &str)> =
            body.match_indices(MARK).map(|(at, _)| (at, &body[at..at + MARK_BYTES])).collect();
        let (offset, first) = marks[0];
        let (file, at) = places[first.as_bytes()];
        if marks.len() == 1 {
            let start = at - offset;
            return vec![Region { file, start: start - ROW_BYTES, end: start + body.len() }];
        }
        let page_of = |(_, mark): &(usize, &str)| {
            let (file, at) = places[mark.as_bytes()];
            let start = file.step_start(at);
            Region { file, start, end: start + file.step().1 }
        };
        marks.iter().map(page_of).collect()
    }

    /// Where each mark was written last: in the log, else in the database.
    fn places(&self) -> Places {
        let mut places = Places::new();
        for file in [File::Database, File::Log] {
            let bytes = self.files.bytes(file);
            let is_mark = |at: &usize| bytes[*at] == MARK as u8 && at + MARK_BYTES <= bytes.len();
            let is_live = |at: &usize| is_mark(at) && is_in_a_row(file, bytes, *at);
            for at in (0..bytes.len()).filter(is_live) {
                places.insert(bytes[at..at + MARK_BYTES].to_vec(), (file, at));
            }
        }
        places
    }
}

impl File {
    /// What comes before the first page, and from one page to the next.
    fn step(self) -> (usize, usize) {
        match self {
            Self::Database => (0, PAGE),
            Self::Log => (LOG_HEADER, FRAME),
        }
    }

    fn step_start(self, at: usize) -> usize {
        let (header, step) = self.step();
        header + (at.max(header) - header) / step * step
    }
}

/// Pages hold more bytes than their rows: what was there before.
fn is_in_a_row(file: File, bytes: &[u8], at: usize) -> bool {
    let start = file.step_start(at) + file.step().1 - PAGE;
    let Some(page) = bytes.get(start..start + PAGE) else { return false };
    let half = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
    match page[0] {
        // A leaf, and its list of cells.
        0x0D => (0..half(3)).any(|cell| start + half(8 + 2 * cell) < at),
        // The rest of a large row, which begins with the number of a page.
        0x00 => true,
        _ => false,
    }
}

/// What begins a mark, and how long one is: each is written once.
const MARK: char = '~';
const MARK_BYTES: usize = 12;
/// Before the body lie at most so many bytes of other columns.
const ROW_BYTES: usize = 64;

type Places = BTreeMap<Vec<u8>, (File, usize)>;

/// Two matches with small events and some that fill pages, a part of them sent,
/// a part refused.
fn fill(outbox: &mut Outbox, from: u32) {
    for group in 0..4 {
        let name = if group % 2 == 0 { "a" } else { "b" };
        let ids = from + group * 30..from + group * 30 + 30;
        let events = ids
            .map(|n| {
                let origin = if n % 7 == 0 { Origin::Replay } else { Origin::Live };
                let mut new = event(name, n, origin);
                let bytes = if n % 17 == 5 { 9_000 } else { 100 };
                new.event.data.details.insert("noise".to_owned(), noise(n, bytes).into());
                new
            })
            .collect();
        let state = noise(500_000 + from + group, 700).into_bytes();
        outbox.append(&[Append { stream: stream(), state, events }], at(0)).unwrap();
    }
    let sent = claim(outbox, 12);
    conclude(outbox, &sent, &stored(&sent));
    let refused = claim(outbox, 3);
    let why = Settlement::Quarantined { reason: QuarantineReason::Invalid, detail: None };
    conclude(outbox, &refused, &Decision::Settle(settlements(vec![why; refused.len()])));
    assert_eq!(outbox.view().device(), DEVICE);
}

/// Text that is nowhere else, with a mark in every hundred bytes.
fn noise(seed: u32, bytes: usize) -> String {
    let mut random = Random(u64::from(seed) << 20);
    let mut text = String::new();
    for part in 0..bytes.div_ceil(100) {
        text.push_str(&format!("{MARK}{seed:06}.{part:04}"));
        while text.len() < (part + 1) * 100 {
            text.push_str(&format!("{:016x}", random.next()));
        }
    }
    text
}

/// Every body as it was written, with its sequence.
fn bodies(outbox: &Outbox) -> BTreeMap<EventId, (u64, String)> {
    let all = outbox.view().export(Filter::All).map(Result::unwrap);
    all.map(|shown| (shown.entry.event_id, (shown.entry.sequence, shown.body))).collect()
}

fn sent_and_unsent(outbox: &Outbox) -> (BTreeMap<EventId, u64>, BTreeMap<EventId, u64>) {
    let all = outbox.view().list(Filter::All, 10_000).unwrap();
    let (sent, unsent): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|entry| entry.state == EntryState::Settled);
    let numbers = |entries: Vec<outbox::Entry>| {
        entries.into_iter().map(|entry| (entry.event_id, entry.sequence)).collect()
    };
    (numbers(sent), numbers(unsent))
}

fn places<'b>(bytes: &'b [u8], wanted: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    let first = wanted[0];
    (0..(bytes.len() + 1).saturating_sub(wanted.len()))
        .filter(move |at| bytes[*at] == first && bytes[*at..].starts_with(wanted))
}

/// Where the last whole transaction of a log ends, of its first `bytes`: what
/// comes after never ended.
fn last_commit(log: &[u8], bytes: usize) -> usize {
    if bytes >= log.len() {
        return log.len();
    }
    let ends = (0..).map(|frame| LOG_HEADER + frame * FRAME);
    ends.take_while(|end| *end <= bytes)
        .filter(|end| *end == LOG_HEADER || log[end - FRAME + 4..end - FRAME + 8] != [0; 4])
        .last()
        .unwrap_or(0)
}

/// Numbers that are the same for the same seed: SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}
