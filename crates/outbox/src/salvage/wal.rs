//! The write-ahead log, read frame by frame.
//!
//! SQLite stops at the first frame whose checksum does not fit, and everything
//! after it is as if it had never been. The checksums are a chain, but each
//! frame carries its own sum so far: so every frame can be checked against the
//! one before it, and those after a bad one are found again.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use super::images::PAGE_BYTES;

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
pub(super) const FRAME_BYTES: usize = FRAME_HEADER_BYTES + PAGE_BYTES;
/// Where `user_version` stands in the first page.
const VERSION_AT: u64 = 60;
/// The first word of the header; one more where words are summed big-endian.
const MAGIC: u32 = 0x377F_0682;
/// Frames that are looked at: 4 GiB of log. Ours is cut at some megabytes.
const FRAMES_MAX: usize = 1 << 20;

/// One page that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Which page of the database.
    pub(super) page: u32,
    /// Whether a transaction ends with it.
    pub(super) commits: bool,
    /// Whether its bytes are those that were written.
    pub(super) intact: bool,
}

/// What SQLite makes of a log, and what it passes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// Nothing is passed over but a transaction that did not end.
    Whole,
    /// The last transaction has a bad frame: a power failure in its midst, or
    /// damage of one that had been acknowledged. Every commit is flushed before
    /// the next begins, so that a power failure spoils no other.
    LastTransaction,
    /// Transactions that ended lie behind a bad frame.
    Broken,
}

/// The frames of the log's present generation, in the order written.
#[derive(Debug, Default)]
pub(super) struct Wal {
    pub(super) frames: Vec<Frame>,
    /// How many of them SQLite reads.
    pub(super) heard: usize,
    /// Up to the last transaction that is known to have ended.
    pub(super) committed: usize,
}

impl Wal {
    /// Reads the log beside a database; an absent one has no frames.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let mut file = match File::open(path) {
            Ok(file) => BufReader::with_capacity(64 * FRAME_BYTES, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let mut header = [0; HEADER_BYTES];
        if file.read_exact(&mut header).is_err() {
            return Ok(Self::default());
        }
        let mut chain = Chain::begin(&header);
        let salts = chain.header;
        let mut read = Vec::new();
        let mut frame = vec![0; FRAME_BYTES];
        while read.len() < FRAMES_MAX && file.read_exact(&mut frame).is_ok() {
            read.push(chain.follow(&frame));
        }
        Ok(Self::of(&read, salts.or_else(|| generation(&read))))
    }

    /// The salts change when the log begins anew over its old frames.
    fn of(read: &[Step], salts: Option<[u8; 8]>) -> Self {
        let mut frames: Vec<Frame> = Vec::with_capacity(read.len());
        let (mut ours, mut before) = (0, false);
        for (at, step) in read.iter().enumerate() {
            // Its salts may be what is damaged: then it follows a whole one of ours.
            let is_ours = salts == Some(step.salts) || (step.frame.intact && before);
            if is_ours {
                ours = at + 1;
            }
            // What is left of an older generation fits only what is older still.
            let (intact, commits) = (step.frame.intact && is_ours, step.frame.commits && is_ours);
            frames.push(Frame { intact, commits, ..step.frame });
            before = intact;
        }
        frames.truncate(ours);
        let chained = read
            .iter()
            .take(ours)
            .take_while(|step| step.frame.intact && salts == Some(step.salts))
            .count();
        let ended = |frames: &[Frame]| {
            frames.iter().rposition(|frame| frame.intact && frame.commits).map_or(0, |at| at + 1)
        };
        let heard = ended(frames.get(..chained).unwrap_or_default());
        Self { heard, committed: ended(&frames), frames }
    }

    pub(super) fn condition(&self) -> Condition {
        let unheard = self.frames.get(self.heard..).unwrap_or_default();
        // Its own end, which is the last frame, may have reached the disk before
        // its midst. Behind another end, be it damaged itself, a later one began:
        // so that one was flushed.
        let before_last = unheard.split_last().map_or(&[][..], |(_, before)| before);
        if unheard.iter().all(|frame| frame.intact && !frame.commits) {
            Condition::Whole
        } else if before_last.iter().any(|frame| frame.commits) {
            Condition::Broken
        } else {
            Condition::LastTransaction
        }
    }

