//! Erases what this PC keeps, and what it sent.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use event_model::DeviceId;
use uploader::{EraseError, ExtraRoots, ServerUrl, Token};

use super::LeftBehind;
use crate::{DataDir, Error, Identity, Settings, UploadOptions, upload};

/// How long one server is asked again for the rest: a device of a thousand matches has
/// a million events, of which a server erases some thousands a second.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Folders that hold nothing but Ringside's: queues of former identities, past matches,
/// the page for Overwolf.
const FOLDERS: [&str; 3] = [crate::data_dir::FORMER, "matches", crate::overwolf_page::FOLDER];

/// Where recordings are kept.
const RECORDINGS: &str = "recordings";

/// So many letters of chance are in the name of a temporary file.
const TEMPORARY_LETTERS: usize = 6;

/// The right to change an installation's files: nobody owns its queue meanwhile.
pub(super) struct Still {
    _held: outbox::HeldStill,
}

impl Still {
    /// Takes it.
    ///
    /// # Errors
    /// Where another Ringside owns the queue.
    pub(super) fn of(dir: &DataDir) -> Result<Self, Error> {
        let path = dir.outbox();
        match outbox::hold_still(&path) {
            Ok(held) => Ok(Self { _held: held }),
            Err(outbox::Error::Locked(_)) => Err(Error::AlreadyRunning { path }),
            Err(error) => Err(Error::Outbox(error)),
        }
    }
}

/// Whether the files are free to be changed; what comes after may still find another.
///
/// # Errors
/// Where another Ringside owns the queue.
pub(crate) fn nobody_runs(dir: &DataDir) -> Result<(), Error> {
    Still::of(dir).map(drop)
}

/// Has every server erase what this PC sent it, under whichever identity. The servers
/// that have nothing of it any more.
///
/// # Errors
/// Where one does not do it: then another may have, and to ask again does no harm.
pub async fn erase_on_servers(
    dir: &DataDir,
    options: &UploadOptions,
) -> Result<Vec<String>, Error> {
    let settings = Settings::load_or_create(dir)?;
    let identity = Identity::load_or_create(dir)?;
    let mut servers: Vec<String> = Vec::new();
    for (device, server, token) in identity.enrolments() {
        let roots = upload::roots_for(dir, options, &settings, server)?;
        erase_at(server, &roots, device, token).await?;
        if !servers.iter().any(|known| known == server) {
            servers.push(server.to_owned());
        }
    }
    Ok(servers)
}

async fn erase_at(
    server: &str,
    roots: &ExtraRoots,
    device: DeviceId,
    token: &str,
) -> Result<(), Error> {
    let url: ServerUrl = upload::parsed(server)?;
    let failed = |cause| Error::NotErased { server: server.to_owned(), cause };
    let token = Token::new(token).map_err(|_| failed(EraseError::Refused))?;
    let erasing = uploader::erase(&url, roots, device, &token);
    tokio::time::timeout(PATIENCE, erasing)
        .await
        .unwrap_or(Err(EraseError::Unfinished))
        .map_err(failed)
}

/// Erases everything that Ringside keeps in this folder, and nothing else in it. What
/// is left besides.
///
/// # Errors
/// Where another Ringside runs on the folder, or a file cannot be deleted.
pub fn erase_here(dir: &DataDir) -> Result<Vec<LeftBehind>, Error> {
    let still = Still::of(dir)?;
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause| Error::DataDir { path, cause }
    };
    // The secrets last: with them, what servers have could still be erased.
    let kept = [
        dir.source_report(),
        dir.sent_names(),
        dir.overlay_places(),
        dir.chapter_marks(),
        dir.stream_token_file(),
        dir.server_policy(),
        dir.kill_switch(),
        dir.programs_door(),
        dir.chosen_word(),
    ];
    let set_aside = [unreadable_places(dir)];
    let unfinished = unfinished(dir.path()).map_err(at(dir.path()))?;
    let all = dir.queue_files()?.into_iter().chain(kept).chain(dir.log_files());
    for file in all.chain(set_aside).chain(unfinished).chain(idle_setup_notes(dir)) {
        remove(&file).map_err(at(&file))?;
    }
    for folder in FOLDERS.map(|name| dir.path().join(name)) {
        remove_all(&folder).map_err(at(&folder))?;
    }
    let recordings = dir.path().join(RECORDINGS);
    remove_recordings(&recordings).map_err(at(&recordings))?;
    let roots = dir.server_roots();
    for file in [dir.settings(), dir.server_root()] {
        remove(&file).map_err(at(&file))?;
    }
    remove_all(&roots).map_err(at(&roots))?;
    remove(&dir.identity()).map_err(at(&dir.identity()))?;
    drop(still);
    crate::atomic_file::sync_folder(dir.path()).map_err(at(dir.path()))?;
    Ok(left(dir))
}

