//! How a chore ends.

use std::process::ExitCode;

/// What a chore found. That it could not look is an error instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// What it checked holds, or what it was to do is done.
    Holds,
    /// What it checked does not hold; it has said why.
    Fails,
}

/// The environment does not allow it; 2 is wrong usage, and clap's own.
const ENVIRONMENT: u8 = 4;

/// The exit code of the whole program.
pub(crate) fn exit_code(ended: anyhow::Result<Verdict>) -> ExitCode {
    match ended {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(ENVIRONMENT)
        }
    }
}
