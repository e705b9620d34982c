//! The server's process, and what the kernel knows of it.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

/// Clock ticks of `/proc/PID/stat` a second; fixed on Linux.
const TICKS_PER_S: f64 = 100.0;

/// A running server.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    counted: Option<Counted>,
}

/// A server whose flushes `strace` counts.
struct Counted {
    /// Its own process; the child is `strace`.
    process: String,
    trace: NamedTempFile,
}

impl Process {
    pub(crate) fn start(program: &Path, data_dir: &Path) -> Result<Self> {
        Self::start_with(program, data_dir, &[])
    }

    /// The same with more flags.
    pub(crate) fn start_with(program: &Path, data_dir: &Path, flags: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        let (child, mut lines) = spawn(command.args(arguments(data_dir)).args(flags))?;
        Ok(Self { child, address: address(&mut lines)?, counted: None })
    }

    /// The same with its flushes counted; `None` where `strace` cannot.
    pub(crate) fn start_counted(program: &Path, data_dir: &Path) -> Result<Option<Self>> {
        let trace = NamedTempFile::new()?;
        let mut command = Command::new("strace");
        command.args(["-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync", "-o"]);
        command.arg(trace.path()).args(["sh", "-c", "echo $$; exec \"$0\" \"$@\""]).arg(program);
        let Ok((child, mut lines)) = spawn(command.args(arguments(data_dir))) else {
            return Ok(None);
        };
        let Some(Ok(process)) = lines.next() else { return Ok(None) };
        let counted = Some(Counted { process, trace });
        Ok(Some(Self { child, address: address(&mut lines)?, counted }))
    }

    /// How often it has flushed; `None` where nobody counts.
    pub(crate) fn fsyncs(&self) -> Option<f64> {
        let trace = std::fs::read_to_string(self.counted.as_ref()?.trace.path()).ok()?;
        Some(trace.lines().filter(|line| line.contains("sync(")).count() as f64)
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

    /// SIGKILL.
    pub(crate) fn kill(self) {}

    fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        match &self.counted {
            // With the server, strace ends.
            Some(counted) => {
                Command::new("kill").args(["-KILL", &counted.process]).status().ok();
            }
            None => {
                self.child.kill().ok();
            }
        }
        self.child.wait().ok();
    }
}

type Lines = std::io::Lines<BufReader<ChildStdout>>;

fn spawn(command: &mut Command) -> Result<(Child, Lines)> {
    let program = command.get_program().to_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", program.display()))?;
    let lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
    Ok((child, lines))
}

fn arguments(data_dir: &Path) -> impl Iterator<Item = &OsStr> {
    let key = "enrolment-key-of-the-bench";
    let flags = ["serve", "--listen", "127.0.0.1:0", "--enrolment-key", key, "--data-dir"];
    flags.into_iter().map(OsStr::new).chain([data_dir.as_os_str()])
}

fn address(lines: &mut Lines) -> Result<SocketAddr> {
    let line = lines
        .find_map(|line| line.ok().filter(|line| line.contains("http://")))
        .context("the server named no address")?;
    Ok(line.rsplit("http://").next().context("no address")?.trim().parse()?)
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
