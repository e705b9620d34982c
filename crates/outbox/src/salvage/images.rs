//! The pages of a damaged file: those of the database and those of its log,
//! and which of them was written last.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use super::{
    set_aside::beside,
    wal::{Frame, Wal},
};

/// The page size of every file that this program makes: SQLite's own default.
pub(super) const PAGE_BYTES: usize = 4096;
/// Where the header of the database says what is free, on its first page.
const FREELIST_AT: usize = 32;

/// The bytes of one page; zeros where the file ends before.
pub(super) type Page = [u8; PAGE_BYTES];

/// The number of an image: first the pages of the database, then the frames.
pub(super) type Image = u32;

/// What an image may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// It is the last of its page: what it has is there.
    Last,
    /// It belongs to a transaction that is not known to have ended, or is a bad
    /// frame, whose page may be another than it says: what it has may be there,
    /// and what it takes away may not be gone.
    Unended,
    /// A later one, which is whole, stands in its place; or the page is free.
    Nothing,
}

/// Which of a page's images to follow a row through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Through {
    Committed,
    Everything,
    /// Past bad frames, which may be of another page.
    Intact,
    Database,
}

/// A damaged database and its log, only ever read.
#[derive(Debug, Default)]
pub(super) struct Images {
    database: Option<File>,
    log: Option<File>,
    pages: u32,
    wal: Wal,
    /// Of each page in the log: its frames, oldest first.
    frames_of: BTreeMap<u32, Vec<usize>>,
    free: BTreeSet<u32>,
}

impl Images {
    /// Opens what can be opened: what cannot has no pages. A second try, since what
    /// fails once may well be read.
    pub(super) fn open(database: &Path) -> Self {
        let log = beside(database, "-wal");
        let wal = Wal::read(&log).or_else(|_| Wal::read(&log)).unwrap_or_default();
        let opened = |path| open_present(path).or_else(|_| open_present(path)).ok().flatten();
        Self::of(opened(database), opened(&log), wal)
    }

    /// The same of a file that is read already, with its log.
    ///
    /// # Errors
    /// Where one of them is there and cannot be opened.
    pub(super) fn with_log(database: &Path, wal: Wal) -> io::Result<Self> {
        let log = beside(database, "-wal");
        Ok(Self::of(open_present(database)?, open_present(&log)?, wal))
    }

