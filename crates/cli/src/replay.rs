//! `ringside replay`.

mod checks;
mod told;

use std::{
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
};

use anyhow::Context;
use boot_clock::BootClock;
use companion::{ReplayOptions, ReplayReport, ReplayedEvents};
use replay_report::{EventDiff, junit, trace_page};

use crate::{
    arguments::{ReplayArguments, ReportForm},
    exit::Exit,
    golden::Golden,
    output,
    progress::Progress,
    terminal_shell::{Form, TerminalShell},
};
use checks::{Checked, Checks};

pub(crate) async fn replay(arguments: ReplayArguments) -> anyhow::Result<Exit> {
    let golden = match &arguments.expect {
        Some(path) if arguments.bless => Some(Golden::read_to_bless(path)?),
        Some(path) => Some(Golden::read(path)?),
        None => None,
    };
    let mut report = play(&arguments).await?;
    if let (Some(path), Some(events)) = (&arguments.events, &report.events) {
        write_lines(events, path)?;
    }
    let differences = match (&golden, &report.events) {
        (Some(golden), Some(events)) if arguments.bless => {
            output::note(&golden.bless(events)?);
            None
        }
        (Some(golden), Some(events)) => Some(golden.differences(events)?),
        (_, _) => None,
    };
    if let Some(path) = &arguments.trace {
        write_trace(&mut report, differences.clone(), path)?;
    }
    let checked = Checks {
        report: &report,
        differences: differences.as_ref(),
        is_strict: arguments.strict,
        enrol: &enrol_command(&arguments),
    }
    .check();
    tell(&report, &checked, arguments.form())?;
    Ok(checked.exit)
}

async fn play(arguments: &ReplayArguments) -> anyhow::Result<ReplayReport> {
    let options = ReplayOptions {
        file: arguments.file.clone(),
        data_dir: arguments.data_dir.data_dir.clone(),
        speed: arguments.speed,
        section: arguments.section(),
        faults: arguments.faults,
        keeps_events: arguments.events.is_some() || arguments.expect.is_some(),
        is_traced: arguments.trace.is_some(),
        upload: arguments.server.clone().into(),
        drain_timeout: arguments.drain_timeout,
    };
    let progress = Progress::new();
    let shell = Arc::new(TerminalShell::new(Form::Silent));
    let report =
        companion::replay(options, Arc::new(BootClock::new()), shell, |at| progress.show(at)).await;
    progress.finish();
    Ok(report?)
}

/// The report to stdout, what does not hold to stderr.
fn tell(report: &ReplayReport, checked: &Checked, form: ReportForm) -> anyhow::Result<()> {
    match form {
        ReportForm::Json => output::json_line(&told::Json::of(report, checked))?,
        ReportForm::Junit => {
            output::line(&junit(&report.file, &checked.cases, &told::text(report)));
        }
        ReportForm::Text => output::line(&told::text(report)),
    }
    checked.complaints.iter().for_each(|complaint| output::complain(complaint));
    Ok(())
}

/// What enrols the same folder at the same server.
fn enrol_command(arguments: &ReplayArguments) -> String {
    let server = arguments.server.server.as_deref().unwrap_or("URL");
    let folder = arguments.data_dir.data_dir.as_ref();
    let folder = folder.map_or_else(String::new, |dir| format!(" --data-dir {}", dir.display()));
    format!("ringside enrol --server {server} --enrolment-key KEY{folder}")
}

fn write_lines(events: &ReplayedEvents, path: &Path) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(path)?);
        for event in events.lines()? {
            writeln!(file, "{}", event?)?;
        }
        file.into_inner()?.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

fn write_trace(
    report: &mut ReplayReport,
    differences: Option<EventDiff>,
    path: &Path,
) -> anyhow::Result<()> {
    let Some(trace) = &mut report.trace else { return Ok(()) };
    trace.differences = differences;
    std::fs::write(path, trace_page(trace))
        .with_context(|| format!("{} cannot be written", path.display()))
}
