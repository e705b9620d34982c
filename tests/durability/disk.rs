//! What a folder on a disk may hold after a crash.
//!
//! A killed process leaves everything that it wrote. A power failure leaves for
//! certain only what was flushed: of each write since then every sector may
//! have reached the disk or not, whatever the order; and a file may have got,
//! lost or changed its name or not, until its folder was flushed. After a flush
//! that failed, the pages that it could not write count as written for the
//! system, so that the next flush does not bring them along.

mod content;
mod image;
mod names;

use std::{collections::BTreeMap, path::Path};

use content::Content;
pub(crate) use image::Image;
use names::{NameChange, Names, Node};

use crate::{random::Random, trace::Act};

/// The files of one folder, as written and as certain.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    contents: Vec<Content>,
    names: Names,
    acts: usize,
}

impl Disk {
    /// A disk that holds what is in `folder`, for certain.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut disk = Self::default();
        let image = Image::of_folder(folder);
        image.folders().for_each(|name| disk.names.begin_with(name, Node::Folder));
        for (name, bytes) in image.files() {
            disk.contents.push(Content::certain(bytes.to_vec()));
            disk.names.begin_with(name, Node::File(disk.contents.len() - 1));
        }
        disk
    }

    /// Does what a program did.
    pub(crate) fn act(&mut self, act: &Act) {
        let acts = self.acts;
        match act {
            Act::Open { name, create, truncate } => self.open(name, *create, *truncate),
            Act::Write { name, offset, bytes } => {
                self.write(name, *offset, bytes);
            }
            Act::Resize { name, length } => {
                if let Some(content) = self.content(name) {
                    content.resize_at(acts, *length);
                }
            }
            Act::Flush { name, begun, flushed } => self.flush(name, *begun, *flushed),
            Act::Rename { from, to } => self.change(NameChange::Rename, from, to),
            Act::Link { from, to } => self.change(NameChange::Link, from, to),
            Act::Remove { name } => self.change(NameChange::Remove, name, name),
            Act::MakeFolder { name } => self.names.create(self.acts, name, Node::Folder),
            Act::Say { .. } | Act::Send { .. } => {}
        }
        self.acts += 1;
    }

    /// What a killed process leaves.
    pub(crate) fn after_kill(&self) -> Image {
        self.image(self.names.live(), |content| content.live().to_vec())
    }

    /// What a power failure may leave.
    pub(crate) fn after_power_loss(&self, random: &mut Random) -> Image {
        let names = self.names.after_power_loss(random);
        self.image(&names, |content| content.after_power_loss(random))
    }

    fn image(&self, names: &names::Map, mut bytes: impl FnMut(&Content) -> Vec<u8>) -> Image {
        let (mut image, mut first_names) = (Image::default(), BTreeMap::new());
        for (name, node) in names {
            match *node {
                Node::Folder => image.add_folder(name),
                Node::File(file) => match *first_names.entry(file).or_insert(name) {
                    first if first == name => image.add_file(name, bytes(&self.contents[file])),
                    first => image.add_link(name, first),
                },
            }
        }
        image
    }

    fn open(&mut self, name: &Path, create: bool, truncate: bool) {
        if create && self.names.node(name).is_none() {
            self.contents.push(Content::default());
            self.names.create(self.acts, name, Node::File(self.contents.len() - 1));
        }
        let acts = self.acts;
        if let Some(content) = self.content(name)
            && truncate
        {
            content.resize_at(acts, 0);
        }
    }

    fn write(&mut self, name: &Path, offset: Option<u64>, bytes: &[u8]) {
        let acts = self.acts;
        // A file that has no name any more leaves nothing after a crash.
        if let Some(content) = self.content(name) {
            content.write(acts, offset, bytes);
        }
    }

    fn flush(&mut self, name: &Path, begun: usize, flushed: bool) {
        match (self.names.node(name), flushed) {
            (Some(Node::File(file)), true) => self.contents[file].flush(begun),
            (Some(Node::File(file)), false) => self.contents[file].fail_to_flush(begun),
            (Some(Node::Folder), true) => self.names.flush(name, begun),
            (None, true) if name.as_os_str().is_empty() => self.names.flush(name, begun),
            (Some(Node::Folder) | None, _) => {}
        }
    }

    fn change(&mut self, change: NameChange, from: &Path, to: &Path) {
        self.names.change(self.acts, change, from, to);
    }

    fn content(&mut self, name: &Path) -> Option<&mut Content> {
        match self.names.node(name)? {
            Node::File(file) => self.contents.get_mut(file),
            Node::Folder => None,
        }
    }
}

#[cfg(test)]
mod tests;
