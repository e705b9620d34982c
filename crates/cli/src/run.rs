//! `ringside run`.

use std::{sync::Arc, time::Duration};

use boot_clock::BootClock;
use companion::{Companion, RunOptions, RunSummary, SettingsFrom};
#[cfg(unix)]
use tokio::signal::unix::{Signal as Interrupt, Signal as Termination};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Interrupt, CtrlClose as Termination};

use crate::{
    arguments::RunArguments,
    exit::Exit,
    output,
    terminal_shell::{Form, TerminalShell},
};

pub(crate) async fn run(arguments: RunArguments) -> anyhow::Result<Exit> {
    let form = if arguments.json { Form::Json } else { Form::Text };
    let options = RunOptions {
        data_dir: arguments.data_dir.data_dir,
        upload: arguments.server.into(),
        record_dir: arguments.record,
        settings: SettingsFrom::File,
        ..arguments.games.options()
    };
    let shell = Arc::new(TerminalShell::new(form));
    let end_requests = EndRequests::listen()?;
    let companion = Companion::start(options, Arc::new(BootClock::new()), shell).await?;
    output::note(&format!("data in {}", companion.data_dir().path().display()));
    if let Some(address) = companion.gsi_address() {
        output::note(&format!("listening for Counter-Strike on http://{address}/"));
    }
    end_requests.one_or_over(arguments.seconds).await;
    let summary = companion.stop(arguments.drain_timeout).await?;
    if arguments.json {
        output::json_line(&summary)?;
    } else {
        output::line(&text(&summary));
    }
    if summary.lost > 0 {
        output::complain(&format!(
            "{} events were lost: the disk did not take them before the end",
            summary.lost
        ));
        return Ok(Exit::Environment);
    }
    Ok(Exit::Done)
}

/// Who may ask for the end of a run or a recording. They are listened to from before the companion
/// starts: whoever ends a program that said it listens means an orderly end.
pub(crate) struct EndRequests {
    interrupted: Interrupt,
    terminated: Termination,
}

impl EndRequests {
    #[cfg(unix)]
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupted = signal(SignalKind::interrupt())?;
        Ok(Self { interrupted, terminated: signal(SignalKind::terminate())? })
    }

    #[cfg(windows)]
    pub(crate) fn listen() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close};
        Ok(Self { interrupted: ctrl_c()?, terminated: ctrl_close()? })
    }

    /// Until Ctrl-C, a request to end, or the time is over.
    pub(crate) async fn one_or_over(mut self, limit: Option<Duration>) {
        let over = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
            () = over => {}
        }
    }
}

fn text(summary: &RunSummary) -> String {
    let mut lines = vec![
        format!("captured   {:>8}", summary.captured),
        format!("uploaded   {:>8}", summary.uploaded),
        format!("stored     {:>8}", summary.stored),
        format!("duplicates {:>8}", summary.duplicates),
        format!("waiting    {:>8}", summary.pending),
        format!("refused    {:>8}", summary.quarantined),
        format!("lost       {:>8}", summary.lost),
    ];
    for source in &summary.status.sources {
        let drift = source.drift.values().sum::<u64>();
        lines.push(format!(
            "{}: {} frames, {} unreadable, {} dropped, {} unknown names{}",
            source.source,
            source.frames,
            source.unreadable,
            source.frames_dropped,
            drift,
            source
                .last_unreadable
                .as_ref()
                .map_or(String::new(), |why| format!(" (last unreadable: {why})")),
        ));
    }
    if let Some(reason) = &summary.status.upload.paused_reason {
        lines.push(format!("upload: {reason}"));
    }
    lines.extend(summary.status.problems().map(str::to_owned));
    lines.join("\n")
}
