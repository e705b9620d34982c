//! Files that a game writes: they grow, by lines or by halves of lines, and a
//! new one follows.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use event_model::{Frame, Reading};
use tokio::{
    fs::{File, OpenOptions},
    io::AsyncWriteExt,
    time::sleep,
};

use crate::{Conductor, Pieces, Played};

/// Between two halves of a line: longer than a follower needs to look between.
const BETWEEN_HALVES: Duration = Duration::from_millis(20);

/// Most that is made up in one file: longer than any log a game keeps.
const FILLER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a file that takes another's place is called until it does.
const ANEW: &str = "anew";

/// A folder that a game writes into.
#[derive(Debug)]
pub struct FileStage {
    folder: PathBuf,
    name: String,
    pieces: Pieces,
    lengths: BTreeMap<String, u64>,
}

impl FileStage {
    /// `name` is the file of frames that name none.
    #[must_use]
    pub fn new(folder: PathBuf, name: &str, pieces: Pieces) -> Self {
        Self { folder, name: name.to_owned(), pieces, lengths: BTreeMap::new() }
    }

    /// Writes a line to where it stood. `ending` is what lies between it and the
    /// next one.
    async fn write(&mut self, frame: &Frame, ending: &'static [u8]) -> Result<()> {
        let name = frame.file.clone().unwrap_or_else(|| self.name.clone());
        let path = self.folder.join(below_the_folder(&name)?);
        let cannot = || format!("cannot write {}", path.display());
        let (mut file, length) =
            self.opened(&name, &path, frame.offset).await.with_context(cannot)?;
        let filler = filler(frame.offset.map_or(0, |offset| offset.saturating_sub(length)))?;
        file.write_all(&filler).await.with_context(cannot)?;
        let line = [&frame.body, ending].concat();
        for (number, piece) in self.pieces.of(&line).into_iter().enumerate() {
            if number > 0 {
                sleep(BETWEEN_HALVES).await;
            }
            file.write_all(piece).await.with_context(cannot)?;
            file.flush().await.with_context(cannot)?;
        }
        self.lengths.insert(name, length + (filler.len() + line.len()) as u64);
        Ok(())
    }

    /// The file to write on, and how long it is.
    async fn opened(
        &self,
        name: &str,
        path: &Path,
        offset: Option<u64>,
    ) -> std::io::Result<(File, u64)> {
        match self.lengths.get(name).copied() {
            Some(length) if offset.is_none_or(|offset| offset >= length) => {
                OpenOptions::new().append(true).open(path).await.map(|file| (file, length))
            }
            Some(_) => {
                // Of that name, but begun anew: another file while both are there.
                let anew = path.with_extension(ANEW);
                let file = File::create_new(&anew).await?;
                tokio::fs::rename(&anew, path).await?;
                Ok((file, 0))
            }
            None => {
                if let Some(folder) = path.parent() {
                    tokio::fs::create_dir_all(folder).await?;
                }
                // Never over what another program wrote: it may be the game itself.
                File::create_new(path).await.map(|file| (file, 0))
            }
        }
    }

    /// What ends a line: the next one's place says how many bytes it has.
    fn ending(&self, frame: &Frame, next: Option<&Frame>) -> &'static [u8] {
        if frame.body.ends_with(b"\n") {
            return b"";
        }
        let end = frame.offset.map(|offset| offset + frame.body.len() as u64);
        let next = next.filter(|next| next.file == frame.file).and_then(|next| next.offset);
        match next.zip(end).and_then(|(next, end)| next.checked_sub(end)) {
            Some(2) => b"\r\n",
            Some(_) | None => b"\n",
        }
    }
}

/// Plays a script into a folder at once: whoever follows it may come later.
///
/// # Errors
/// Where the script cannot be read on, a file cannot be written, or one of that
/// name is there already.
pub async fn play_files(mut stage: FileStage, mut conductor: Conductor) -> Result<Played> {
    let mut played = Played::default();
    while let Some(cue) = conductor.next().await? {
        let Reading::Frame(frame) = cue.reading else {
            played.faults += 1;
            continue;
        };
        let next = match conductor.peek()?.map(|cue| &cue.reading) {
            Some(Reading::Frame(next)) => Some(next),
            Some(Reading::Fault(_)) | None => None,
        };
        let ending = stage.ending(&frame, next);
        stage.write(&frame, ending).await?;
        played.frames += 1;
    }
    Ok(played)
}

