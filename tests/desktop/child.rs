//! Processes that end with the test that started them.

use std::process::{Child, Command};

/// A started process; dropping it ends it.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Starts `command`; `Err` says why the test cannot run here.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.spawn().map(Self).map_err(|error| format!("{program} cannot be started: {error}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
