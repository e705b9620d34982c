//! An ingest server, and what it can be asked.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{Program, READY_TIMEOUT, binary, program::output};

/// Opens the servers that are started here. Only this machine can reach them,
/// and they live as long as a test or the demo.
pub const ENROLMENT_KEY: &str = "enrolment-key-of-a-server-on-this-machine";

/// A running `ringside-ingest`.
pub struct Server {
    program: Program,
    folder: PathBuf,
    url: String,
    reader_token: String,
}

/// What the server said of events, summed up since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    /// On its disk for the first time.
    pub stored: u64,
    /// Recognised.
    pub duplicates: u64,
    /// Another event under a known id.
    pub conflicts: u64,
    /// Not to be taken as they were.
    pub invalid: u64,
}

impl Server {
    /// Starts one on any free port, with its database in `folder`.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_on(folder, "127.0.0.1:0")
    }

    /// The same on a given address.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start_on(folder: &Path, address: &str) -> Result<Self> {
        Self::start_with(folder, address, &[])
    }

    /// The same with more arguments.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn start_with(folder: &Path, address: &str, arguments: &[&str]) -> Result<Self> {
        let mut command = ingest(folder, &["serve", "--listen", address]);
        command.args(["--enrolment-key", ENROLMENT_KEY]).args(arguments);
        let mut program = Program::start("the server", &mut command)?;
        let line = program.line_with("listening on http", READY_TIMEOUT)?;
        let url = line.split_whitespace().last().context("the server named no address")?;
        let url = url.to_owned();
        let reader_token = add_reader(folder, "tests", &[])?;
        Ok(Self { program, folder: folder.to_owned(), url, reader_token })
    }

    /// Lets somebody else read too; the new token.
    ///
    /// # Errors
    /// Where that fails.
    pub fn add_reader(&self, name: &str, arguments: &[&str]) -> Result<String> {
        add_reader(&self.folder, name, arguments)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens its reads.
    #[must_use]
    pub fn reader_token(&self) -> &str {
        &self.reader_token
    }

    /// Ends it as a power cut would, and starts it again at the same address.
    ///
    /// # Errors
    /// Where it does not start again.
    pub fn crash_and_restart(self) -> Result<Self> {
        let (folder, address) = self.crash()?;
        Self::start_on(&folder, &address)
    }

    /// Ends it as a power cut would; its folder, and its address.
    ///
    /// # Errors
    /// Where it has no address that can be taken again.
    pub fn crash(mut self) -> Result<(PathBuf, String)> {
        self.program.kill();
        let address = self.url.strip_prefix("http://").context("no TLS here")?.to_owned();
        Ok((self.folder.clone(), address))
    }

    /// Copies its database into a new file while it serves.
    ///
    /// # Errors
    /// Where that fails.
    pub fn back_up(&self, file: &Path) -> Result<()> {
        output(ingest(&self.folder, &["database", "backup"]).arg(file)).map(drop)
    }

    /// Puts a backup into the folder of a server that does not run.
    ///
    /// # Errors
    /// Where that fails.
    pub fn restore(folder: &Path, file: &Path) -> Result<()> {
        output(ingest(folder, &["database", "restore"]).arg(file)).map(drop)
    }

    /// An invitation to it: a new key in a link.
    ///
    /// # Errors
    /// Where none can be made.
    pub fn invite(&self, operator: &str) -> Result<String> {
        let named = ["key", "add", "--name", operator, "--operator", operator];
        let arguments = [&named[..], &["--invite", &self.url]].concat();
        let link = output(&mut ingest(&self.folder, &arguments))?;
        Ok(link.trim().to_owned())
    }

    /// Asks its devices not to read a source, or to read it again.
    ///
    /// # Errors
    /// Where that fails.
    pub fn turn_off(&self, source: &str, reason: Option<&str>) -> Result<()> {
        let arguments = match reason {
            Some(reason) => vec!["source", "off", source, "--reason", reason],
            None => vec!["source", "on", source],
        };
        output(&mut ingest(&self.folder, &arguments)).map(drop)
    }

    /// Every device that has enrolled.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn devices(&self) -> Result<Vec<Value>> {
        let listed = output(&mut ingest(&self.folder, &["device", "list", "--json"]))?;
        Ok(serde_json::from_str(&listed)?)
    }

    /// Every token of every device is worth nothing from here on.
    ///
    /// # Errors
    /// Where a device cannot be revoked.
    pub fn revoke(&self, device: &str) -> Result<()> {
        output(&mut ingest(&self.folder, &["device", "revoke", device])).map(drop)
    }

    /// What it said of events since its start.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn verdicts(&self) -> Result<Verdicts> {
        let metrics = self.ask("/metrics")?;
        let count = |verdict: &str| -> Result<u64> {
            let name = format!("ringside_ingest_events_total{{verdict=\"{verdict}\"}} ");
            let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
            Ok(line.context("the server's metrics lack a verdict")?.trim().parse()?)
        };
        Ok(Verdicts {
            stored: count("stored")?,
            duplicates: count("duplicate")?,
            conflicts: count("conflict")?,
            invalid: count("invalid")?,
        })
    }

    /// Every match.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn matches(&self) -> Result<Vec<Value>> {
        self.pages("/v1/matches", "matches")
    }

    /// Every occurrence of one match.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn occurrences_of(&self, key: &str) -> Result<Vec<Value>> {
        self.pages(&format!("/v1/matches/{key}/occurrences"), "occurrences")
    }

    /// What it answers to a path, as JSON.
    ///
    /// # Errors
    /// Where it does not answer with 200.
    pub fn read(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.ask(path)?)?)
    }

    /// A token of a new operator.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn operator(&self) -> Result<String> {
        let arguments = ["reader", "add", "--operator", "--name", "operator", "--json"];
        let added: Value = serde_json::from_str(&output(&mut ingest(&self.folder, &arguments))?)?;
        Ok(added["token"].as_str().context("the server gave no operator's token")?.to_owned())
    }

    /// Seals a match; how it then is.
    ///
    /// # Errors
    /// Where the server does not.
    pub fn seal(&self, key: &str) -> Result<Value> {
        let path = format!("/v1/matches/{key}/seal");
        Ok(serde_json::from_str(&self.request("POST", &path, &self.operator()?)?)?)
    }

    /// Every occurrence of every match.
    ///
    /// # Errors
    /// Where it does not answer.
    pub fn occurrences(&self) -> Result<Vec<Value>> {
        let mut occurrences = Vec::new();
        for one in self.matches()? {
            let key = one["key"].as_str().context("a match without a key")?;
            occurrences.extend(self.occurrences_of(key)?);
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
    /// would be most of what the demo has to compile.
    fn ask(&self, path: &str) -> Result<String> {
        self.request("GET", path, &self.reader_token)
    }

    fn request(&self, method: &str, path: &str, token: &str) -> Result<String> {
        let host = self.url.strip_prefix("http://").context("the demo's server has no TLS")?;
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").context("the server broke off")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!(
                "the server answered {method} {path} with {}",
                head.lines().next().unwrap_or_default()
            );
        }
        Ok(body.to_owned())
    }
}

fn add_reader(folder: &Path, name: &str, arguments: &[&str]) -> Result<String> {
    let mut command = ingest(folder, &["reader", "add", "--json", "--name", name]);
    let added: Value = serde_json::from_str(&output(command.args(arguments))?)?;
    Ok(added["token"].as_str().context("the server gave no reader's token")?.to_owned())
}

fn ingest(folder: &Path, arguments: &[&str]) -> Command {
    let program: PathBuf = binary("ringside-ingest");
    let mut command = Command::new(program);
    command.args(arguments).arg("--data-dir").arg(folder);
    command
}
