//! Other programs, run in the open: the command line first, then their own output.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs a program to its end; what it prints goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    run_shown(&line(command), command)
}

/// The same for a command line that is better shown in other words.
pub(crate) fn run_shown(shown: &str, command: &mut Command) -> Result<()> {
    println!("$ {shown}");
    let status = command.status().with_context(|| could_not_start(command))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// The same, and what it printed.
pub(crate) fn run_captured(command: &mut Command) -> Result<String> {
    println!("$ {}", line(command));
    let (status, printed) = watched(command)?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(printed)
}

/// Runs a program to its end, shows what it prints, and says how it ended and what
/// that was.
pub(crate) fn watched(command: &mut Command) -> Result<(ExitStatus, String)> {
    let could_not_start = could_not_start(command);
    let mut child = command.stdout(Stdio::piped()).spawn().context(could_not_start)?;
    let mut printed = String::new();
    let mut output = BufReader::new(child.stdout.take().context("it prints somewhere")?);
    let mut line = Vec::new();
    // Not by `lines`: what a program under test prints need not be text.
    while output.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        printed.push_str(&text);
        line.clear();
    }
    Ok((child.wait()?, printed))
}

/// What a program prints, without the white space around it.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| could_not_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}: {}", line(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program can be started and ends well, printing nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The cargo that runs this chore.
pub(crate) fn cargo(root: &Path) -> Command {
    // Cargo names itself to the programs that it runs.
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// npm in a folder. On Windows it is a batch file, which starts only by its full name.
pub(crate) fn npm(folder: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder);
    command
}

/// Node in a folder.
pub(crate) fn node(folder: &Path) -> Command {
    let mut command = Command::new("node");
    command.current_dir(folder);
    command
}

fn could_not_start(command: &Command) -> String {
    format!("`{}` could not be started", command.get_program().to_string_lossy())
}

/// The command line as a person would type it, the program without its folder.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(line(&command), "cargo fmt --check");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("ringside-no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "`ringside-no-such-program` could not be started");
    }
}
