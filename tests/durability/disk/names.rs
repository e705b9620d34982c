//! The names in a folder, as they are and as they are certain.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::random::Random;

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Folder,
    /// By its number.
    File(usize),
}

pub(super) type Map = BTreeMap<PathBuf, Node>;

/// What became of a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum NameChange {
    Create,
    Rename,
    Link,
    Remove,
}

#[derive(Debug, Clone)]
struct Pending {
    act: usize,
    change: NameChange,
    from: PathBuf,
    to: PathBuf,
    node: Node,
}

impl Pending {
    fn apply(&self, names: &mut Map) {
        match self.change {
            NameChange::Create | NameChange::Link => {
                names.insert(self.to.clone(), self.node);
            }
            NameChange::Rename => {
                self.take_away(names);
                names.insert(self.to.clone(), self.node);
            }
            NameChange::Remove => self.take_away(names),
        }
    }

    fn take_away(&self, names: &mut Map) {
        if names.get(&self.from) == Some(&self.node) {
            names.remove(&self.from);
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    live: Map,
    certain: Map,
    pending: Vec<Pending>,
}

impl Names {
    pub(super) fn begin_with(&mut self, name: &Path, node: Node) {
        self.live.insert(name.to_owned(), node);
        self.certain.insert(name.to_owned(), node);
    }

    pub(super) fn live(&self) -> &Map {
        &self.live
    }

    pub(super) fn node(&self, name: &Path) -> Option<Node> {
        self.live.get(name).copied()
    }

    pub(super) fn create(&mut self, act: usize, name: &Path, node: Node) {
        let (from, to) = (name.to_owned(), name.to_owned());
        self.push(Pending { act, change: NameChange::Create, from, to, node });
    }

    pub(super) fn change(&mut self, act: usize, change: NameChange, from: &Path, to: &Path) {
        let Some(node) = self.node(from) else { return };
        self.push(Pending { act, change, from: from.to_owned(), to: to.to_owned(), node });
    }

    fn push(&mut self, pending: Pending) {
        pending.apply(&mut self.live);
        self.pending.push(pending);
    }

    /// The names in `folder` are certain from here on, as of act `begun`.
    pub(super) fn flush(&mut self, folder: &Path, begun: usize) {
        let is_flushed = |pending: &Pending| {
            pending.act < begun && pending.to.parent().unwrap_or(Path::new("")) == folder
        };
        for pending in self.pending.extract_if(.., |pending| is_flushed(pending)) {
            pending.apply(&mut self.certain);
        }
    }

    /// As they may be then: none of the changes, all up to some point, or any.
    pub(super) fn after_power_loss(&self, random: &mut Random) -> Map {
        let mut names = self.certain.clone();
        let kept = random.below(self.pending.len() as u64 + 1);
        let in_order = random.chance(60);
        for (nth, pending) in self.pending.iter().enumerate() {
            if if in_order { (nth as u64) < kept } else { random.chance(50) } {
                pending.apply(&mut names);
            }
        }
        let folders: Vec<PathBuf> = names
            .iter()
            .filter(|(_, node)| **node == Node::Folder)
            .map(|(name, _)| name.clone())
            .collect();
        let is_reached = |name: &Path| {
            let parent = name.parent().unwrap_or(Path::new(""));
            parent.as_os_str().is_empty() || folders.iter().any(|folder| folder == parent)
        };
        names.retain(|name, _| is_reached(name));
        names
    }
}
