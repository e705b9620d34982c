//! Cells of a b-tree page: the rows as they lie in the file.

use super::{
    images::{Image, Images, PAGE_BYTES, Page, word},
    record::varint,
};

/// The first page begins with the header of the database.
const DATABASE_HEADER_BYTES: usize = 100;
/// No row of ours is larger: an event has at most 64 KiB, a session state some
/// hundred.
const PAYLOAD_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What kind of tree a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    /// Rows under an integer key.
    Table,
    /// Rows that are their own key: indexes, and tables without a row id.
    Index,
}

/// A row's place, and what is known of it before its payload is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) tree: Tree,
    /// The row id; 0 in an index.
    pub(super) key: i64,
    payload_bytes: u64,
    /// Where the payload begins in its page.
    payload_at: usize,
}

/// Where the cells of a page begin.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) at: Vec<u16>,
    /// Of which tree, and how many bytes of each cell name another page.
    pub(super) rows: Option<(Tree, usize)>,
    /// Whether the page is such as SQLite writes; else it may hold more.
    pub(super) whole: bool,
}

/// The cells that a page says it has.
pub(super) fn find(page: &Page, is_first: bool) -> Found {
    let start = if is_first { DATABASE_HEADER_BYTES } else { 0 };
    let kind = match page[start] {
        0x0D => Kind { tree: Some(Tree::Table), header_bytes: 8, child_bytes: 0 },
        0x05 => Kind { tree: None, header_bytes: 12, child_bytes: 4 },
        0x0A => Kind { tree: Some(Tree::Index), header_bytes: 8, child_bytes: 0 },
        0x02 => Kind { tree: Some(Tree::Index), header_bytes: 12, child_bytes: 4 },
        // Zeros are a page that was never written.
        _ => return Found { whole: page.iter().all(|byte| *byte == 0), ..Found::default() },
    };
    let count = usize::from(half(page, start + 3));
    let pointers = start + kind.header_bytes;
    if pointers + 2 * count > PAGE_BYTES {
        return Found::default();
    }
    let mut at: Vec<u16> = (0..count).map(|cell| half(page, pointers + 2 * cell)).collect();
    at.sort_unstable();
    let whole = is_tiled(page, start, kind, pointers + 2 * count, &at);
    match kind.tree {
        Some(tree) => Found { at, rows: Some((tree, kind.child_bytes)), whole },
        None => Found { whole, ..Found::default() },
    }
}

/// A kind of page: which rows it has, none where only keys, and how its cells
/// begin.
#[derive(Debug, Clone, Copy)]
struct Kind {
    tree: Option<Tree>,
    header_bytes: usize,
    child_bytes: usize,
}

impl Kind {
    /// Where the cell at `at` ends.
    fn end(self, page: &Page, at: usize) -> Option<usize> {
        match self.tree {
            Some(tree) => cell(page, at, tree, self.child_bytes)?.end(),
            None => Some(at + self.child_bytes + varint(page.get(at + self.child_bytes..)?)?.1),
        }
    }
}

/// Whether cells and free room fill the page from its first cell to its end,
/// as they do in every page that SQLite wrote: a damaged pointer leaves a hole.
fn is_tiled(page: &Page, start: usize, kind: Kind, pointers_end: usize, at: &[u16]) -> bool {
    let first = usize::from(half(page, start + 5));
    let mut used = usize::from(page[start + 7]);
    let mut free = usize::from(half(page, start + 1));
    while free > 0 {
        let bytes = usize::from(half(page, free + 2));
        // In order and apart; so this ends.
        let next = usize::from(half(page, free));
        if bytes < 4 || free < first || (next > 0 && next < free + bytes) {
            return false;
        }
        used += bytes;
        free = next;
    }
    let mut end = first;
    for &at in at {
        let at = usize::from(at);
        let Some(ends) = kind.end(page, at).filter(|_| at >= end) else { return false };
        // A freed cell must have room for the note that it is free.
        end = ends.max(at + 4);
        used += end - at;
    }
    first >= pointers_end && end <= PAGE_BYTES && first + used == PAGE_BYTES
}

