//! A program that runs beside this one, and is stopped with it.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// A program that has not said it is ready by then never will.
pub const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a program may take to end after it was asked to.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// A running program and what it says.
pub struct Program {
    name: &'static str,
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Program {
    /// Starts it; what it prints is kept and never shown.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        let (sender, lines) = channel();
        forward(child.stdout.take(), sender.clone());
        forward(child.stderr.take(), sender);
        Ok(Self { name, child, lines, said: Vec::new() })
    }

    /// The first line from here on that has `part` in it.
    ///
    /// # Errors
    /// Where it says nothing like that in time, or ends.
    pub fn line_with(&mut self, part: &str, timeout: Duration) -> Result<String> {
        loop {
            match self.lines.recv_timeout(timeout) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(part) {
                        return Ok(line);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    bail!("{} was not ready in time; it said: {:?}", self.name, self.said)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("{} ended too early; it said: {:?}", self.name, self.said)
                }
            }
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Where it ends badly.
    pub fn finished(mut self) -> Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            let said: Vec<_> = self.lines.try_iter().collect();
            bail!("{} ended with {status}; it said: {:?}", self.name, said);
        }
        Ok(())
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would end a process.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Everything it has said so far.
    pub fn said(&mut self) -> &[String] {
        self.said.extend(self.lines.try_iter());
        &self.said
    }

    /// Asks it to end and waits for that.
    pub fn stop(&mut self) {
        if terminate(&self.child) {
            let pause = Duration::from_millis(50);
            let ended = retry(STOP_TIMEOUT, pause, || self.child.try_wait().ok().flatten());
            if ended.is_some() {
                return;
            }
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

/// Whether the program was asked to end; elsewhere than on Unix there is no
/// polite way, and what is saved survives the other one.
fn terminate(child: &Child) -> bool {
    cfg!(unix)
        && Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()
            .is_ok_and(|status| status.success())
}

fn forward(pipe: Option<impl Read + Send + 'static>, lines: Sender<String>) {
    let Some(pipe) = pipe else { return };
    std::thread::spawn(move || {
        // Read to the end even when nobody listens: a full pipe would stop it.
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            lines.send(line).ok();
        }
    });
}

/// Asks again and again, for about as long as `timeout`.
pub fn retry<T>(
    timeout: Duration,
    pause: Duration,
    mut ask: impl FnMut() -> Option<T>,
) -> Option<T> {
    let mut waited = Duration::ZERO;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if waited >= timeout {
            return None;
        }
        std::thread::sleep(pause);
        waited += pause;
    }
}

/// A program of ours, where cargo put it.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace_root().join("target"), PathBuf::from);
    target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Where the checkout is.
#[must_use]
pub fn workspace_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// What a program prints, once it has ended well.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{:?} ended with {}: {}", command.get_program(), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
