//! A file for whoever helps: what Ringside knows of itself, without what is
//! nobody's business.

mod recordings;
mod redaction;

use std::{collections::BTreeMap, path::PathBuf};

use event_model::Moment;
use serde::Serialize;

use crate::{DataDir, DoctorReport, Error, Safety, Settings, atomic_file, doctor, safety};
use redaction::Redaction;

/// Of the log, so many lines: an evening's.
const LOG_LINES_MAX: usize = 500;

/// What a support file says.
#[derive(Debug, Serialize)]
struct Support {
    version: String,
    system: &'static str,
    architecture: &'static str,
    made_at: String,
    doctor: Told<DoctorReport>,
    settings: Told<Settings>,
    safety: Told<Safety>,
    /// What goes along in a file of its own, from which source: the last part of the
    /// newest recording, every player in it called by a number.
    recordings: Told<BTreeMap<String, String>>,
    log: Vec<String>,
}

/// A support file, and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSupport {
    /// The file.
    pub file: PathBuf,
    /// Recordings that were written beside it.
    pub recordings: Vec<PathBuf>,
    /// Why others were not, each in a sentence.
    pub left_out: Vec<String>,
}

/// What could be found out, or why it could not: a support file is for when
/// things are broken.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Told<T> {
    Known(T),
    Unknown { problem: String },
}

impl<T> From<Result<T, Error>> for Told<T> {
    fn from(result: Result<T, Error>) -> Self {
        match result {
            Ok(known) => Self::Known(known),
            Err(error) => Self::Unknown { problem: crate::error::with_cause(&error) },
        }
    }
}

/// What a support file would say: JSON that a person can read. No secret is in
/// it, nor the name of this PC's user.
///
/// # Errors
/// Where this installation has no folder.
pub async fn support_file(dir: &DataDir, now: Moment) -> Result<String, Error> {
    let report = doctor(Some(dir.path().to_owned())).await;
    let log = dir.last_log_lines(LOG_LINES_MAX);
    let support = Support {
        version: crate::version(),
        system: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        made_at: now.wall.to_string(),
        doctor: report.into(),
        settings: Settings::load_or_create(dir).into(),
        safety: safety(dir).map(|safety| Safety { windows_imports: Vec::new(), ..safety }).into(),
        recordings: recordings_told(dir).into(),
        log: log.unwrap_or_else(|error| vec![format!("the log cannot be read: {error}")]),
    };
    let value = serde_json::to_value(&support).expect("plain data is always JSON");
    let redacted = Redaction::of_this_pc().value(value);
    Ok(serde_json::to_string_pretty(&redacted).expect("plain data is always JSON"))
}

fn recordings_told(dir: &DataDir) -> Result<BTreeMap<String, String>, Error> {
    let newest = recordings::newest(dir)?.into_iter();
    let name = |path: PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(newest.filter_map(|(source, path)| Some((source, name(path)?))).collect())
}

/// The same as [`keep_support_file`], and beside it the last part of the newest
/// recording of each source, without names: it can be replayed. What cannot be read
/// keeps no other from it.
///
/// # Errors
/// Where the file cannot be written.
pub fn keep_support(
    dir: &DataDir,
    text: &str,
    folder: PathBuf,
    now: Moment,
) -> Result<KeptSupport, Error> {
    let file = keep_support_file(text, folder, now)?;
    let mut kept = KeptSupport { file, recordings: Vec::new(), left_out: Vec::new() };
    let newest = recordings::newest(dir).unwrap_or_else(|error| {
        kept.left_out.push(crate::error::with_cause(&error));
        BTreeMap::new()
    });
    for (source, recording) in newest {
        let path = recordings::beside(&kept.file, &source);
        match recordings::keep(&recording, &path) {
            Ok(()) => kept.recordings.push(path),
            Err(error) => kept.left_out.push(crate::error::with_cause(&error)),
        }
    }
    Ok(kept)
}

/// Writes what a support file says into `folder`; where it stands.
///
/// # Errors
/// Where it cannot be written.
pub fn keep_support_file(text: &str, folder: PathBuf, now: Moment) -> Result<PathBuf, Error> {
    let failed = |cause| Error::DataDir { path: folder.clone(), cause };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let stamp: String =
        now.wall.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    let path = folder.join(format!("ringside-support-{stamp}.json"));
    atomic_file::replace(&path, text.as_bytes()).map_err(failed)?;
    Ok(path)
}
