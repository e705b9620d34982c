//! Why a command fails, and with which exit code.

use std::{io::Write, process::ExitCode};

use ingest_server::ServeError;

/// A failure that ends the process.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command asks for something that makes no sense.
    Usage(String),
    /// A file that it was given is no good.
    BadInput(anyhow::Error),
    /// The machine does not give what is needed.
    Environment(anyhow::Error),
}

impl Failure {
    /// Tells the operator in one line.
    pub(crate) fn report(&self) -> ExitCode {
        let (text, code) = match self {
            Self::Usage(text) => (text.clone(), 2),
            Self::BadInput(error) => (format!("{error:#}"), 3),
            Self::Environment(error) => (format!("{error:#}"), 4),
        };
        // Where even stderr is gone there is nobody left to tell.
        drop(writeln!(std::io::stderr(), "ringside-ingest: {text}"));
        ExitCode::from(code)
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Lifetimes(rule) => Self::Usage(rule.to_owned()),
            ServeError::Store(_)
            | ServeError::Damaged(_)
            | ServeError::Directory(_)
            | ServeError::Occupied(_)
            | ServeError::Lock(..)
            | ServeError::Listen(..)
            | ServeError::Tls(_)
            | ServeError::Serve(_)
            | ServeError::Ousted(_)
            | ServeError::Unsaved => Self::Environment(error.into()),
        }
    }
}

impl From<ingest_store::Error> for Failure {
    fn from(error: ingest_store::Error) -> Self {
        Self::Environment(error.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Environment(error.into())
    }
}
