//! Whether what games say is recorded, written into the settings file.

use super::{Settings, file};
use crate::{DataDir, Error};

impl Settings {
    /// These settings with recording on or off, which is on disk.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn change_recording(&self, dir: &DataDir, on: bool) -> Result<Self, Error> {
        file::edit(dir, |file| file.set("recording", "enabled", on))?;
        let mut changed = self.clone();
        changed.recording.enabled = on;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recording_that_is_switched_on_is_on_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let settings = Settings::load_or_create(&dir).unwrap();
        assert!(!settings.recording.enabled, "nothing is recorded before somebody wants it");
        let changed = settings.change_recording(&dir, true).unwrap();
        assert_eq!(Settings::load_or_create(&dir).unwrap(), changed);
        assert!(changed.recording.enabled);
    }
}
