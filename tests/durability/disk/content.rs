//! The bytes of one file, as written and as certain.

use std::rc::Rc;

use crate::random::Random;

/// What a disk writes whole or not at all.
const SECTOR_BYTES: usize = 512;
/// What the system remembers as written or not.
const PAGE_BYTES: u64 = 4096;

#[derive(Debug, Clone)]
enum Change {
    Write { offset: u64, bytes: Rc<[u8]> },
    Resize { length: u64 },
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes: written } => put(bytes, *offset, written),
            Self::Resize { length } => bytes.resize(*length as usize, 0),
        }
    }

    /// The same, but only the sectors that `is_kept` allows.
    fn apply_sectors(&self, bytes: &mut Vec<u8>, mut is_kept: impl FnMut() -> bool) {
        match self {
            Self::Write { offset, bytes: written } => {
                for (at, part) in split(*offset, written, SECTOR_BYTES as u64) {
                    if is_kept() {
                        put(bytes, at, part);
                    }
                }
            }
            Self::Resize { .. } => {
                if is_kept() {
                    self.apply(bytes);
                }
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, offset: u64, written: &[u8]) {
    let (from, to) = (offset as usize, offset as usize + written.len());
    if bytes.len() < to {
        bytes.resize(to, 0);
    }
    bytes[from..to].copy_from_slice(written);
}

/// `bytes`, which lie at `offset`, cut where a multiple of `unit` lies.
fn split(offset: u64, bytes: &[u8], unit: u64) -> impl Iterator<Item = (u64, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let place = offset + at as u64;
        let end = (at + (unit - place % unit) as usize).min(bytes.len());
        let part = bytes.get(at..end).filter(|part| !part.is_empty())?;
        at = end;
        Some((place, part))
    })
}

#[derive(Debug, Clone)]
struct Pending {
    act: usize,
    change: Change,
}

/// How a power failure treats one file.
#[derive(Debug, Clone, Copy)]
enum Loss {
    /// Nothing that was not flushed is there.
    All,
    /// Only the last thing written is there.
    AllButLast,
    /// One thing is missing.
    One,
    /// Everything up to a point is there, and the next thing in part.
    After,
    /// Any sector may be missing.
    Sectors,
}

const LOSSES: [Loss; 6] =
    [Loss::All, Loss::AllButLast, Loss::One, Loss::After, Loss::Sectors, Loss::Sectors];

#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    live: Vec<u8>,
    certain: Vec<u8>,
    pending: Vec<Pending>,
    /// Written, not certain, and forgotten by the system: a flush failed. Each
    /// lies within one page.
    orphans: Vec<Pending>,
}

impl Content {
    pub(super) fn certain(bytes: Vec<u8>) -> Self {
        Self { live: bytes.clone(), certain: bytes, ..Self::default() }
    }

    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    pub(super) fn write(&mut self, act: usize, offset: Option<u64>, bytes: &[u8]) {
        let offset = offset.unwrap_or(self.live.len() as u64);
        self.revive(offset, bytes.len() as u64);
        self.push(Pending { act, change: Change::Write { offset, bytes: bytes.into() } });
    }

    pub(super) fn resize_at(&mut self, act: usize, length: u64) {
        // What lies behind the new end is forgotten for good.
        self.orphans.retain(|orphan| match &orphan.change {
            Change::Write { offset, bytes } => offset + bytes.len() as u64 <= length,
            Change::Resize { .. } => true,
        });
        self.push(Pending { act, change: Change::Resize { length } });
    }

    fn push(&mut self, pending: Pending) {
        pending.change.apply(&mut self.live);
        self.pending.push(pending);
    }

    /// A page that is written again is written whole, with what was forgotten.
    fn revive(&mut self, offset: u64, length: u64) {
        let pages = offset / PAGE_BYTES..=(offset + length.max(1) - 1) / PAGE_BYTES;
        let is_touched = |orphan: &Pending| match orphan.change {
            Change::Write { offset, .. } => pages.contains(&(offset / PAGE_BYTES)),
            Change::Resize { .. } => false,
        };
        let revived: Vec<_> = self.orphans.extract_if(.., |orphan| is_touched(orphan)).collect();
        self.pending.extend(revived);
        self.pending.sort_by_key(|pending| pending.act);
    }

    pub(super) fn flush(&mut self, begun: usize) {
        for pending in self.pending.extract_if(.., |pending| pending.act < begun) {
            pending.change.apply(&mut self.certain);
        }
    }

    pub(super) fn fail_to_flush(&mut self, begun: usize) {
        let forgotten: Vec<_> = self
            .pending
            .extract_if(.., |pending| {
                pending.act < begun && matches!(pending.change, Change::Write { .. })
            })
            .collect();
        for Pending { act, change } in forgotten {
            if let Change::Write { offset, bytes } = change {
                for (offset, part) in split(offset, &bytes, PAGE_BYTES) {
                    let change = Change::Write { offset, bytes: part.into() };
                    self.orphans.push(Pending { act, change });
                }
            }
        }
    }

    pub(super) fn after_power_loss(&self, random: &mut Random) -> Vec<u8> {
        let mut uncertain: Vec<&Pending> = self.orphans.iter().chain(&self.pending).collect();
        uncertain.sort_by_key(|pending| pending.act);
        let mut bytes = self.certain.clone();
        let count = uncertain.len() as u64;
        let (loss, chosen) =
            (LOSSES[random.below(LOSSES.len() as u64) as usize], random.below(count));
        let percent = [10, 50, 90][random.below(3) as usize];
        for (nth, pending) in (0_u64..).zip(uncertain) {
            let is_kept = match loss {
                Loss::All => Some(false),
                Loss::AllButLast => Some(nth + 1 == count),
                Loss::One => Some(nth != chosen),
                Loss::After if nth == chosen => None,
                Loss::After => Some(nth < chosen),
                Loss::Sectors => None,
            };
            pending
                .change
                .apply_sectors(&mut bytes, || is_kept.unwrap_or_else(|| random.chance(percent)));
        }
        bytes
    }
}
