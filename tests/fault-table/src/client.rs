//! The client as its starter sees it: a process and what it says.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::{driver::Said, plan::INTERVAL};

/// A client that has not ended so long after it was asked to is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// Where the client works, and where it sends to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) dir: &'p Path,
    pub(crate) server: &'p str,
    pub(crate) token: &'p str,
    pub(crate) timeout: Duration,
}

/// A running client.
pub(crate) struct Client {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Client {
    /// Starts one that appends the events `first` to `last`.
    pub(crate) fn start(place: Place<'_>, first: u64, last: u64) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("drive").arg("--dir").arg(place.dir);
        command.args(["--server", place.server, "--token", place.token]);
        let numbers = [
            ("--first", u128::from(first)),
            ("--last", u128::from(last)),
            ("--interval-ms", INTERVAL.as_millis()),
            ("--timeout-ms", place.timeout.as_millis()),
        ];
        for (name, number) in numbers {
            command.arg(name).arg(number.to_string());
        }
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = child.spawn().context("the client could not be started")?;
        let stdout = child.stdout.take().context("the client says nothing")?;
        Ok(Self { child, lines: BufReader::new(stdout).lines() })
    }

    /// What it says next; none where it is silent for so long.
    pub(crate) async fn next(&mut self, patience: Duration) -> Result<Option<Said>> {
        let Ok(line) = timeout(patience, self.lines.next_line()).await else { return Ok(None) };
        let line = line?.context("the client ended by itself")?;
        Ok(Some(serde_json::from_str(&line).with_context(|| format!("the client said {line}"))?))
    }

    /// Ends it as `kill -9` does; what it had said before that.
    pub(crate) async fn kill(mut self) -> Result<Vec<Said>> {
        self.child.kill().await?;
        self.rest().await
    }

    /// Asks it to end, and waits for that.
    pub(crate) async fn stop(mut self) -> Result<Vec<Said>> {
        drop(self.child.stdin.take());
        let rest = timeout(STOP_TIMEOUT, self.rest()).await;
        self.child.kill().await?;
        rest.context("the client did not end")?
    }

    async fn rest(&mut self) -> Result<Vec<Said>> {
        let mut said = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            // The last line may be cut off.
            said.extend(serde_json::from_str::<Said>(&line).ok());
        }
        Ok(said)
    }
}
