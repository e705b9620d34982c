//! The ingest server of the demo, and what it can be asked.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{READY_TIMEOUT, binary, program::Program};
use crate::process;

/// Only this machine can reach the server, and it lives as long as the demo.
const ENROLMENT_KEY: &str = "demo-enrolment-key-of-this-machine-only";

pub(super) struct Server {
    _program: Program,
    url: String,
    reader_token: String,
}

/// What the server said of events, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdicts {
    pub(super) stored: u64,
    pub(super) duplicates: u64,
}

impl Server {
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let mut command = ingest(folder, &["serve", "--listen", "127.0.0.1:0"]);
        command.args(["--enrolment-key", ENROLMENT_KEY]);
        let mut program = Program::start("the server", &mut command)?;
        let line = program.line_with("listening on http", READY_TIMEOUT)?;
        let url = line.split_whitespace().last().context("the server named no address")?;
        let url = url.to_owned();
        let added =
            process::output(&mut ingest(folder, &["reader", "add", "--name", "demo", "--json"]))?;
        let added: Value = serde_json::from_str(&added)?;
        let token = added["token"].as_str().context("the server gave no reader's token")?;
        Ok(Self { _program: program, url, reader_token: token.to_owned() })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn enrolment_key(&self) -> &'static str {
        ENROLMENT_KEY
    }

    pub(super) fn verdicts(&self) -> Result<Verdicts> {
        let metrics = self.ask("/metrics")?;
        let count = |verdict: &str| -> Result<u64> {
            let name = format!("ringside_ingest_events_total{{verdict=\"{verdict}\"}} ");
            let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
            Ok(line.context("the server's metrics lack a verdict")?.trim().parse()?)
        };
        Ok(Verdicts { stored: count("stored")?, duplicates: count("duplicate")? })
    }

    /// Every occurrence of every match.
    pub(super) fn occurrences(&self) -> Result<Vec<Value>> {
        let mut occurrences = Vec::new();
        for one in self.pages("/v1/matches", "matches")? {
            let key = one["key"].as_str().context("a match without a key")?;
            let path = format!("/v1/matches/{key}/occurrences");
            occurrences.extend(self.pages(&path, "occurrences")?);
        }
        Ok(occurrences)
    }

    fn pages(&self, path: &str, list: &str) -> Result<Vec<Value>> {
        let (mut items, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let mut page: Value = serde_json::from_str(&self.ask(&path)?)?;
            items.extend(page[list].as_array_mut().map(std::mem::take).unwrap_or_default());
            next = page["next"].as_str().map(str::to_owned);
        }
        Ok(items)
    }

    /// One plain request: the server is on this machine, and an HTTP library
    /// would be most of what a chore has to compile.
    fn ask(&self, path: &str) -> Result<String> {
        let host = self.url.strip_prefix("http://").context("the demo's server has no TLS")?;
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
             Connection: close\r\n\r\n",
            self.reader_token
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("the server broke off")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!("the server answered {path} with {}", head.lines().next().unwrap_or_default());
        }
        Ok(body.to_owned())
    }
}

fn ingest(folder: &Path, arguments: &[&str]) -> Command {
    let program: PathBuf = binary("ringside-ingest");
    let mut command = Command::new(program);
    command.args(arguments).arg("--data-dir").arg(folder);
    command
}
