//! Where the log goes: to stderr for a person at a terminal, and into a file of
//! this installation for the Help page.

use std::io;

use companion::{DataDir, LogFile};
use tracing_subscriber::{
    EnvFilter, fmt, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

/// Begins to log; the level is `RUST_LOG`'s, or `info`.
pub(crate) fn begin(dir: Option<&DataDir>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let file = dir.map(|dir| {
        fmt::layer()
            .with_ansi(false)
            .log_internal_errors(false)
            .with_writer(Lines(LogFile::of(dir)))
    });
    tracing_subscriber::registry()
        .with(filter)
        .with(fmt::layer().with_writer(io::stderr))
        .with(file)
        .init();
}

/// Each line goes into the file at once: what a crash leaves is what was said.
struct Lines(LogFile);

struct Line<'a>(&'a LogFile);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

impl io::Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.append(line).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
