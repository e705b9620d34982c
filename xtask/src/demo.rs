//! `cargo xtask demo`: a simulated match, a companion beside it and a server,
//! all real programs on the real protocols, and what became of each event.

mod summary;

use std::path::Path;

use anyhow::{Result, bail};
use system_tests::{LiveCompanion, Server, Simulator, compare, free_port};

use crate::{
    prerequisites::{self, Consent, Purpose},
    process,
    verdict::Verdict,
    workspace,
};
use summary::Summary;

/// What a newcomer sees in half a minute.
const SECONDS_DEFAULT: u64 = 30;

/// The match that everybody sees.
const SEED: u64 = 7;

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Without a window, also where there is a display
    #[arg(long)]
    headless: bool,
    /// How long the match lasts
    #[arg(long, default_value_t = SECONDS_DEFAULT, value_parser = clap::value_parser!(u64).range(10..=7200))]
    seconds: u64,
    /// Print the summary as JSON, and nothing else to stdout; without a window
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
    if options.headless || options.json || !display { Face::Headless } else { Face::Window }
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
        say(&format!("server on {}", server.url()));
        let (root, seconds) = (self.folder.join("league-root.pem"), self.options.seconds);
        let truth = self.folder.join("league.json");
        let (league, league_port) = Simulator::league(SEED, seconds, &root, &truth)?;

        let data_dir = self.folder.join("companion");
        let gsi_port = free_port()?;
        LiveCompanion::configure(&data_dir, server.url(), (league_port, &root), gsi_port)?;
        let mut companion = match self.face {
            Face::Headless => LiveCompanion::headless(&data_dir, &[])?,
            Face::Window => LiveCompanion::windowed(&data_dir)?,
        };
        let (token, truth) = (companion.gsi_token()?, self.folder.join("cs2.json"));
        let cs2 = Simulator::cs2(SEED, seconds, gsi_port, &token, &truth)?;
        say("a League match and a Counter-Strike match are on");

        let truths = [league.finished()?, cs2.finished()?];
        say("both matches are over");
        let outbox = companion.drained()?;
        companion.stop();
        let truth = compare(&truths, &server.occurrences()?)?;
        Ok(Summary::new(&outbox, server.verdicts()?, truth))
    }
}

fn say(text: &str) {
    eprintln!("{text}");
}
