//! A companion beside simulated games, configured as a player's would be.

use std::{ffi::OsString, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{Device, ENROLMENT_KEY, Program, READY_TIMEOUT, binary, retry};

/// Between two looks at the upload queue.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// How long the last events may take from the match's end to the server's disk.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// What a server has is compared with what happened, by name.
const REAL_NAMES: &str = "[privacy]\nnames = \"real\"\n";

/// A running companion. Where its folder has no settings yet, it sends real names.
pub struct LiveCompanion {
    program: Program,
    device: Device,
}

impl LiveCompanion {
    /// Starts one without a window.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn headless(data_dir: &Path, arguments: &[&str]) -> Result<Self> {
        Self::headless_program(&binary("ringside"), data_dir, arguments)
    }

    /// The same with another build of the program.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn headless_program(program: &Path, data_dir: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        let mut companion = Self::start(data_dir, command.arg("run").args(arguments))?;
        companion.program.line_with("listening for Counter-Strike", READY_TIMEOUT)?;
        Ok(companion)
    }

    /// Starts one without a window, with more in its environment.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn headless_within(data_dir: &Path, environment: &[(&str, OsString)]) -> Result<Self> {
        let mut command = Command::new(binary("ringside"));
        command.arg("run").envs(environment.iter().map(|(name, value)| (name, value)));
        let mut companion = Self::start(data_dir, &mut command)?;
        companion.program.line_with("listening for Counter-Strike", READY_TIMEOUT)?;
        Ok(companion)
    }

    /// Starts the app.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn windowed(data_dir: &Path) -> Result<Self> {
        Self::start(data_dir, &mut Command::new(binary("ringside-desktop")))
    }

    fn start(data_dir: &Path, command: &mut Command) -> Result<Self> {
        send_real_names(data_dir)?;
        command.env("RINGSIDE_DATA_DIR", data_dir).env("RINGSIDE_ENROLMENT_KEY", ENROLMENT_KEY);
        let program = Program::start("the companion", command)?;
        Ok(Self { program, device: Device::new(data_dir) })
    }

    /// What a player's settings file would say.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn configure(
        data_dir: &Path,
        server: &str,
        league: (u16, &Path),
        gsi_port: u16,
    ) -> Result<()> {
        let (league_port, root) = league;
        let settings = format!(
            "[upload]\nserver = {}\nconsent = true\n\n\
             {REAL_NAMES}\n\
             [league]\nport = {league_port}\nroot_certificate = {}\n\n\
             [cs2]\nport = {gsi_port}\n",
            serde_json::to_string(server)?,
            serde_json::to_string(&root.to_string_lossy())?,
        );
        std::fs::create_dir_all(data_dir)?;
        Ok(std::fs::write(data_dir.join("settings.toml"), settings)?)
    }

    /// The same for Counter-Strike and one more game, whose section of the file is
    /// given: every other game is off.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn configure_alone(
        data_dir: &Path,
        server: &str,
        gsi_port: u16,
        (section, settings): (&str, &str),
    ) -> Result<()> {
        let others = ["league", "dota2", "rocket_league", "elite", "hearthstone"];
        let off = others.iter().filter(|other| **other != section);
        let off: String = off.map(|other| format!("[{other}]\nenabled = false\n\n")).collect();
        let settings = format!(
            "[upload]\nserver = {}\nconsent = true\n\n{REAL_NAMES}\n\
             [cs2]\nport = {gsi_port}\n\n{off}[{section}]\n{settings}\n",
            serde_json::to_string(server)?,
        );
        std::fs::create_dir_all(data_dir)?;
        Ok(std::fs::write(data_dir.join("settings.toml"), settings)?)
    }

    /// The same for Counter-Strike alone.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn configure_cs2(data_dir: &Path, server: &str, gsi_port: u16) -> Result<()> {
        let settings = format!(
            "[upload]\nserver = {}\nconsent = true\n\n\
             [league]\nenabled = false\n\n[cs2]\nport = {gsi_port}\n",
            serde_json::to_string(server)?,
        );
        std::fs::create_dir_all(data_dir)?;
        Ok(std::fs::write(data_dir.join("settings.toml"), settings)?)
    }

    /// What the game's configuration file would carry.
    ///
    /// # Errors
    /// Where the companion has made no identity.
    pub fn gsi_token(&self) -> Result<String> {
        let identity = self.identity()?;
        let token = identity["gsi_token"].as_str();
        Ok(token.context("the identity has no token for games")?.to_owned())
    }

    /// What the page in Overwolf would carry.
    ///
    /// # Errors
    /// Where the companion has made no identity.
    pub fn overwolf_token(&self) -> Result<String> {
        let identity = self.identity()?;
        let token = identity["overwolf_token"].as_str();
        Ok(token.context("the identity has no token for Overwolf's page")?.to_owned())
    }

    /// What the server calls its installation.
    ///
    /// # Errors
    /// Where the companion has made no identity.
    pub fn device_id(&self) -> Result<String> {
        let identity = self.identity()?;
        Ok(identity["device"].as_str().context("the identity has no device")?.to_owned())
    }

    fn identity(&self) -> Result<Value> {
        let path = self.device.data_dir().join("identity.json");
        retry(READY_TIMEOUT, LOOK_INTERVAL, || {
            serde_json::from_slice(&std::fs::read(&path).ok()?).ok()
        })
        .context("the companion made no identity")
    }

    /// The upload queue once nothing waits in it any more, or as it then is.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn drained(&self) -> Result<Value> {
        let drained = retry(DRAIN_TIMEOUT, LOOK_INTERVAL, || {
            let outbox = self.device.outbox().ok()?;
            let waiting = outbox["pending"].as_u64()? + outbox["in_flight"].as_u64()?;
            (waiting == 0).then_some(outbox)
        });
        drained.map_or_else(|| self.device.outbox(), Ok)
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.program.id()
    }

    /// The installation it runs on.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Stops it; everything it said.
    pub fn stop(&mut self) -> Vec<String> {
        self.program.stop();
        self.program.said().to_vec()
    }

    /// Ends it as a power cut would end a process.
    pub fn kill(&mut self) {
        self.program.kill();
    }
}

/// Has an installation that has no settings yet send names as games write them.
///
/// # Errors
/// Where they cannot be written.
pub fn send_real_names(data_dir: &Path) -> Result<()> {
    let settings = data_dir.join("settings.toml");
    if !settings.exists() {
        std::fs::create_dir_all(data_dir)?;
        std::fs::write(settings, REAL_NAMES)?;
    }
    Ok(())
}
