//! A folder's files at one moment.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What has names in a folder, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Image(BTreeMap<PathBuf, Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Folder,
    File(Vec<u8>),
    /// Another name of the file that has this one.
    Link(PathBuf),
}

impl Image {
    /// What is in `folder` now, without the index that processes share.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut image = Self::default();
        image.read(folder, Path::new(""));
        image
    }

    fn read(&mut self, folder: &Path, below: &Path) {
        for entry in fs::read_dir(folder.join(below)).unwrap() {
            let entry = entry.unwrap();
            let name = below.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                self.add_folder(&name);
                self.read(folder, &name);
            } else if !name.to_string_lossy().ends_with("-shm") {
                self.add_file(&name, fs::read(entry.path()).unwrap());
            }
        }
    }

    pub(super) fn add_folder(&mut self, name: &Path) {
        self.0.insert(name.to_owned(), Entry::Folder);
    }

    pub(super) fn add_file(&mut self, name: &Path, bytes: Vec<u8>) {
        self.0.insert(name.to_owned(), Entry::File(bytes));
    }

    /// One more name of the file that is called `first`.
    pub(super) fn add_link(&mut self, name: &Path, first: &Path) {
        self.0.insert(name.to_owned(), Entry::Link(first.to_owned()));
    }

    /// Every file, under one of its names.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.0.iter().filter_map(|(name, entry)| match entry {
            Entry::File(bytes) => Some((name.as_path(), bytes.as_slice())),
            Entry::Folder | Entry::Link(_) => None,
        })
    }

    /// Every folder.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter(|(_, entry)| **entry == Entry::Folder).map(|(name, _)| name.as_path())
    }

    /// The bytes of one.
    pub(crate) fn file(&self, name: &str) -> Option<&[u8]> {
        match self.0.get(Path::new(name))? {
            Entry::File(bytes) => Some(bytes),
            Entry::Link(first) => self.file(first.to_str()?),
            Entry::Folder => None,
        }
    }

    /// Puts the files into `folder`, and nothing else.
    pub(crate) fn write(&self, folder: &Path) {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        fs::create_dir_all(folder).unwrap();
        for (name, entry) in &self.0 {
            match entry {
                Entry::Folder => fs::create_dir_all(folder.join(name)).unwrap(),
                Entry::File(bytes) => fs::write(folder.join(name), bytes).unwrap(),
                // The first of its names comes first.
                Entry::Link(first) => {
                    fs::hard_link(folder.join(first), folder.join(name)).unwrap();
                }
            }
        }
    }
}
