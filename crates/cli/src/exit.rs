//! Exit codes, and errors in words.

use std::process::ExitCode;

use crate::output;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    /// The thing checked does not hold.
    DoesNotHold,
    /// The command line asks for something that cannot be.
    Usage,
    /// A file is not what it should be.
    BadInput,
    /// This machine, its disk or the server is in the way.
    Environment,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::DoesNotHold => 1,
            Exit::Usage => 2,
            Exit::BadInput => 3,
            Exit::Environment => 4,
        })
    }
}

impl Exit {
    /// Says what went wrong, and how the program ends for it.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        output::complain(&sentence(error));
        match error.downcast_ref::<companion::Error>() {
            Some(companion::Error::BadInput(cause)) if cause.is_bad_input() => Self::BadInput,
            Some(companion::Error::NoRules { .. }) => Self::BadInput,
            Some(companion::Error::Server(_) | companion::Error::NoSuchSection(_)) => Self::Usage,
            Some(companion::Error::Setup(companion::SetupError::NotTheGame { .. })) => Self::Usage,
            Some(_) | None => match error.downcast_ref::<companion::recording::Error>() {
                Some(cause) if cause.is_bad_input() => Self::BadInput,
                Some(_) | None => Self::Environment,
            },
        }
    }

    pub(crate) fn environment(error: &anyhow::Error) -> Self {
        output::complain(&sentence(error));
        Self::Environment
    }
}

/// The error and its causes, without saying anything twice.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}