    /// Where a frame's page begins in the file.
    pub(super) fn page_offset(frame: usize) -> u64 {
        (HEADER_BYTES + frame * FRAME_BYTES + FRAME_HEADER_BYTES) as u64
    }
}

/// The schema versions in those first pages of a log that are whole, the oldest
/// first; `None` where its pages have another size than ours.
pub(crate) fn schema_versions(log: &Path) -> io::Result<Option<Vec<u32>>> {
    let mut file = File::open(log)?;
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)?;
    if word(&header, 8) as usize != PAGE_BYTES {
        return Ok(None);
    }
    let frames = Wal::read(log)?.frames;
    let first_pages =
        frames.iter().enumerate().filter(|(_, frame)| frame.intact && frame.page == 1);
    let mut version = |(at, _): (usize, &Frame)| {
        file.seek(SeekFrom::Start(Wal::page_offset(at) + VERSION_AT))?;
        let mut version = [0; 4];
        file.read_exact(&mut version)?;
        Ok(u32::from_be_bytes(version))
    };
    first_pages.map(&mut version).collect::<io::Result<_>>().map(Some)
}

/// A frame, and the salts that it was written under.
#[derive(Debug, Clone, Copy)]
struct Step {
    frame: Frame,
    salts: [u8; 8],
}

/// Where the header is damaged: those of the first two neighbours that agree, the
/// one by the other's sum. The log is written from its beginning, so that what
/// is left of an older generation comes later; any frame may be damaged.
fn generation(read: &[Step]) -> Option<[u8; 8]> {
    let agree = |pair: &&[Step]| pair[0].salts == pair[1].salts && pair[1].frame.intact;
    let first = read.windows(2).find(agree).and_then(<[Step]>::first).or(read.first());
    first.map(|step| step.salts)
}

/// The checksum as it goes from frame to frame.
struct Chain {
    big_endian: bool,
    sums: (u32, u32),
    /// The salts of the header, where the header is whole.
    header: Option<[u8; 8]>,
    first: bool,
}

impl Chain {
    fn begin(header: &[u8; HEADER_BYTES]) -> Self {
        let word = |at: usize| word(header, at);
        let big_endian = word(0) == MAGIC + 1;
        let sums = (word(24), word(28));
        let whole = word(0) & !1 == MAGIC
            && word(8) as usize == PAGE_BYTES
            && summed((0, 0), &header[..24], big_endian) == sums;
        let salts = whole.then(|| eight(header, 16));
        Self { big_endian, sums, header: salts, first: true }
    }

    fn follow(&mut self, bytes: &[u8]) -> Step {
        let page = word(bytes, 0);
        let salts = eight(bytes, 8);
        let stored = (word(bytes, 16), word(bytes, 20));
        let sums = summed(self.sums, &bytes[..8], self.big_endian);
        let sums = summed(sums, &bytes[FRAME_HEADER_BYTES..], self.big_endian);
        // A damaged header vouches for no first frame.
        let begun = !self.first || self.header == Some(salts);
        let intact = page > 0 && begun && sums == stored;
        self.sums = stored;
        self.first = false;
        Step { frame: Frame { page, commits: word(bytes, 4) > 0, intact }, salts }
    }
}

fn summed(start: (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    let number = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    bytes.chunks_exact(8).fold(start, |(first, second), eight| {
        let first = first.wrapping_add(number(&eight[..4])).wrapping_add(second);
        (first, second.wrapping_add(number(&eight[4..])).wrapping_add(first))
    })
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |word, byte| (word << 8) | u32::from(*byte))
}

