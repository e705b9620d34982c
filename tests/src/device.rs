//! One installation of Ringside, used through its command line.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{ENROLMENT_KEY, binary};

/// An installation: a data folder.
pub struct Device {
    data_dir: PathBuf,
}

/// How a replay ended, and what it said.
#[derive(Debug)]
pub struct Replayed {
    /// Exit code; none where it was killed.
    pub code: Option<i32>,
    /// Its report; null where it gave none.
    pub report: Value,
    /// Its words.
    pub stderr: String,
}

impl Device {
    /// The installation in `data_dir`, made at its first use.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned() }
    }

    /// Its folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// `ringside` with these arguments on this installation.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary("ringside"));
        command
            .args(arguments)
            .env("RINGSIDE_DATA_DIR", &self.data_dir)
            .env("RINGSIDE_ENROLMENT_KEY", ENROLMENT_KEY)
            .stdin(Stdio::null());
        command
    }

    /// A replay to a server, ready to be started.
    #[must_use]
    pub fn replay_command(&self, file: &Path, server: Option<&str>) -> Command {
        let mut command = self.command(&["replay", "--json"]);
        command.arg(file);
        if let Some(server) = server {
            command.args(["--server", server]);
        }
        command
    }

    /// Replays a file to its end.
    ///
    /// # Errors
    /// Where the program cannot be started.
    pub fn replay(&self, file: &Path, server: Option<&str>) -> Result<Replayed> {
        finished(&mut self.replay_command(file, server))
    }

    /// The upload queue in counts.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn outbox(&self) -> Result<Value> {
        let output = self.command(&["outbox", "status", "--json"]).output()?;
        serde_json::from_slice(&output.stdout).context("no JSON from outbox status")
    }

    /// Deletes the upload queue, as a person with a file manager would.
    ///
    /// # Errors
    /// Where a file cannot be removed.
    pub fn delete_outbox(&self) -> Result<()> {
        for entry in std::fs::read_dir(&self.data_dir)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with("outbox.sqlite") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// Runs a replay to its end.
///
/// # Errors
/// Where it cannot be started.
pub(crate) fn finished(command: &mut Command) -> Result<Replayed> {
    let Output { status, stdout, stderr } = command.output()?;
    Ok(Replayed {
        code: status.code(),
        report: serde_json::from_slice(&stdout).unwrap_or(Value::Null),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

/// The events in a file of `replay --events`, without what belongs to their
/// sending, one a line.
///
/// # Errors
/// Where it cannot be read, or a line is no event.
pub fn events_in(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)?.lines().map(without_envelope).collect()
}

/// The event itself, byte for byte, one a line.
fn without_envelope(line: &str) -> Result<String> {
    let mut event: Value = serde_json::from_str(line)?;
    let members = event.as_object_mut().context("an event is an object")?;
    for attribute in ["source", "sequence", "time", "origin"] {
        members.remove(attribute);
    }
    if let Some(data) = members.get_mut("data").and_then(Value::as_object_mut) {
        data.remove("observed");
    }
    Ok(format!("{event}\n"))
}
