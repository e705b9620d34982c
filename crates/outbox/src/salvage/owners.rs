//! Which table a page belongs to, where the way there from the schema is whole.
//!
//! Most rows say by their shape what they are. Spans do not: one that waits
//! looks like one that was sent.

use std::collections::BTreeMap;

use super::{
    cells,
    images::{Images, PAGE_BYTES, word},
    record::{Column, columns},
};

/// The page that the schema begins on, and where.
const SCHEMA: u32 = 1;
const SCHEMA_AT: usize = 100;
/// Pages of one table of spans: far more than any has.
const PAGES_MAX: usize = 100_000;

/// A table of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The queue, or what is in a request.
    Waiting,
    Settled,
}

/// What is known of pages; nothing of one that two tables claim.
#[derive(Debug, Default)]
pub(super) struct Owners {
    of: BTreeMap<u32, Option<Owner>>,
}

impl Owners {
    pub(super) fn find(images: &Images) -> Self {
        let mut owners = Self::default();
        for (name, root) in roots(images).unwrap_or_default() {
            let owner = match name.as_slice() {
                b"queue" | b"in_flight" => Owner::Waiting,
                b"settled" => Owner::Settled,
                _ => continue,
            };
            for page in pages(images, root).unwrap_or_default() {
                let known = owners.of.entry(page).or_insert(Some(owner));
                if *known != Some(owner) {
                    *known = None;
                }
            }
        }
        owners
    }

    pub(super) fn of(&self, page: u32) -> Option<Owner> {
        self.of.get(&page).copied().flatten()
    }
}

/// Tables by name, with their first pages.
fn roots(images: &Images) -> Option<Vec<(Vec<u8>, u32)>> {
    let mut roots = Vec::new();
    for number in pages(images, SCHEMA)? {
        let image = images.last(number)?;
        let page = images.read(image)?;
        let found = cells::find(&page, number == SCHEMA);
        let Some((tree, child_bytes)) = found.rows else { continue };
        for at in found.at {
            let cell = cells::cell(&page, usize::from(at), tree, child_bytes)?;
            roots.extend(cell.payload(images, image, &page, root));
        }
    }
    Some(roots)
}

fn root(record: &[u8]) -> Option<(Vec<u8>, u32)> {
    match columns(record)?.as_slice() {
        [Column::Text(b"table"), Column::Text(name), _, Column::Integer(root), _] => {
            Some((name.to_vec(), u32::try_from(*root).ok()?))
        }
        _ => None,
    }
}

/// The pages of a tree.
fn pages(images: &Images, root: u32) -> Option<Vec<u32>> {
    let mut pages = vec![root];
    let mut at = 0;
    while let Some(&number) = pages.get(at) {
        let page = images.read(images.last(number)?)?;
        let start = if number == SCHEMA { SCHEMA_AT } else { 0 };
        if page[start] == 0x05 {
            let count = usize::from(u16::from_be_bytes([page[start + 3], page[start + 4]]));
            pages.push(word(&page, start + 8)?);
            for cell in 0..count {
                let pointer = start + 12 + 2 * cell;
                let at = page.get(pointer..pointer + 2)?;
                let at = usize::from(u16::from_be_bytes([at[0], at[1]]));
                pages.push(word(&page, at.min(PAGE_BYTES))?);
            }
        }
        at += 1;
        if pages.len() > PAGES_MAX {
            return None;
        }
    }
    Some(pages)
}
