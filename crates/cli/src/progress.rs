//! A progress bar, where somebody looks at a terminal.

use std::io::IsTerminal;

use companion::ReplayProgress;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far a replay has come.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar on a terminal, nothing anywhere else.
    pub(crate) fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let style =
            ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({per_sec}, {eta} left)");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    pub(crate) fn show(&self, progress: ReplayProgress) {
        match progress {
            ReplayProgress::Played { entries, of } => {
                self.0.set_message("playing");
                self.0.set_length(of);
                self.0.set_position(entries);
            }
            ReplayProgress::Draining { pending } => {
                self.0.set_message(format!("sending, {pending} waiting"));
            }
        }
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