fn eight(bytes: &[u8], at: usize) -> [u8; 8] {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    eight
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
    const OLDER: [u8; 8] = [8; 8];

    /// A log as SQLite writes it, but for what a test damages.
    struct Log {
        bytes: Vec<u8>,
        sums: (u32, u32),
        folder: tempfile::TempDir,
    }

    impl Log {
        fn new() -> Self {
            let mut bytes = Vec::new();
            for word in [MAGIC, 3_007_000, PAGE_BYTES as u32, 0] {
                bytes.extend(word.to_be_bytes());
            }
            bytes.extend(OURS);
            let folder = tempfile::TempDir::new().unwrap();
            let sums = summed((0, 0), &bytes, false);
            bytes.extend([sums.0.to_be_bytes(), sums.1.to_be_bytes()].concat());
            Self { bytes, sums, folder }
        }

        fn frame(self, page: u32, commits: bool) -> Self {
            self.frame_under(OURS, page, commits)
        }

        fn frame_under(mut self, salts: [u8; 8], page: u32, commits: bool) -> Self {
            let head = [page.to_be_bytes(), u32::from(commits).to_be_bytes()].concat();
            let body = vec![page as u8; PAGE_BYTES];
            let sums = summed(self.sums, &head, false);
            self.sums = summed(sums, &body, false);
            // What is left of an older log fits nothing of ours.
            let first = self.sums.0 ^ u32::from(salts != OURS);
            self.bytes.extend(head);
            self.bytes.extend(salts);
            self.bytes.extend([first.to_be_bytes(), self.sums.1.to_be_bytes()].concat());
            self.bytes.extend(body);
            self
        }

        /// Damages the page of a frame.
        fn bad(mut self, frame: usize) -> Self {
            self.bytes[HEADER_BYTES + frame * FRAME_BYTES + FRAME_HEADER_BYTES + 100] ^= 1;
            self
        }

        fn without_header(mut self) -> Self {
            self.bytes[..HEADER_BYTES].fill(0xA5);
            self
        }

        fn read(&self) -> Wal {
            let path = self.folder.path().join("x.db-wal");
            std::fs::write(&path, &self.bytes).unwrap();
            Wal::read(&path).unwrap()
        }
    }

    /// A transaction of one page, one of two, and one of two.
    fn three() -> Log {
        let log = Log::new().frame(1, true).frame(2, false).frame(3, true);
        log.frame(2, false).frame(3, true)
    }

    fn seen(log: &Log) -> (Condition, usize, usize) {
        let wal = log.read();
        (wal.condition(), wal.heard, wal.committed)
    }

    #[test]
    fn a_whole_log_is_heard_whole_and_what_never_ended_is_not_missed() {
        assert_eq!(seen(&three()), (Condition::Whole, 5, 5));
        assert_eq!(seen(&three().frame(4, false)), (Condition::Whole, 5, 5));
        assert_eq!(seen(&Log::new()), (Condition::Whole, 0, 0));
    }

    #[test]
    fn a_bad_frame_of_the_last_transaction_may_be_a_power_failure() {
        assert_eq!(seen(&three().bad(3)), (Condition::LastTransaction, 3, 5));
        assert_eq!(seen(&three().bad(4)), (Condition::LastTransaction, 3, 3), "its end");
    }

    #[test]
    fn a_bad_frame_before_the_last_transaction_is_damage() {
        assert_eq!(seen(&three().bad(0)), (Condition::Broken, 0, 5), "its end, of one page");
        assert_eq!(seen(&three().bad(1)), (Condition::Broken, 1, 5));
        assert_eq!(seen(&three().bad(2)), (Condition::Broken, 1, 5), "its end");
        let unended = Log::new().frame(1, true).frame(2, true).bad(1).frame(3, false);
        assert_eq!(seen(&unended).0, Condition::Broken, "whatever came after it");
    }

    #[test]
    fn an_end_of_an_older_log_says_nothing_of_this_one() {
        let torn = Log::new().frame(1, true).frame_under(OLDER, 2, true).frame(3, true);
        assert_eq!(seen(&torn), (Condition::LastTransaction, 1, 1), "in a hole");
        let rest = Log::new().frame(1, true).frame_under(OLDER, 2, true);
        assert_eq!(seen(&rest), (Condition::Whole, 1, 1), "behind the last");
    }

    #[test]
    fn without_a_header_two_frames_that_agree_say_which_log_it_is() {
        assert_eq!(seen(&three().without_header()), (Condition::Broken, 0, 5));
        let worse = three().without_header().bad(0).bad(1).bad(3);
        assert_eq!(seen(&worse), (Condition::Broken, 0, 5), "whichever they are");
        let older = three().frame_under(OLDER, 6, false).frame_under(OLDER, 7, true);
        assert_eq!(older.without_header().read().frames.len(), 5, "what comes later is older");
    }
}
