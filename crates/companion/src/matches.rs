//! The player's own history of matches, as pages ask for it.
//!
//! Everything here works beside a running companion and without one: the history
//! is filled from the outbox before it is looked at.

mod erasing;
mod said;
mod server;
mod witnesses;

use std::{
    cmp::Reverse,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use event_model::{EventId, MatchKey};
use match_archive::{Archive, KeptMatch};
use match_story::{
    ByteOrderMark, Chapters, MatchOutcome, OwnMark, OwnMarks, Query, Sheet, Story, Summary,
    Uploads, chapters, csv, recap, table, timeline,
};
use outbox::{MatchStanding, OutboxView};

use crate::{
    DataDir, Error, UploadOptions,
    data_dir::create_private,
    history::{self, From},
};
pub use said::{
    ChapterWish, EraseWhere, ErasingMatch, Erasure, MatchSearch, MatchesPage, NotAsked, NotTold,
    OpenMatch, ServerErasure, Spreadsheet, SpreadsheetWish, WitnessAnswer,
};

/// Files of one match's name that are looked at for one that is free.
const FILES_MAX: u32 = 100;

/// An installation's history of matches.
#[derive(Debug, Clone)]
pub struct Matches {
    dir: DataDir,
    upload: UploadOptions,
}

impl Matches {
    /// The history of `dir`.
    #[must_use]
    pub fn of(dir: &DataDir) -> Self {
        Self { dir: dir.clone(), upload: UploadOptions::default() }
    }

    /// The same where the command line names a server: naming one is consent to ask it.
    #[must_use]
    pub fn asking(self, upload: UploadOptions) -> Self {
        Self { upload, ..self }
    }

    /// Matches that fit a search, the newest first, beyond what `before` says where a
    /// list is gone on with.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub fn page(
        &self,
        search: &MatchSearch,
        before: Option<&str>,
        limit: usize,
    ) -> Result<MatchesPage, Error> {
        let Some(mut archive) = self.filled()? else { return Ok(MatchesPage::default()) };
        let query = Query::new(&search.text);
        let all = archive.summaries().map_err(Error::History)?;
        let found: Vec<_> = all.into_iter().filter(|of| search.finds(&query, of)).collect();
        let counts = archive.counts().map_err(Error::History)?;
        let erasing = archive.erasing().map_err(Error::History)?;
        let count = found.len();
        let mut rest = found.into_iter().filter(|of| before.is_none_or(|at| is_beyond(of, at)));
        let matches: Vec<_> = rest.by_ref().take(limit.max(1)).collect();
        Ok(MatchesPage {
            next: rest.next().and(matches.last()).map(place_of),
            matches,
            found: small(count as u64),
            kept: small(counts.kept),
            given_up: small(counts.given_up),
            set_aside: match_archive::set_aside(&self.dir.history())
                .map(|path| path.display().to_string()),
            erasing: erasing
                .into_iter()
                .map(|of| ErasingMatch { key: of.key.to_string(), at_server: of.at_server })
                .collect(),
        })
    }

    /// One match; `None` where the history does not have it.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub fn open(&self, key: &MatchKey) -> Result<Option<OpenMatch>, Error> {
        let Some(mut archive) = self.filled()? else { return Ok(None) };
        let Some(kept) = archive.kept(key).map_err(Error::History)? else { return Ok(None) };
        let reading = read(key, &kept);
        let Some(story) = reading.story else { return Ok(None) };
        let timeline = timeline(&story);
        let uploads = uploads(&kept, self.standing(key));
        Ok(Some(OpenMatch {
            summary: story.summary(),
            table: table(&timeline),
            timeline,
            recap: recap(&story, uploads),
            uploads,
            unused: reading.unused,
            left_out: small(kept.left_out),
            witnessed: kept.witnessed,
        }))
    }

    /// The chapters of a match, with the moments of it that the player marked; `None`
    /// where it has no such event.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub fn chapters(
        &self,
        key: &MatchKey,
        wish: &ChapterWish,
        marked: &[OwnMark],
    ) -> Result<Option<Chapters>, Error> {
        let Ok(start) = wish.start.parse::<EventId>() else { return Ok(None) };
        let Some(story) = self.story(key)? else { return Ok(None) };
        let label = |mark: &match_story::Mark| {
            let named = wish.labels.get(&mark.event_id.to_string());
            named.cloned().unwrap_or_else(|| mark.kind.to_string())
        };
        let own = OwnMarks { marks: marked, label: &wish.marked };
        Ok(chapters(&timeline(&story), start, &wish.pick, own, label).ok())
    }

    /// Writes a match as a spreadsheet into a new file in `folder`; `None` where the
    /// history does not have it.
    ///
    /// # Errors
    /// Where the history cannot be read or the file not be written.
    pub fn csv(
        &self,
        key: &MatchKey,
        wish: &SpreadsheetWish,
        folder: &Path,
    ) -> Result<Option<Spreadsheet>, Error> {
        let Some(story) = self.story(key)? else { return Ok(None) };
        let Summary { game, first_seen, events, .. } = story.summary();
        let name = format!("ringside-{game}-{first_seen}").replace(':', "-");
        let failed = |cause| Error::DataDir { path: folder.to_owned(), cause };
        create_private(folder).map_err(failed)?;
        let (path, mut file) = new_file(folder, &name).map_err(failed)?;
        let labels = wish.labels.iter();
        let labels = labels.filter_map(|(id, label)| Some((id.parse().ok()?, label.clone())));
        let sheet = Sheet {
            // Spreadsheets are what it is for.
            mark: ByteOrderMark::With,
            separator: wish.separator,
            utc_offset_min: wish.utc_offset_min,
            labels: &labels.collect(),
        };
        file.write_all(csv(&story, &sheet).as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        Ok(Some(Spreadsheet { path: path.display().to_string(), events }))
    }

    fn story(&self, key: &MatchKey) -> Result<Option<Story>, Error> {
        let Some(mut archive) = self.filled()? else { return Ok(None) };
        let kept = archive.kept(key).map_err(Error::History)?;
        Ok(kept.and_then(|kept| read(key, &kept).story))
    }

    /// The history with everything that the outbox has; `None` where nothing was
    /// captured yet. Where the outbox cannot be read it is as it was.
    fn filled(&self) -> Result<Option<Archive>, Error> {
        if !self.dir.outbox().exists() && !self.dir.history().exists() {
            return Ok(None);
        }
        let mut archive = history::open(&self.dir)?;
        if let Some(view) = self.view() {
            let from = From::View(&view);
            let filled = history::fill(&mut archive, &from)
                .and_then(|_| history::note_sent(&mut archive, &from));
            match filled {
                Err(error @ Error::History(_)) => return Err(error),
                Err(error) => tracing::debug!(%error, "The upload queue cannot be read"),
                Ok(()) => {}
            }
        }
        Ok(Some(archive))
    }

    /// The outbox, where it can be read.
    fn view(&self) -> Option<OutboxView> {
        OutboxView::open(&self.dir.outbox()).ok()
    }

    /// Where the events of a match stand, as far as the outbox knows it.
    fn standing(&self, key: &MatchKey) -> MatchStanding {
        let standing = self.view().and_then(|view| view.standing_of_match(key.as_str()).ok());
        standing.unwrap_or_default()
    }
}

