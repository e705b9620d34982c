//! Takes players' names out of a recording, for one that is given away.

use std::path::{Path, PathBuf};

use event_model::NamesKey;
use game_session::{Names, Pseudonyms, PutOn};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    Compression, Entry, Error, Header, Item, Reason, Recording, RecordingWriter, Redaction,
    bounds::Bounds, writer::Place,
};

/// What was taken out of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// The recording without names.
    pub path: PathBuf,
    /// How many names and accounts were replaced.
    pub names: u64,
    /// Frames whose body nobody could read: they are empty now.
    pub emptied: u64,
    /// Golden events that were left out: their ids are made of names.
    pub events_left_out: u64,
    /// Whether the state that it began with was left out, for it holds names.
    pub state_left_out: bool,
}

/// The key that a person's word stands for.
#[must_use]
pub fn key_of(word: &str) -> NamesKey {
    NamesKey::new(Sha256::digest(word.as_bytes()).into())
}

impl Recording {
    /// Writes it to `path` with every player called by a number, the same one
    /// throughout. Times, kinds and order stay. What the events of a replay are
    /// called changes with the names.
    ///
    /// # Errors
    /// The first fault in this file, one of a game whose names this version cannot
    /// find, or what the disk refuses. Then nothing is left of it.
    pub fn redact_to(&self, path: &Path, compression: Compression) -> Result<Redacted, Error> {
        self.redact(path, compression, None)
    }

    /// The same, where the key decides what a player is called: under one key each is
    /// called the same in every recording. Whoever has the key can test guesses.
    ///
    /// # Errors
    /// As [`redact_to`](Self::redact_to).
    pub fn redact_under(
        &self,
        key: &NamesKey,
        path: &Path,
        compression: Compression,
    ) -> Result<Redacted, Error> {
        self.redact(path, compression, Some(key))
    }

    fn redact(
        &self,
        path: &Path,
        compression: Compression,
        key: Option<&NamesKey>,
    ) -> Result<Redacted, Error> {
        let names = self.names()?;
        let pseudonyms = match key {
            Some(key) => names.pseudonyms_under(key),
            None => names.pseudonyms(),
        };
        let header = Header { redaction: Redaction::Names, ..self.header().clone() };
        let mut writer =
            RecordingWriter::begin(path, Place::Vacant, &header, None, compression, Bounds::FULL)?;
        let mut redacted = Redacted {
            path: path.to_owned(),
            names: pseudonyms.count() as u64,
            emptied: 0,
            events_left_out: 0,
            state_left_out: self.state().is_some(),
        };
        match self.write_redacted(&pseudonyms, &mut writer, &mut redacted) {
            Ok(()) => writer.finish().map(|_| redacted),
            Err(error) => {
                writer.discard();
                Err(error)
            }
        }
    }

    fn names(&self) -> Result<Names, Error> {
        let source = self.header().source;
        let mut names = Names::of(source).ok_or_else(|| Error::BadInput {
            file: self.path().to_owned(),
            line: None,
            reason: Reason::NamesUnknown(source),
        })?;
        for entry in self.entries()? {
            if let Item::Frame(frame) = entry?.item {
                names.learn(&frame);
            }
        }
        Ok(names)
    }

    fn write_redacted(
        &self,
        pseudonyms: &Pseudonyms,
        writer: &mut RecordingWriter,
        redacted: &mut Redacted,
    ) -> Result<(), Error> {
        for entry in self.entries()? {
            let Entry { t_ms, item } = entry?;
            let item = match item {
                Item::Frame(mut frame) => {
                    redacted.emptied += u64::from(pseudonyms.put_on(&mut frame) == PutOn::Emptied);
                    Item::Frame(frame)
                }
                Item::Fault(mut fault) => {
                    fault.error = pseudonyms.in_text(&fault.error);
                    Item::Fault(fault)
                }
                Item::Mark(text) => Item::Mark(pseudonyms.in_text(&text)),
                Item::End(why) => Item::End(pseudonyms.in_text(&why)),
                Item::Event(_) => {
                    redacted.events_left_out += 1;
                    continue;
                }
            };
            writer.append(Entry { t_ms, item })?;
        }
        Ok(())
    }
}