    fn of(database: Option<File>, log: Option<File>, wal: Wal) -> Self {
        let bytes = database
            .as_ref()
            .and_then(|file| file.metadata().ok())
            .map_or(0, |data| if data.is_file() { data.len() } else { 0 });
        let mut frames_of: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, frame) in wal.frames.iter().enumerate() {
            frames_of.entry(frame.page).or_default().push(at);
        }
        let mut images = Self {
            database,
            log,
            pages: u32::try_from(bytes.div_ceil(PAGE_BYTES as u64)).unwrap_or(u32::MAX),
            wal,
            frames_of,
            free: BTreeSet::new(),
        };
        images.free = images.freelist().unwrap_or_default();
        images
    }

    /// How many images there are.
    pub(super) fn count(&self) -> u32 {
        self.pages.saturating_add(u32::try_from(self.wal.frames.len()).unwrap_or(0))
    }

    /// The frames that SQLite passes over.
    pub(super) fn unheard(&self) -> std::ops::Range<Image> {
        self.pages + u32::try_from(self.wal.heard).unwrap_or(0)..self.count()
    }

    pub(super) fn read(&self, image: Image) -> Option<Page> {
        match self.frame(image) {
            None => at(self.database.as_ref()?, u64::from(image) * PAGE_BYTES as u64),
            Some((at_frame, _)) => at(self.log.as_ref()?, Wal::page_offset(at_frame)),
        }
    }

    /// Which page it is an image of.
    pub(super) fn number(&self, image: Image) -> u32 {
        self.frame(image).map_or(image.saturating_add(1), |(_, frame)| frame.page)
    }

    /// The last image of page `number` from a transaction that ended.
    pub(super) fn last(&self, number: u32) -> Option<Image> {
        match self.last_committed(number) {
            Some(frame) => self.pages.checked_add(u32::try_from(frame).ok()?),
            None => (1..=self.pages).contains(&number).then(|| number - 1),
        }
    }

    pub(super) fn word(&self, image: Image) -> Word {
        let (page, frame) = (self.number(image), self.frame(image).map(|(at, _)| at));
        if frame.is_some_and(|at| at >= self.wal.committed) {
            return Word::Unended;
        }
        let last = self.last_committed(page);
        let superseded = last.is_some_and(|last| {
            frame != Some(last) && self.wal.frames.get(last).is_some_and(|frame| frame.intact)
        });
        let is_bad =
            frame.and_then(|at| self.wal.frames.get(at)).is_some_and(|frame| !frame.intact);
        match superseded || self.free.contains(&page) {
            true if is_bad => Word::Unended,
            true => Word::Nothing,
            false => Word::Last,
        }
    }

    /// Page `number` as a row whose first bytes are in `image` may go on there,
    /// the likeliest way first.
    pub(super) fn ways<'i>(
        &'i self,
        image: Image,
    ) -> impl Iterator<Item = impl Fn(u32) -> Option<Page> + 'i> + 'i {
        let unended = self.frame(image).is_some_and(|(at, _)| at >= self.wal.committed);
        let order = if unended {
            [Through::Everything, Through::Committed, Through::Intact, Through::Database]
        } else {
            [Through::Committed, Through::Everything, Through::Intact, Through::Database]
        };
        order.into_iter().map(move |through| move |number| self.page(number, through))
    }

    fn page(&self, number: u32, through: Through) -> Option<Page> {
        let frame = match through {
            Through::Database => None,
            Through::Committed => self.last_committed(number),
            Through::Intact => self.last_intact(number),
            Through::Everything => {
                self.frames_of.get(&number).and_then(|frames| frames.last().copied())
            }
        };
        let of_frame = |frame| self.pages.checked_add(u32::try_from(frame).ok()?);
        match frame {
            Some(frame) => self.read(of_frame(frame)?),
            None if (1..=self.pages).contains(&number) => self.read(number - 1),
            None => None,
        }
    }

    fn last_committed(&self, page: u32) -> Option<usize> {
        let frames = self.frames_of.get(&page)?;
        frames.iter().rev().find(|at| **at < self.wal.committed).copied()
    }

    fn last_intact(&self, page: u32) -> Option<usize> {
        let frames = self.frames_of.get(&page)?.iter().rev();
        let is_intact = |at: &&usize| self.wal.frames.get(**at).is_some_and(|frame| frame.intact);
        frames.filter(|at| **at < self.wal.committed).find(is_intact).copied()
    }

    fn frame(&self, image: Image) -> Option<(usize, Frame)> {
        let at = usize::try_from(image.checked_sub(self.pages)?).ok()?;
        Some((at, *self.wal.frames.get(at)?))
    }

    /// The pages that hold nothing, where the list of them is whole: what they
    /// held before is not to come back.
    fn freelist(&self) -> Option<BTreeSet<u32>> {
        let page = |number| self.page(number, Through::Committed);
        let first = page(1)?;
        let count = word(&first, FREELIST_AT + 4)?;
        let mut trunk = word(&first, FREELIST_AT)?;
        let mut free = BTreeSet::new();
        while trunk > 0 {
            let listed = page(trunk)?;
            let leaves = word(&listed, 4)? as usize;
            if !free.insert(trunk) || leaves > PAGE_BYTES / 4 - 2 {
                return None;
            }
            for at in 0..leaves {
                if !free.insert(word(&listed, 8 + 4 * at)?) {
                    return None;
                }
            }
            trunk = word(&listed, 0)?;
        }
        (free.len() == count as usize).then_some(free)
    }
}

fn open_present(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// The page at `offset`; what the file does not give is zero.
fn at(mut file: &File, offset: u64) -> Option<Page> {
    let mut page = [0; PAGE_BYTES];
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut filled = 0;
    while let Some(rest) = page.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(_) => return None,
        }
    }
    Some(page)
}

/// A big-endian word.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(four.iter().fold(0, |word, byte| (word << 8) | u32::from(*byte)))
}
