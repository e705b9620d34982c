//! The server's process, and what the kernel knows of it.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};

/// Clock ticks of `/proc/PID/stat` a second; fixed on Linux.
const TICKS_PER_S: f64 = 100.0;

/// A running server.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    pub(crate) fn start(program: &Path, data_dir: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(["--enrolment-key", "enrolment-key-of-the-bench"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        let mut lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let line = lines
            .find_map(|line| line.ok().filter(|line| line.contains("http://")))
            .context("the server named no address")?;
        let address = line.rsplit("http://").next().context("no address")?.trim().parse()?;
        Ok(Self { child, address })
    }

    /// User and system time since its start.
    pub(crate) fn cpu_s(&self) -> f64 {
        cpu_s(&self.proc("stat"))
    }

    /// A line of `/proc/PID/status`, in mebibytes.
    pub(crate) fn memory_mib(&self, name: &str) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        let kib: f64 =
            line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0.0);
        kib / 1_024.0
    }

    /// Bytes that it made the kernel write to disks.
    pub(crate) fn written_bytes(&self) -> f64 {
        let io = self.proc("io");
        let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
        line.and_then(|text| text.trim().parse().ok()).unwrap_or(0.0)
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// User and system time in a `/proc/PID/stat`.
fn cpu_s(stat: &str) -> f64 {
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_S
}

/// The same of this process.
pub(crate) fn own_cpu_s() -> f64 {
    cpu_s(&std::fs::read_to_string("/proc/self/stat").unwrap_or_default())
}
