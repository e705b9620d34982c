//! `ringside doctor`.

use companion::{SourceDiagnosis, doctor as examine};

use crate::{arguments::DoctorArguments, exit::Exit, output, salvage};

pub(crate) async fn doctor(arguments: DoctorArguments) -> anyhow::Result<Exit> {
    let report = examine(arguments.data_dir.data_dir).await?;
    if arguments.json {
        output::json(&report)?;
        return Ok(Exit::Done);
    }
    output::line(&format!("data in {}", report.data_dir.display()));
    if let Some(trouble) = &report.queue {
        output::line("");
        output::line(&format!("the upload queue cannot be used as it is: {trouble}"));
    }
    if let Some(salvaged) = &report.salvaged {
        output::line("");
        output::line(&salvage::text(salvaged));
    }
    for source in &report.sources {
        output::line("");
        output::line(&text(source));
    }
    Ok(Exit::Done)
}

fn text(source: &SourceDiagnosis) -> String {
    let mut lines = vec![source.source.to_owned(), format!("  {}", source.reachable)];
    for installed in &source.installed {
        lines.push(format!("  {}: {}", installed.config_path.display(), installed.config));
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
            lines.push(format!("  unknown to this version: {name} ({times} times)"));
        }
    }
    for advice in &source.advice {
        lines.push(format!("  → {}", advice.what));
        if let Some(content) = &advice.content {
            lines.extend(content.lines().map(|line| format!("      {line}")));
        }
    }
    lines.join("\n")
}
