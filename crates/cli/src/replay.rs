//! `ringside replay`.

use std::{io::Write, path::Path, sync::Arc};

use anyhow::Context;
use boot_clock::BootClock;
use companion::{Drained, ReplayOptions, ReplayReport};

use crate::{
    arguments::{ReplayArguments, ReportForm},
    exit::Exit,
    golden::{Difference, Golden},
    output,
    progress::Progress,
    terminal_shell::{Form, TerminalShell},
};

pub(crate) async fn replay(arguments: ReplayArguments) -> anyhow::Result<Exit> {
    let enrol = enrol_command(&arguments);
    let options = ReplayOptions {
        file: arguments.file,
        data_dir: arguments.data_dir.data_dir,
        speed: arguments.speed,
        upload: arguments.server.into(),
        drain_timeout: arguments.drain_timeout,
    };
    let golden = arguments.expect.as_deref().map(Golden::read).transpose()?;
    let progress = Progress::new();
    let shell = Arc::new(TerminalShell::new(Form::Silent));
    let report =
        companion::replay(options, Arc::new(BootClock::new()), shell, |at| progress.show(at)).await;
    progress.finish();
    let report = report?;

    if let Some(path) = &arguments.events {
        write_events(&report.events, path)?;
    }
    let differences = golden.map_or_else(Vec::new, |golden| golden.differences(&report.events));
    let form = if arguments.json { Some(ReportForm::Json) } else { arguments.report };
    match form {
        Some(ReportForm::Json) => output::json_line(&report)?,
        Some(ReportForm::Junit) => output::line(&junit(&report, &differences)),
        None => output::line(&text(&report)),
    }
    for difference in &differences {
        output::note(&difference.to_string());
    }
    Ok(exit(&report, &differences, &enrol))
}

/// What enrols the same folder at the same server.
fn enrol_command(arguments: &ReplayArguments) -> String {
    let server = arguments.server.server.as_deref().unwrap_or("URL");
    let folder = arguments.data_dir.data_dir.as_ref();
    let folder = folder.map_or_else(String::new, |dir| format!(" --data-dir {}", dir.display()));
    format!("ringside enrol --server {server} --enrolment-key KEY{folder}")
}

fn exit(report: &ReplayReport, differences: &[Difference], enrol: &str) -> Exit {
    match (report.drained, differences) {
        (_, [_, ..]) => Exit::DoesNotHold,
        (Drained::StillWaiting, []) => {
            output::complain(&format!(
                "{}. They are kept; the same command sends them when that is over",
                still_waiting(report)
            ));
            Exit::Environment
        }
        (Drained::NotEnrolled, []) => {
            output::complain(&format!(
                "{}. They are kept; enrol first, with a key of the server's operator: \
                 `{enrol}`. Then the same command sends them",
                still_waiting(report)
            ));
            Exit::Environment
        }
        (Drained::Done | Drained::NothingToSend, []) if report.refused > 0 => {
            output::complain(&format!(
                "the server refused {} events; `ringside outbox list --state quarantined` says why",
                report.refused
            ));
            Exit::DoesNotHold
        }
        (Drained::Done | Drained::NothingToSend, []) => Exit::Done,
    }
}

fn still_waiting(report: &ReplayReport) -> String {
    let reason = report.paused_reason.as_deref().unwrap_or("the server took nothing");
    format!("{} events still wait to be sent: {reason}", report.pending)
}

fn write_events(events: &[String], path: &Path) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        for event in events {
            writeln!(file, "{event}")?;
        }
        file.into_inner()?.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
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
