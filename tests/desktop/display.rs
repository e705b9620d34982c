//! A display server without a screen.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::child::Running;

/// The size of a small laptop's free space.
const SCREEN: &str = "1040x700x24";

/// A running Xvfb.
pub(crate) struct Display {
    /// Its name, as `DISPLAY` wants it.
    pub(crate) name: String,
    _server: Running,
}

impl Display {
    /// Starts one on a number that is free.
    pub(crate) fn start() -> Result<Self, String> {
        let mut server = Running::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        // It writes its number when it takes connections.
        let stdout = server.0.stdout.take().expect("stdout was piped");
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number).map_err(|error| error.to_string())?;
        match number.trim() {
            "" => Err("Xvfb ended before it took connections".to_owned()),
            number => Ok(Self { name: format!(":{number}"), _server: server }),
        }
    }
}
