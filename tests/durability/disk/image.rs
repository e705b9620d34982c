//! A folder's files at one moment.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Files by name; no bytes for a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Image(BTreeMap<PathBuf, Option<Vec<u8>>>);

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
        self.0.insert(name.to_owned(), None);
    }

    pub(super) fn add_file(&mut self, name: &Path, bytes: Vec<u8>) {
        self.0.insert(name.to_owned(), Some(bytes));
    }

    /// Every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.0.iter().filter_map(|(name, bytes)| Some((name.as_path(), bytes.as_deref()?)))
    }

    /// Every folder.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter(|(_, bytes)| bytes.is_none()).map(|(name, _)| name.as_path())
    }

    /// The bytes of one.
    pub(crate) fn file(&self, name: &str) -> Option<&[u8]> {
        self.0.get(Path::new(name))?.as_deref()
    }

    /// Puts the files into `folder`, and nothing else.
    pub(crate) fn write(&self, folder: &Path) {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
        fs::create_dir_all(folder).unwrap();
        for (name, bytes) in &self.0 {
            match bytes {
                None => fs::create_dir_all(folder.join(name)).unwrap(),
                Some(bytes) => fs::write(folder.join(name), bytes).unwrap(),
            }
        }
    }
}