/// The cell at `at`, where there can be one.
pub(super) fn cell(page: &Page, at: usize, tree: Tree, child_bytes: usize) -> Option<Cell> {
    let at = at + child_bytes;
    let (payload_bytes, taken) = varint(page.get(at..)?)?;
    let (key, key_bytes) = match tree {
        Tree::Table => varint(page.get(at + taken..)?)?,
        Tree::Index => (0, 0),
    };
    let payload_at = at + taken + key_bytes;
    let cell = Cell { tree, key: key.cast_signed(), payload_bytes, payload_at };
    (cell.end()? <= PAGE_BYTES).then_some(cell)
}

impl Cell {
    fn end(&self) -> Option<usize> {
        let link = if self.overflows()? { 4 } else { 0 };
        Some(self.payload_at + self.local_bytes()? + link)
    }

    /// The cell whose payload begins at `payload_at` with a record, as the
    /// bytes before it have it: there are several ways to read them.
    pub(super) fn before(page: &Page, payload_at: usize) -> impl Iterator<Item = (usize, Self)> {
        // Row ids to 2^28, payloads to 2^21.
        let lengths = (1..=4_usize).flat_map(|key| (1..=3_usize).map(move |bytes| key + bytes));
        let starts: std::collections::BTreeSet<usize> =
            lengths.filter_map(|bytes| payload_at.checked_sub(bytes)).collect();
        starts.into_iter().filter_map(move |start| {
            let cell = cell(page, start, Tree::Table, 0)?;
            (cell.payload_at == payload_at).then_some((start, cell))
        })
    }

    /// Its bytes, the first way that `wanted` takes something from.
    pub(super) fn payload<T>(
        &self,
        images: &Images,
        image: Image,
        page: &Page,
        wanted: impl Fn(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let local = page.get(self.payload_at..self.payload_at + self.local_bytes()?)?;
        if !self.overflows()? {
            return wanted(local);
        }
        let first = word(page, self.payload_at + local.len())?;
        images.ways(image).find_map(|page| wanted(&self.followed(local, first, page)?))
    }

    /// The first bytes of the payload, without what lies in other pages.
    pub(super) fn local<'p>(&self, page: &'p Page) -> Option<&'p [u8]> {
        page.get(self.payload_at..self.payload_at + self.local_bytes()?)
    }

    fn followed(
        &self,
        local: &[u8],
        first: u32,
        page: impl Fn(u32) -> Option<Page>,
    ) -> Option<Vec<u8>> {
        let bytes = usize::try_from(self.payload_bytes).ok()?;
        let mut payload = local.to_vec();
        let mut next = first;
        while payload.len() < bytes {
            let more = page(next)?;
            let take = (bytes - payload.len()).min(PAGE_BYTES - 4);
            payload.extend_from_slice(&more[4..4 + take]);
            next = word(&more, 0)?;
        }
        Some(payload)
    }

    /// How much of the payload lies in the page itself: SQLite's own formula.
    fn local_bytes(&self) -> Option<usize> {
        let most = most_local(self.tree);
        let bytes = self.bounded()?;
        if bytes <= most {
            return Some(bytes);
        }
        let least = (PAGE_BYTES - 12) * 32 / 255 - 23;
        let kept = least + (bytes - least) % (PAGE_BYTES - 4);
        Some(if kept <= most { kept } else { least })
    }

    fn overflows(&self) -> Option<bool> {
        Some(self.bounded()? > most_local(self.tree))
    }

    fn bounded(&self) -> Option<usize> {
        if self.payload_bytes > PAYLOAD_BYTES_MAX {
            return None;
        }
        usize::try_from(self.payload_bytes).ok()
    }
}

fn most_local(tree: Tree) -> usize {
    match tree {
        Tree::Table => PAGE_BYTES - 35,
        Tree::Index => (PAGE_BYTES - 12) * 64 / 255 - 23,
    }
}

fn half(page: &Page, at: usize) -> u16 {
    page.get(at..at + 2).map_or(0, |two| u16::from_be_bytes([two[0], two[1]]))
}