/// Where the overlay's places were put aside because they could not be read.
fn unreadable_places(dir: &DataDir) -> PathBuf {
    dir.overlay_places().with_extension("unreadable.json")
}

/// Small files that were being written when Ringside was ended by force: any of them
/// may be the identity's.
fn unfinished(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        let is_ours = file.file_name().to_str().is_some_and(is_temporary);
        if is_ours && file.file_type()?.is_file() {
            files.push(file.path());
        }
    }
    Ok(files)
}

/// Whether `tempfile` names its files so.
fn is_temporary(name: &str) -> bool {
    name.strip_prefix(".tmp").is_some_and(|rest| {
        rest.len() == TEMPORARY_LETTERS && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The notes on games' folders, where there is nothing left to undo: with any, who
/// uninstalls Ringside still needs them.
fn idle_setup_notes(dir: &DataDir) -> Option<PathBuf> {
    let path = dir.setup_notes();
    let notes: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(&path).ok()?).ok()?;
    notes.is_empty().then_some(path)
}

fn left(dir: &DataDir) -> Vec<LeftBehind> {
    let mut left = vec![LeftBehind::GameConfiguration, LeftBehind::Exports];
    let mut files = fs::read_dir(dir.path()).into_iter().flatten().flatten();
    // The lock is empty, and stays: who waits for it must not find another one. What is
    // noted of games' folders is said with the game's configuration, and whoever still
    // runs may have begun a new log.
    let ours = [dir.lock(), dir.setup_notes(), dir.log()];
    if files.any(|file| !ours.contains(&file.path())) {
        left.push(LeftBehind::OtherFiles { folder: dir.path().display().to_string() });
    }
    left
}

/// Removes what was recorded here. A player may keep files of their own in this folder,
/// which the pages play as well: they stay, and the folder with them.
fn remove_recordings(folder: &Path) -> io::Result<()> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        files => files?,
    };
    let mut is_left = false;
    for file in files {
        let file = file?;
        let is_ours = file.file_name().to_str().is_some_and(is_recorders);
        if is_ours && file.file_type()?.is_file() {
            remove(&file.path())?;
        } else {
            is_left = true;
        }
    }
    // A link to another disk is the player's.
    let is_link = fs::symlink_metadata(folder)?.is_symlink();
    if is_left || is_link { Ok(()) } else { gone(fs::remove_dir(folder)) }
}

/// Whether the recorder gives its files such a name, or a copy of one without names:
/// `<source>-<date>T<time>….rsrec`, with `.part` while it is written.
fn is_recorders(name: &str) -> bool {
    let whole = name.strip_suffix(recording::PART_SUFFIX).unwrap_or(name);
    let Some(stem) = whole.strip_suffix(".rsrec") else { return false };
    event_model::Source::ALL.iter().any(|source| {
        let time = stem.strip_prefix(source.as_str()).and_then(|rest| rest.strip_prefix('-'));
        time.is_some_and(begins_with_a_time)
    })
}

/// `20261121T190000`, and whatever follows.
fn begins_with_a_time(text: &str) -> bool {
    const SHAPE: &[u8] = b"00000000T000000";
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    };
    text.len() >= SHAPE.len() && text.as_bytes().iter().zip(SHAPE).all(fits)
}

fn remove(file: &Path) -> io::Result<()> {
    gone(fs::remove_file(file))
}

fn remove_all(folder: &Path) -> io::Result<()> {
    gone(fs::remove_dir_all(folder))
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