/// A path below the folder, with `/` between its parts, and none that leads out of
/// it: a recording may come from anywhere.
fn below_the_folder(name: &str) -> Result<&str> {
    let is_plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0'])
    };
    if name.split('/').all(is_plain) {
        Ok(name)
    } else {
        bail!("{name:?} in the recording is no file below a folder")
    }
}

/// Empty lines of so many bytes, in the place of what the recording does not hold.
fn filler(bytes: u64) -> Result<Vec<u8>> {
    match usize::try_from(bytes) {
        Ok(count) if bytes <= FILLER_BYTES_MAX => Ok(vec![b'\n'; count]),
        Ok(_) | Err(_) => {
            bail!("the recording begins {bytes} bytes into a file: more than any game writes")
        }
    }
}

#[cfg(test)]
mod tests {
    use event_model::Channel;

    use super::*;
    use crate::{Cue, Tempo};

    fn line(file: &str, offset: u64, body: &str) -> Frame {
        let mut frame = Frame::new(Channel::File, body);
        (frame.file, frame.offset) = (Some(file.to_owned()), Some(offset));
        frame
    }

    async fn played(folder: &Path, frames: Vec<Frame>, pieces: Pieces) -> Result<Played> {
        let cues =
            frames.into_iter().map(|frame| Ok(Cue { at_ms: 0, reading: Reading::Frame(frame) }));
        let stage = FileStage::new(folder.to_owned(), "Log.log", pieces);
        play_files(stage, Conductor::new(Box::new(cues), Tempo::Max)).await
    }

    #[tokio::test]
    async fn lines_stand_where_they_stood_with_the_ends_they_had() {
        let folder = tempfile::tempdir().unwrap();
        let frames = vec![line("a.log", 0, "one"), line("a.log", 5, "two"), line("b.log", 0, "x")];
        played(folder.path(), frames, Pieces::by_seed(3)).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("a.log")).unwrap(), b"one\r\ntwo\n");
        assert_eq!(std::fs::read(folder.path().join("b.log")).unwrap(), b"x\n");
    }

    #[tokio::test]
    async fn a_recording_from_mid_file_keeps_its_offsets() {
        let folder = tempfile::tempdir().unwrap();
        played(folder.path(), vec![line("a.log", 3_000, "late")], Pieces::WHOLE).await.unwrap();
        let written = std::fs::read(folder.path().join("a.log")).unwrap();
        assert_eq!(&written[3_000..], b"late\n");
        assert!(written[..3_000].iter().all(|byte| *byte == b'\n'), "no line stands before it");
    }

    #[tokio::test]
    async fn a_file_that_began_anew_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let frames = vec![line("a.log", 0, "before"), line("a.log", 0, "now")];
        played(folder.path(), frames, Pieces::WHOLE).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("a.log")).unwrap(), b"now\n");
    }

    #[tokio::test]
    async fn a_file_may_lie_in_a_folder_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let frames = vec![line("Game_1/Power.log", 0, "x")];
        played(folder.path(), frames, Pieces::WHOLE).await.unwrap();
        assert_eq!(std::fs::read(folder.path().join("Game_1/Power.log")).unwrap(), b"x\n");
    }

    #[tokio::test]
    async fn what_is_there_already_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.log"), "the game's own").unwrap();
        let error = played(folder.path(), vec![line("a.log", 0, "x")], Pieces::WHOLE).await;
        assert!(error.is_err());
        assert_eq!(std::fs::read(folder.path().join("a.log")).unwrap(), b"the game's own");
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../a", "/etc/a", "a/../b", "a\\b", "C:a", "", "..", "a/", ".a"] {
            let frames = vec![line(name, 0, "x")];
            assert!(played(folder.path(), frames, Pieces::WHOLE).await.is_err(), "{name}");
        }
    }
}
