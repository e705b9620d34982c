//! Writes a recording from another one, or from an imported file.

use std::path::{Path, PathBuf};

use crate::{
    Compression, Error, Reason, Recording, RecordingWriter, bounds::Bounds, writer::Place,
};

impl Recording {
    /// Writes it to `path`, its secrets cut, in place of what is there.
    ///
    /// Written beside `path` and renamed at the end: a fault in this file or
    /// on the disk leaves nothing behind and `path` as it was.
    ///
    /// # Errors
    /// The first fault in this file, or what the disk refuses.
    pub fn write_to(&self, path: &Path, compression: Compression) -> Result<PathBuf, Error> {
        let mut writer = RecordingWriter::begin(
            path,
            Place::Any,
            self.header(),
            self.state(),
            compression,
            Bounds::FULL,
        )?;
        match self.copy_entries(&mut writer) {
            Ok(()) => writer.finish(),
            Err(error) => {
                writer.discard();
                Err(self.as_bad_input(error))
            }
        }
    }

    /// JSON escapes what the bounds on reading counted plain: that this file
    /// does not fit into a recording is its own fault, not the disk's.
    fn as_bad_input(&self, error: Error) -> Error {
        let reason = match error {
            Error::Full { limit, .. } => Reason::TooLarge { limit },
            Error::Oversized { limit, .. } => Reason::LineTooLong { limit },
            Error::BadInput { .. } | Error::Unreadable { .. } | Error::Unwritable { .. } => {
                return error;
            }
        };
        Error::BadInput { file: self.path().to_owned(), line: None, reason }
    }

    fn copy_entries(&self, writer: &mut RecordingWriter) -> Result<(), Error> {
        for entry in self.entries()? {
            writer.append(entry?)?;
        }
        Ok(())
    }
}
