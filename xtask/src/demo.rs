//! `cargo xtask demo`: a simulated match, a companion beside it and a server,
//! all real programs on the real protocols, and what became of each event.

mod program;
mod server;
mod summary;
mod truth;

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    prerequisites::{self, Consent, Purpose},
    process,
    verdict::Verdict,
    workspace,
};
use program::Program;
use server::Server;
use summary::Summary;

/// What a newcomer sees in half a minute.
const SECONDS_DEFAULT: u64 = 30;

/// A program that has not said it is ready by then never will.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the last events may take from the match's end to the server's disk.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// Between two looks at the upload queue.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// The match that everybody sees.
const SEED: &str = "7";

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Without a window, also where there is a display
    #[arg(long)]
    headless: bool,
    /// How long the match lasts
    #[arg(long, default_value_t = SECONDS_DEFAULT, value_parser = clap::value_parser!(u64).range(10..=7200))]
    seconds: u64,
    /// Print the summary as JSON, and nothing else to stdout
    #[arg(long)]
    json: bool,
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// Which companion plays along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Face {
    Window,
    Headless,
}

pub(crate) fn run(options: &Options) -> Result<Verdict> {
    let face = face(options);
    prepare(options, face)?;
    let folder = tempfile::Builder::new().prefix("ringside-demo-").tempdir()?;
    let summary = Demo { options, face, folder: folder.path() }.play()?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&summary)?);
    } else {
        println!("{summary}");
    }
    Ok(if summary.holds() { Verdict::Holds } else { Verdict::Fails })
}

fn face(options: &Options) -> Face {
    let display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some())
            || cfg!(any(windows, target_os = "macos"));
    if options.headless || !display { Face::Headless } else { Face::Window }
}

fn prepare(options: &Options, face: Face) -> Result<()> {
    let root = workspace::root();
    let mut cargo = process::cargo(&root);
    cargo.args(["build", "--quiet", "-p", "cli", "-p", "ingest-server", "-p", "simulator"]);
    if face == Face::Window {
        prerequisites::ensure(&[Purpose::Build, Purpose::Pages], Consent::of(options.yes))?;
        prerequisites::check_node()?;
        crate::build::run(false)?;
    }
    eprintln!("building (the first time takes some minutes)");
    let status = cargo.stdout(std::io::stderr()).status()?;
    if !status.success() {
        bail!("the programs could not be built");
    }
    Ok(())
}

/// One showing.
struct Demo<'o> {
    options: &'o Options,
    face: Face,
    folder: &'o Path,
}

impl Demo<'_> {
    fn play(&self) -> Result<Summary> {
        let server = Server::start(&self.folder.join("server"))?;
        self.say(&format!("server on {}", server.url()));
        let (league, league_port) = self.league()?;
        let gsi_port = free_port()?;
        self.write_settings(&server, league_port, gsi_port)?;
        let mut companion = self.companion(&server)?;
        let token = self.gsi_token()?;
        let cs2 = self.counter_strike(gsi_port, &token)?;
        self.say("a League match and a Counter-Strike match are on");

        league.finished()?;
        cs2.finished()?;
        self.say("both matches are over");
        let outbox = self.drained()?;
        companion.stop();
        let truth = truth::compare(
            &[self.folder.join("league.json"), self.folder.join("cs2.json")],
            &server.occurrences()?,
        )?;
        Ok(Summary::new(&outbox, server.verdicts()?, truth))
    }

    fn say(&self, text: &str) {
        eprintln!("{text}");
    }

    fn league(&self) -> Result<(Program, u16)> {
        let mut command = self.simulator("league.json");
        command.args(["--league-port", "0", "--league-root"]).arg(self.league_root());
        let mut league = Program::start("the League simulator", &mut command)?;
        let line = league.line_with("league https://127.0.0.1:", READY_TIMEOUT)?;
        let port = line.rsplit(':').next().and_then(|port| port.trim().parse().ok());
        Ok((league, port.context("the simulator named no port")?))
    }

    fn counter_strike(&self, port: u16, token: &str) -> Result<Program> {
        let mut command = self.simulator("cs2.json");
        command.arg("--gsi-url").arg(format!("http://127.0.0.1:{port}/"));
        command.env("RINGSIDE_SIM_GSI_TOKEN", token);
        Program::start("the Counter-Strike simulator", &mut command)
    }

    fn simulator(&self, truth: &str) -> Command {
        let mut command = Command::new(binary("ringside-sim"));
        let seconds = self.options.seconds.to_string();
        command.args(["serve", "--seed", SEED, "--seconds", &seconds, "--truth"]);
        command.arg(self.folder.join(truth));
        command
    }

    /// The companion finds everything in its settings, as a player's would.
    fn write_settings(&self, server: &Server, league_port: u16, gsi_port: u16) -> Result<()> {
        let quoted = |text: &str| serde_json::to_string(text);
        let settings = format!(
            "[upload]\nserver = {}\nconsent = true\n\n\
             [league]\nport = {league_port}\nroot_certificate = {}\n\n\
             [cs2]\nport = {gsi_port}\n",
            quoted(server.url())?,
            quoted(&self.league_root().to_string_lossy())?,
        );
        std::fs::create_dir_all(self.data_dir())?;
        std::fs::write(self.data_dir().join("settings.toml"), settings)?;
        Ok(())
    }

    fn companion(&self, server: &Server) -> Result<Program> {
        let (mut command, ready) = match self.face {
            Face::Headless => {
                let mut command = Command::new(binary("ringside"));
                command.arg("run");
                (command, "listening for Counter-Strike")
            }
            Face::Window => (Command::new(binary("ringside-desktop")), ""),
        };
        command.arg("--data-dir").arg(self.data_dir());
        command.env("RINGSIDE_ENROLMENT_KEY", server.enrolment_key());
        let mut companion = Program::start("the companion", &mut command)?;
        if !ready.is_empty() {
            companion.line_with(ready, READY_TIMEOUT)?;
        }
        Ok(companion)
    }

    /// What the game's configuration file would carry.
    fn gsi_token(&self) -> Result<String> {
        let path = self.data_dir().join("identity.json");
        let identity: Value = program::retry(READY_TIMEOUT, LOOK_INTERVAL, || {
            serde_json::from_slice(&std::fs::read(&path).ok()?).ok()
        })
        .context("the companion made no identity")?;
        let token = identity["gsi_token"].as_str();
        Ok(token.context("the identity has no token for games")?.to_owned())
    }

    /// The upload queue once nothing waits in it any more, or as it then is.
    fn drained(&self) -> Result<Value> {
        let mut last = Value::Null;
        let drained = program::retry(DRAIN_TIMEOUT, LOOK_INTERVAL, || {
            last = self.outbox().ok()?;
            let waiting = last["pending"].as_u64()? + last["in_flight"].as_u64()?;
            (waiting == 0).then(|| last.clone())
        });
        drained.map_or(Ok(last), Ok)
    }

    fn outbox(&self) -> Result<Value> {
        let mut command = Command::new(binary("ringside"));
        command.args(["outbox", "status", "--json", "--data-dir"]).arg(self.data_dir());
        Ok(serde_json::from_str(&process::output(&mut command)?)?)
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.join("companion")
    }

    fn league_root(&self) -> PathBuf {
        self.folder.join("league-root.pem")
    }
}

/// A program of ours, where cargo put it.
fn binary(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace::root().join("target"), PathBuf::from);
    target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
