//! `ringside doctor`.

mod words;

use std::path::Path;

use anyhow::Context;
use companion::{DataDir, SourceDiagnosis, doctor as examine, drift_report};

use crate::{arguments::DoctorArguments, exit::Exit, output, salvage};

pub(crate) async fn doctor(arguments: DoctorArguments) -> anyhow::Result<Exit> {
    if let Some(to) = &arguments.drift {
        return export(&DataDir::open(arguments.data_dir.data_dir)?, to);
    }
    let report = examine(arguments.data_dir.data_dir).await?;
    if arguments.json {
        output::json(&report)?;
        return Ok(Exit::Done);
    }
    let found = &report.findings;
    output::line(&format!("data in {}", report.data_dir.display()));
    if let Some(trouble) = &found.queue {
        output::line("");
        output::line(&words::of_queue(trouble));
    }
    if let Some(salvaged) = &report.salvaged {
        output::line("");
        output::line(&salvage::text(salvaged));
    }
    if let Some(trouble) = &found.kill_switch {
        output::line("");
        output::line(trouble);
    }
    if let Some(programs) = found.programs {
        output::line("");
        output::line(&words::of_programs(programs));
    }
    for source in &found.sources {
        output::line("");
        output::line(&text(source));
    }
    Ok(Exit::Done)
}

fn builds_in_words(builds: &[&str]) -> String {
    format!(", in build {}", builds.join(", "))
}

/// Writes what is unknown of games, for whoever makes Ringside know it.
fn export(dir: &DataDir, to: &Path) -> anyhow::Result<Exit> {
    let report = drift_report(dir);
    if to == Path::new("-") {
        output::json(&report)?;
        return Ok(Exit::Done);
    }
    let mut text = serde_json::to_string_pretty(&report)?;
    text.push('\n');
    std::fs::write(to, text).with_context(|| format!("{} cannot be written", to.display()))?;
    output::note(&format!("written to {}: names of fields and counts alone", to.display()));
    Ok(Exit::Done)
}

fn text(source: &SourceDiagnosis) -> String {
    let mut lines = vec![
        source.source.clone(),
        format!("  {}", words::of_reachable(source.game, &source.reachable)),
    ];
    let client = source.league_client.as_ref();
    lines.extend(client.map(|client| format!("  {}", words::of_league_client(client))));
    if let Some(turned_off) = &source.turned_off {
        lines.push(format!("  {turned_off}"));
    }
    lines.extend(source.games_off.iter().map(|off| format!("  {off}")));
    for installed in &source.installed {
        let config = words::of_file(&installed.config);
        lines.push(format!("  {}: {config}", installed.config_path));
    }
    if let Some(last) = &source.last_run {
        let when = last.last_frame_at.as_deref().unwrap_or("never");
        lines.push(format!(
            "  last run: {} frames, the last at {when}; {} unreadable; {} dropped; {} posts refused",
            last.frames, last.unreadable, last.frames_dropped, last.refused_posts
        ));
        if let Some(why) = &last.last_unreadable {
            lines.push(format!("  last unreadable frame: {why}"));
        }
        for (name, times) in &last.drift {
            let builds = last.drift_by_build.iter().filter(|(_, names)| names.contains_key(name));
            let builds: Vec<&str> = builds.map(|(build, _)| build.as_str()).collect();
            let of = if builds.is_empty() { String::new() } else { builds_in_words(&builds) };
            lines.push(format!("  unknown to this version: {name} ({times} times{of})"));
        }
    }
    for advice in &source.advice {
        lines.push(format!("  → {}", words::of_advice(source.game, advice)));
        if let Some(content) = words::content_of(advice) {
            lines.extend(content.lines().map(|line| format!("      {line}")));
        }
    }
    let todo = source.league_client.as_ref().and_then(words::of_league_client_todo);
    lines.extend(todo.map(|todo| format!("  → {todo}")));
    lines.join("\n")
}
