//! A desktop without a screen, and the app on it as a player starts it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use system_tests::{ENROLMENT_KEY, Program, Server, free_port, retry};
use tempfile::TempDir;

use super::{figures::TimeOfDay, screen::Screen, tree::Tree, wall};

/// The size of most players' screens.
const SCREEN: &str = "1920x1080x24";

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(20);

/// Xvfb, a compositor, a session bus and a panel with a tray.
pub(crate) struct Desk {
    pub(crate) screen: Screen,
    pub(crate) display: String,
    bus: String,
    _programs: [Running; 3],
}

/// Ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Desk {
    pub(crate) fn start() -> Result<Self> {
        let xvfb = ["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"];
        let (server, number) = started_with_word(Command::new("Xvfb").args(xvfb))?;
        let display = format!(":{number}");
        let compositor = Command::new("picom")
            .args(["--backend", "xrender", "--config", "/dev/null"])
            .env("DISPLAY", &display)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("picom cannot be started")?;
        let bus = ["--session", "--nofork", "--print-address=1"];
        let (daemon, bus) = started_with_word(Command::new("dbus-daemon").args(bus))?;
        let screen = Screen::connect(&display)?;
        screen.put_a_tray()?;
        Ok(Self { screen, display, bus, _programs: [Running(compositor), daemon, server] })
    }
}

/// A program, and the first line that it prints.
fn started_with_word(command: &mut Command) -> Result<(Running, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut running = Running(started.with_context(|| format!("{name} cannot be started"))?);
    let mut word = String::new();
    BufReader::new(running.0.stdout.take().context("stdout was piped")?).read_line(&mut word)?;
    match word.trim() {
        "" => bail!("{name} ended at once"),
        word => Ok((running, word.to_owned())),
    }
}

/// How the app is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    /// Whether it shows its main window.
    pub(crate) main: bool,
    /// Whether the overlay shows itself in a match.
    pub(crate) overlay: Overlay,
}

/// When the overlay is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlay {
    Nowhere,
    OverGame,
    /// Only when the player is dead, buying or between rounds.
    InCalmMoments,
}

impl Overlay {
    fn settings(self) -> &'static str {
        match self {
            Self::Nowhere => "show = \"nowhere\"",
            Self::OverGame => "show = \"over_game\"",
            Self::InCalmMoments => "show = \"over_game\"\nwhen = \"calm_moments\"",
        }
    }
}

/// An installation of the app: its home and its data.
pub(crate) struct Installation {
    home: TempDir,
    /// Where it listens for Counter-Strike.
    pub(crate) port: u16,
}

impl Installation {
    /// One whose player agreed that events are sent to this server.
    pub(crate) fn new(server: &Server, overlay: Overlay) -> Result<Self> {
        let (home, port) = (tempfile::tempdir()?, free_port()?);
        let settings = format!(
            "[upload]\nserver = \"{}\"\nconsent = true\n\n[league]\nenabled = false\n\n\
             [cs2]\nport = {port}\n\n[overlay]\n{}\n",
            server.url(),
            overlay.settings(),
        );
        let installation = Self { home, port };
        fs::create_dir(installation.data_dir())?;
        fs::write(installation.data_dir().join("settings.toml"), settings)?;
        Ok(installation)
    }

    fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// What the game's configuration file would carry, once the app was started.
    pub(crate) fn gsi_token(&self) -> Result<String> {
        let path = self.data_dir().join("identity.json");
        let read = || serde_json::from_slice::<Value>(&fs::read(&path).ok()?).ok();
        let identity = retry(PATIENCE, LOOK, read).context("the app made no identity")?;
        Ok(identity["gsi_token"].as_str().context("no token for games")?.to_owned())
    }

    /// A file beside its data.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// The app, running.
pub(crate) struct App {
    program: Program,
    /// When it was started.
    pub(crate) started: TimeOfDay,
}

impl App {
    /// Starts this build of it.
    pub(crate) fn start(
        binary: &Path,
        desk: &Desk,
        installation: &Installation,
        main: bool,
    ) -> Result<Self> {
        let home = installation.home.path();
        let mut command = Command::new(binary);
        command
            .arg("--data-dir")
            .arg(installation.data_dir())
            .args((!main).then_some("--hidden"))
            .env("DISPLAY", &desk.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &desk.bus)
            .env("GDK_BACKEND", "x11")
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("LANG", "C.UTF-8")
            .env("NO_AT_BRIDGE", "1")
            .env("NO_COLOR", "1")
            .env("RUST_LOG", "info,companion::pipeline=debug")
            .env("RINGSIDE_ENROLMENT_KEY", ENROLMENT_KEY)
            .env_remove("WAYLAND_DISPLAY");
        let started = wall::now();
        Ok(Self { program: Program::start("the app", &mut command)?, started })
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::of(self.program.id())
    }

    /// When it appended what is shown, as its log says.
    pub(crate) fn appends(&mut self) -> Vec<TimeOfDay> {
        let lines = self.program.said().iter().filter(|line| line.contains("Appended shown="));
        let lines = lines.filter(|line| !line.contains("shown=0"));
        lines.filter_map(|line| TimeOfDay::of_log_line(line)).collect()
    }

    /// Ends it as a power cut would: what was measured is over.
    pub(crate) fn end(mut self) {
        self.program.kill();
    }
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Result<()> {
    retry(PATIENCE * 3, LOOK, || is_so().then_some(())).with_context(|| format!("{what} in vain"))
}