impl MatchSearch {
    fn finds(&self, query: &Query, summary: &Summary) -> bool {
        let outcome = summary.outcome.map(outcome_word);
        let said = [Some(summary.game.as_str()), summary.map.as_deref(), summary.mode.as_deref()];
        let said = said.into_iter().chain([outcome]);
        let shown = said.flatten().filter_map(|word| self.shown.get(word));
        let shown: Vec<_> = shown.map(String::as_str).collect();
        query.matches(summary, &self.places, &shown)
    }
}

/// What the page has a word of its own for.
fn outcome_word(outcome: MatchOutcome) -> &'static str {
    match outcome {
        MatchOutcome::Won => "won",
        MatchOutcome::Lost => "lost",
        MatchOutcome::Drawn => "drawn",
    }
}

fn read(key: &MatchKey, kept: &KeptMatch) -> match_story::Reading {
    match_story::read(key, kept.bodies.iter().map(String::as_bytes))
}

/// What was sent once stays sent, though the outbox has forgotten it.
fn uploads(kept: &KeptMatch, now: MatchStanding) -> Uploads {
    Uploads {
        sent: small(kept.sent.max(now.sent)),
        waiting: small(now.waiting),
        refused: small(now.refused),
    }
}

/// Where a list stands that has come to this match.
fn place_of(summary: &Summary) -> String {
    format!("{} {}", summary.first_seen.unix_ms(), summary.key)
}

/// Whether a list that has come to `place` still has the match before it. A place that
/// is none has everything before it.
fn is_beyond(summary: &Summary, place: &str) -> bool {
    let Some((ms, key)) = place.split_once(' ') else { return true };
    let Ok(ms) = ms.parse::<i64>() else { return true };
    (Reverse(summary.first_seen.unix_ms()), summary.key.as_str()) > (Reverse(ms), key)
}

fn new_file(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    for number in 1..FILES_MAX {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{suffix}.csv"));
        match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return Ok((path, made?)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// As pages count; nothing of a player's comes near its end.
fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
