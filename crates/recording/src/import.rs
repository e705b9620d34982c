//! Reads files that are not recordings as the recordings they would become.
//!
//! Each document of the file becomes one frame with the document's own text as
//! its body. `t_ms` counts from the first time that the data itself knows and
//! never falls. `recorded_at` is that time where it is a wall time; where it is
//! none (League's game clock) it is the Unix epoch, since a file's modification
//! time would give the same file another content on every machine.

mod document_stream;
mod documents;
mod draft;
mod elite;
mod gsi;
mod gsi_log;
mod league;
mod log_lines;
mod overwolf;
mod power_log;
mod recognise;
mod rocket_league;
mod timeline;

use std::path::Path;

use event_model::{Source, WallTime};
use game_session::cut_secrets;

use crate::{Entry, Error, Format, Header, Item, Recording, bounds::Bounds};
use documents::Documents;
use draft::{Draft, SourceHint, Stamp};
use elite::EliteJournal;
use power_log::PowerLog;
use timeline::Timeline;

/// What the header of an imported file names as the program that wrote it.
pub const IMPORT_APP: &str = "import";

/// Why an imported recording ends.
pub const IMPORT_END: &str = "imported";

/// Opens a file that is a recording, or can become one.
///
/// Without a format it is recognised by its content, never by its name.
///
/// # Errors
/// Where the file cannot be read, or is in no known format.
pub fn import(path: &Path, format: Option<Format>) -> Result<Recording, Error> {
    let format = format.map_or_else(|| recognise::format_of(path), Ok)?;
    let import = match format {
        Format::Rsrec => return Recording::open(path),
        Format::GsiLog => Import::GsiLog,
        Format::GsiFrames => Import::GsiFrames,
        Format::LeagueAllgamedata => Import::LeagueAllgamedata,
        Format::RocketLeagueStream => Import::RocketLeagueStream,
        Format::PowerLog => Import::PowerLog,
        Format::OverwolfGep => Import::OverwolfGep,
        Format::EliteJournal => Import::EliteJournal,
    };
    Ok(Recording::imported(path, import.header(path)?, import))
}

/// A format that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    GsiLog,
    GsiFrames,
    LeagueAllgamedata,
    RocketLeagueStream,
    PowerLog,
    OverwolfGep,
    EliteJournal,
}

/// The pieces of a file that become frames.
#[derive(Debug)]
enum Pieces {
    Documents(Documents),
    PowerLog(PowerLog),
    EliteJournal(EliteJournal),
}

impl Import {
    pub(crate) fn format(self) -> Format {
        match self {
            Self::GsiLog => Format::GsiLog,
            Self::GsiFrames => Format::GsiFrames,
            Self::LeagueAllgamedata => Format::LeagueAllgamedata,
            Self::RocketLeagueStream => Format::RocketLeagueStream,
            Self::PowerLog => Format::PowerLog,
            Self::OverwolfGep => Format::OverwolfGep,
            Self::EliteJournal => Format::EliteJournal,
        }
    }

    pub(crate) fn entries(self, path: &Path, source: Source) -> Result<ImportedEntries, Error> {
        let pieces = self.pieces(path)?;
        let timeline = Timeline::default();
        Ok(ImportedEntries { import: self, pieces, source, timeline, at: At::Pieces })
    }

    fn pieces(self, path: &Path) -> Result<Pieces, Error> {
        Ok(match self {
            Self::PowerLog => Pieces::PowerLog(PowerLog::open(path)?),
            Self::EliteJournal => Pieces::EliteJournal(EliteJournal::open(path)?),
            Self::GsiLog
            | Self::GsiFrames
            | Self::LeagueAllgamedata
            | Self::RocketLeagueStream
            | Self::OverwolfGep => Pieces::Documents(Documents::open(path, Bounds::FULL)?),
        })
    }

    /// Reads as far as the first source and the first time that are named.
    fn header(self, path: &Path) -> Result<Header, Error> {
        let mut pieces = self.pieces(path)?;
        let mut source = SourceHint::Nothing;
        let mut time = None;
        while let Some(draft) = self.next_draft(&mut pieces)? {
            source = source.or(draft.source);
            time = time.or(draft.stamp);
            if let (SourceHint::Named(_), Some(_)) = (source, time) {
                break;
            }
        }
        let recorded_at = match time {
            Some(Stamp::Wall(at)) => at,
            Some(Stamp::Game(_)) | None => WallTime::from_unix_ms(0),
        };
        let source = match source {
            SourceHint::Named(source) | SourceHint::Guessed(source) => source,
            // Only GSI leaves it open, and of its two games this one came first.
            SourceHint::Nothing => Source::Cs2,
        };
        Ok(Header::new(source, recorded_at, IMPORT_APP))
    }

    fn next_draft(self, pieces: &mut Pieces) -> Result<Option<Draft>, Error> {
        let documents = match pieces {
            Pieces::Documents(documents) => documents,
            Pieces::PowerLog(log) => return log.next(),
            Pieces::EliteJournal(journal) => return journal.next(),
        };
        let Some(document) = documents.next()? else { return Ok(None) };
        let draft = match self {
            Self::GsiLog => gsi_log::read(document.text),
            Self::GsiFrames => Ok(gsi::read(document.text)),
            Self::LeagueAllgamedata => Ok(league::read(document.text)),
            Self::RocketLeagueStream => rocket_league::read(document.text),
            Self::OverwolfGep => overwolf::read(document.text),
            Self::PowerLog | Self::EliteJournal => unreachable!("their pieces are lines"),
        };
        let line = document.line;
        draft.map(Some).map_err(|reason| documents.bad(line, reason))
    }
}

/// The entries of an imported file.
#[derive(Debug)]
pub(crate) struct ImportedEntries {
    import: Import,
    pieces: Pieces,
    source: Source,
    timeline: Timeline,
    at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Pieces,
    Done,
}

impl ImportedEntries {
    fn entry(&mut self, draft: Option<Draft>) -> Entry {
        match draft {
            Some(Draft { stamp, mut frame, .. }) => {
                cut_secrets(self.source, &mut frame);
                Entry { t_ms: self.timeline.advance(stamp), item: Item::Frame(frame) }
            }
            None => {
                self.at = At::Done;
                Entry { t_ms: self.timeline.now_ms(), item: Item::End(IMPORT_END.to_owned()) }
            }
        }
    }
}

impl Iterator for ImportedEntries {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == At::Done {
            return None;
        }
        Some(match self.import.next_draft(&mut self.pieces) {
            Ok(draft) => Ok(self.entry(draft)),
            Err(error) => {
                self.at = At::Done;
                Err(error)
            }
        })
    }
}
