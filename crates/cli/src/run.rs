//! `ringside run`.

use std::{sync::Arc, time::Duration};

use boot_clock::BootClock;
use companion::{Companion, RunOptions, RunSummary, SettingsFrom};

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
        league_port: arguments.league_port,
        league_root: arguments.league_root,
        gsi_port: arguments.gsi_port,
        settings: SettingsFrom::File,
    };
    let shell = Arc::new(TerminalShell::new(form));
    let companion = Companion::start(options, Arc::new(BootClock::new()), shell).await?;
    output::note(&format!("data in {}", companion.data_dir().path().display()));
    if let Some(address) = companion.gsi_address() {
        output::note(&format!("listening for Counter-Strike on http://{address}/"));
    }
    until_stopped(arguments.seconds.map(Duration::from_secs)).await?;
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

/// Until Ctrl-C, a request to end, or the time is over.
async fn until_stopped(limit: Option<Duration>) -> anyhow::Result<()> {
    let over = async {
        match limit {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        ended = terminated() => ended?,
        () = over => {}
    }
    Ok(())
}

#[cfg(unix)]
async fn terminated() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate())?.recv().await;
    Ok(())
}

#[cfg(not(unix))]
async fn terminated() -> std::io::Result<()> {
    std::future::pending().await
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
    lines.extend(summary.status.recording_problem.clone());
    lines.join("\n")
}
