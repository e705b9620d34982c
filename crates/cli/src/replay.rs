//! `ringside replay`.

use std::{io::Write, path::Path, sync::Arc};

use anyhow::Context;
use boot_clock::BootClock;
use companion::{
    DataDir, Drained, ReplayOptions, ReplayReport,
    event_model::EventId,
    outbox::{OutboxView, ShownEvent},
};

use crate::{
    arguments::{ReplayArguments, ReportForm},
    exit::Exit,
    golden::{Difference, compare},
    output,
    progress::Progress,
    terminal_shell::{Form, TerminalShell},
};

pub(crate) async fn replay(arguments: ReplayArguments) -> anyhow::Result<Exit> {
    let data_dir = arguments.data_dir.data_dir.clone();
    let options = ReplayOptions {
        file: arguments.file,
        data_dir: data_dir.clone(),
        speed: arguments.speed,
        upload: arguments.server.into(),
        drain_timeout: arguments.drain_timeout,
    };
    let progress = Progress::new();
    let shell = Arc::new(TerminalShell::new(Form::Silent));
    let report =
        companion::replay(options, Arc::new(BootClock::new()), shell, |at| progress.show(at)).await;
    progress.finish();
    let report = report?;

    let events = Events::of(&report, data_dir)?;
    if let Some(path) = &arguments.events {
        events.write_to(path)?;
    }
    let differences = match &arguments.expect {
        Some(golden) => compare(golden, &events.0)?,
        None => Vec::new(),
    };
    let form = if arguments.json { Some(ReportForm::Json) } else { arguments.report };
    match form {
        Some(ReportForm::Json) => output::json_line(&report)?,
        Some(ReportForm::Junit) => output::line(&junit(&report, &differences)),
        None => output::line(&text(&report)),
    }
    for difference in &differences {
        output::note(&difference.to_string());
    }
    Ok(exit(&report, &differences))
}

fn exit(report: &ReplayReport, differences: &[Difference]) -> Exit {
    match (report.drained, differences) {
        (_, [_, ..]) => Exit::DoesNotHold,
        (Drained::StillWaiting, []) => {
            let reason = report.paused_reason.as_deref().unwrap_or("the server took nothing");
            output::complain(&format!(
                "{} events still wait to be sent: {reason}. They are kept; the same command \
                 sends them later",
                report.pending
            ));
            Exit::Environment
        }
        (Drained::Done | Drained::NothingToSend, []) => Exit::Done,
    }
}

/// The events of a replay as they are sent, in order.
struct Events(Vec<String>);

impl Events {
    fn of(report: &ReplayReport, data_dir: Option<std::path::PathBuf>) -> anyhow::Result<Self> {
        let view = OutboxView::open(&DataDir::open(data_dir)?.outbox())?;
        let body = |id: &EventId| -> anyhow::Result<Option<String>> {
            Ok(view.show(*id)?.map(|ShownEvent { body, .. }| body))
        };
        let bodies: Vec<_> = report.event_ids.iter().map(body).collect::<Result<_, _>>()?;
        let gone = bodies.iter().filter(|body| body.is_none()).count();
        if gone > 0 {
            output::note(&format!("{gone} events are no longer in the upload queue's history"));
        }
        Ok(Self(bodies.into_iter().flatten().collect()))
    }

    fn write_to(&self, path: &Path) -> anyhow::Result<()> {
        let write = || -> std::io::Result<()> {
            let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
            for body in &self.0 {
                writeln!(file, "{body}")?;
            }
            file.into_inner()?.sync_all()
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}

fn text(report: &ReplayReport) -> String {
    let mut lines = vec![
        format!("{}: {} frames from {}", report.file, report.frames, report.source),
        format!("captured   {:>8}", report.captured),
        format!("new        {:>8}", report.appended),
        format!("known      {:>8}", report.already_known),
        format!("uploaded   {:>8}", report.uploaded),
        format!("stored     {:>8}", report.stored),
        format!("duplicates {:>8}", report.duplicates),
        format!("waiting    {:>8}", report.pending),
        format!("refused    {:>8}", report.quarantined),
        format!("lost       {:>8}", report.lost),
    ];
    if let Some(why) = &report.last_unreadable {
        let count = report.unreadable;
        lines.push(format!("{count} frames could not be read; the last one: {why}"));
    }
    for (name, times) in &report.drift {
        lines.push(format!("unknown: {name} ({times} times)"));
    }
    if report.drained == Drained::NothingToSend {
        lines.push("no server was named: everything stays on this PC".to_owned());
    }
    lines.join("\n")
}

/// One test suite, as continuous integration reads it.
fn junit(report: &ReplayReport, differences: &[Difference]) -> String {
    let failures = usize::from(!differences.is_empty());
    let body = if differences.is_empty() {
        String::new()
    } else {
        let told: Vec<_> = differences.iter().map(ToString::to_string).collect();
        format!(
            "<failure message=\"{} differences\">{}</failure>",
            differences.len(),
            escaped(&told.join("\n"))
        )
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites tests=\"1\" failures=\"{failures}\">\
         <testsuite name=\"ringside replay\" tests=\"1\" failures=\"{failures}\">\
         <testcase classname=\"{}\" name=\"{}\">{body}\
         <system-out>{}</system-out></testcase></testsuite></testsuites>",
        escaped(&report.source),
        escaped(&report.file),
        escaped(&text(report)),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
