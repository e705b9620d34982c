//! The simulator on the games' real protocols.

mod logs;

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

pub use logs::LogGame;

use crate::{Program, READY_TIMEOUT, binary};

/// A match that is being played.
pub struct Simulator {
    program: Program,
    truth: PathBuf,
}

impl Simulator {
    /// Plays a League match on any free port; also the port. The root that its
    /// client must pin is written to `root`.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn league(seed: u64, seconds: u64, root: &Path, truth: &Path) -> Result<(Self, u16)> {
        let mut command = simulator(seed, seconds, truth);
        command.args(["--league-port", "0", "--league-root"]).arg(root);
        let mut program = Program::start("the League simulator", &mut command)?;
        let line = program.line_with("league https://127.0.0.1:", READY_TIMEOUT)?;
        let port = line.rsplit(':').next().and_then(|port| port.trim().parse().ok());
        let port = port.context("the simulator named no port")?;
        Ok((Self { program, truth: truth.to_owned() }, port))
    }

    /// Plays a League match to several clients at once, with these further
    /// arguments; also the port of each. The truth is the shared one.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn league_clients(
        seed: u64,
        seconds: u64,
        clients: usize,
        root: &Path,
        truth: &Path,
        arguments: &[&str],
    ) -> Result<(Self, Vec<u16>)> {
        let mut command = shared_simulator(seed, seconds, truth);
        command.args(["--league-port", "0", "--league-root"]).arg(root);
        command.args(["--league-clients", &clients.to_string()]).args(arguments);
        let mut program = Program::start("the League simulator", &mut command)?;
        let ports = (0..clients).map(|_| {
            let line = program.line_with("league https://127.0.0.1:", READY_TIMEOUT)?;
            let port = line.rsplit(':').next().and_then(|port| port.trim().parse().ok());
            port.context("the simulator named no port")
        });
        let ports = ports.collect::<Result<_>>()?;
        Ok((Self { program, truth: truth.to_owned() }, ports))
    }

    /// Plays a Counter-Strike match to the listeners of several players, each on
    /// its port with its token. The truth is the shared one.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn cs2_clients(
        seed: u64,
        seconds: u64,
        listeners: &[(u16, String)],
        truth: &Path,
        arguments: &[&str],
    ) -> Result<Self> {
        let mut command = shared_simulator(seed, seconds, truth);
        for (port, _) in listeners {
            command.arg("--gsi-url").arg(format!("http://127.0.0.1:{port}/"));
        }
        let tokens: Vec<&str> = listeners.iter().map(|(_, token)| token.as_str()).collect();
        command.env("RINGSIDE_SIM_GSI_TOKEN", tokens.join(",")).args(arguments);
        let program = Program::start("the Counter-Strike simulator", &mut command)?;
        Ok(Self { program, truth: truth.to_owned() })
    }

    /// Plays a Counter-Strike match to the listener on `port`.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn cs2(seed: u64, seconds: u64, port: u16, token: &str, truth: &Path) -> Result<Self> {
        Self::fast_cs2(1, seed, seconds, port, token, truth)
    }

    /// The same, so many times as fast.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn fast_cs2(
        speed: u32,
        seed: u64,
        seconds: u64,
        port: u16,
        token: &str,
        truth: &Path,
    ) -> Result<Self> {
        let mut command = simulator(seed, seconds, truth);
        command.args(["--speed", &speed.to_string()]);
        command.arg("--gsi-url").arg(format!("http://127.0.0.1:{port}/"));
        command.env("RINGSIDE_SIM_GSI_TOKEN", token);
        let program = Program::start("the Counter-Strike simulator", &mut command)?;
        Ok(Self { program, truth: truth.to_owned() })
    }

    /// Plays a Dota 2 match to the listener on `port`, so many times as fast.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn dota2(
        (seed, seconds, speed): (u64, u64, u32),
        port: u16,
        token: &str,
        truth: &Path,
    ) -> Result<Self> {
        let mut command = simulator(seed, seconds, truth);
        command.args(["--speed", &speed.to_string()]);
        command.arg("--dota2").arg(format!("http://127.0.0.1:{port}/"));
        command.env("RINGSIDE_SIM_GSI_TOKEN", token);
        let program = Program::start("the Dota 2 simulator", &mut command)?;
        Ok(Self { program, truth: truth.to_owned() })
    }

    /// Plays a Rocket League match on `port`, so many times as fast.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn rocket_league(
        (seed, seconds, speed): (u64, u64, u32),
        port: u16,
        truth: &Path,
    ) -> Result<Self> {
        let mut command = simulator(seed, seconds, truth);
        command.args(["--speed", &speed.to_string(), "--rocket-league", &port.to_string()]);
        let mut program = Program::start("the Rocket League simulator", &mut command)?;
        program.line_with("ready", READY_TIMEOUT)?;
        Ok(Self { program, truth: truth.to_owned() })
    }

    /// Plays a VALORANT match to the bridge on `port` as Overwolf's page tells it, so many
    /// times as fast, with these further arguments.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn valorant(
        (seed, seconds, speed): (u64, u64, u32),
        port: u16,
        token: &str,
        truth: &Path,
        arguments: &[&str],
    ) -> Result<Self> {
        let mut command = simulator(seed, seconds, truth);
        command.args(["--speed", &speed.to_string()]).args(arguments);
        command.arg("--valorant").arg(format!("http://127.0.0.1:{port}/v1/gep"));
        command.env("RINGSIDE_SIM_OVERWOLF_TOKEN", token);
        let program = Program::start("the VALORANT simulator", &mut command)?;
        Ok(Self { program, truth: truth.to_owned() })
    }

    /// Waits for the end of the match; where its truth is.
    ///
    /// # Errors
    /// Where the simulator fails.
    pub fn finished(self) -> Result<PathBuf> {
        self.program.finished()?;
        Ok(self.truth)
    }
}

/// A port that was free a moment ago.
///
/// # Errors
/// Where there is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn simulator(seed: u64, seconds: u64, truth: &Path) -> Command {
    let mut command = serve(seed, seconds);
    command.arg("--truth").arg(truth);
    command
}

fn shared_simulator(seed: u64, seconds: u64, truth: &Path) -> Command {
    let mut command = serve(seed, seconds);
    command.arg("--shared-truth").arg(truth);
    command
}

fn serve(seed: u64, seconds: u64) -> Command {
    let mut command = Command::new(binary("ringside-sim"));
    command.args(["serve", "--seed", &seed.to_string(), "--seconds", &seconds.to_string()]);
    command
}
