//! Runs a program of ours under `strace`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Every call that changes what a file holds, what it is called, or what has
/// left the program. A question mark: not every architecture has it.
const TRACED: &str = "trace=?open,?creat,openat,write,writev,pwrite64,?pwritev,?pwritev2,sendto,\
                      sendmsg,ftruncate,truncate,fallocate,fsync,fdatasync,?rename,renameat,\
                      renameat2,?unlink,unlinkat,?link,linkat,?mkdir,mkdirat";

/// Longer than anything that is written at once here.
const STRING_BYTES_MAX: &str = "8388608";

/// Whether programs can be traced here; says why not. Where nobody would read
/// that it is a failure.
pub(crate) fn is_available() -> bool {
    let available = can_trace();
    assert!(available || std::env::var_os("CI").is_none(), "strace cannot trace here: see above");
    available
}

#[expect(clippy::print_stdout, reason = "a skipped test says so where tests say things")]
fn can_trace() -> bool {
    let probe = Command::new("strace")
        .args(["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"])
        .stdin(Stdio::null())
        .output();
    match probe {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr);
            println!("skipped: strace cannot trace here: {}", why.trim());
            false
        }
        Err(why) => {
            println!("skipped: strace cannot be started: {why}");
            false
        }
    }
}

/// `program` with its arguments and variables, and a trace of it in `trace`.
pub(crate) fn traced(program: &Command, trace: &Path) -> Command {
    // Calls that are not traced run at full speed.
    under_strace(program, trace, &["--seccomp-bpf", "-e", TRACED])
}

/// The same, with an injection into its calls.
pub(crate) fn injected(program: &Command, trace: &Path, injection: &str) -> Command {
    // With `--seccomp-bpf` nothing would be injected.
    under_strace(program, trace, &["-e", TRACED, "-e", injection])
}

/// The same, of nothing but calls on `files`.
pub(crate) fn injected_at(
    program: &Command,
    trace: &Path,
    injection: &str,
    files: &[PathBuf],
) -> Command {
    let mut options: Vec<&OsStr> = ["-e", TRACED, "-e", injection].map(OsStr::new).to_vec();
    for file in files {
        options.extend([OsStr::new("-P"), file.as_os_str()]);
    }
    under_strace(program, trace, &options)
}

/// The same of a process that runs already, from when it says `attached`.
pub(crate) fn attached(process: &str, trace: &Path, injection: &str) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-xx", "-e", "signal=none", "-s", STRING_BYTES_MAX]);
    command.args(["-e", TRACED, "-e", injection, "-p", process, "-o"]).arg(trace);
    command.stdin(Stdio::null());
    command
}

/// The same, of nothing but calls on `files`.
pub(crate) fn attached_at(
    process: &str,
    trace: &Path,
    injection: &str,
    files: &[PathBuf],
) -> Command {
    let mut command = attached(process, trace, injection);
    for file in files {
        command.arg("-P").arg(file);
    }
    command
}

fn under_strace(program: &Command, trace: &Path, options: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new("strace");
    // -y: the names of descriptors; -xx: all text as hex, so that nothing in
    // it looks like the syntax around it.
    command.args(["-f", "-y", "-xx", "-qq", "-e", "signal=none", "-s", STRING_BYTES_MAX]);
    command
        .args(options)
        .arg("-o")
        .arg(trace)
        .arg("--")
        .arg(program.get_program())
        .args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null());
    command
}
