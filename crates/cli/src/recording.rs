//! `ringside recording`.

mod cut;
mod serve;

use std::path::{Path, PathBuf};

use companion::recording::{self, Compression, Info, Verification};

use crate::{arguments::RecordingCommand, exit::Exit, output};

pub(crate) async fn recording(command: RecordingCommand) -> anyhow::Result<Exit> {
    match command {
        RecordingCommand::Import { file, out, force, json } => {
            let existing = if force { Existing::Replace } else { Existing::Keep };
            import(&file, out, existing, json)
        }
        RecordingCommand::Info { file, json } => info(&file, json),
        RecordingCommand::Redact { file, out, key, json } => {
            redact(&file, out, key.as_deref(), json)
        }
        RecordingCommand::Trim(arguments) => cut::trim(&arguments),
        RecordingCommand::Merge(arguments) => cut::merge(&arguments),
        RecordingCommand::Serve(arguments) => serve::serve(arguments).await,
        RecordingCommand::Verify { file, json } => verify(&file, json),
    }
}

/// What becomes of a file that stands where the recording is to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existing {
    Keep,
    Replace,
}

fn import(
    file: &Path,
    out: Option<PathBuf>,
    existing: Existing,
    json: bool,
) -> anyhow::Result<Exit> {
    let recording = recording::import(file, None)?;
    // Read through first: a fault in it is the first thing to say.
    recording.hash()?;
    let out = out.unwrap_or_else(|| file.with_extension("rsrec"));
    if out.exists() && existing == Existing::Keep {
        output::complain(&format!(
            "{} is there already and was not changed; name another with --out, or use --force",
            out.display()
        ));
        return Ok(Exit::Usage);
    }
    let written = recording.write_to(&out, compression_of(&out))?;
    let info = recording::info(&written)?;
    if json {
        output::json(&info)?;
    } else {
        output::line(&format!("{}: imported as {}", written.display(), recording.format()));
    }
    Ok(Exit::Done)
}

fn info(file: &Path, json: bool) -> anyhow::Result<Exit> {
    let info = recording::info(file)?;
    if json {
        output::json(&info)?;
    } else {
        output::line(&info_text(&info));
    }
    Ok(Exit::Done)
}

fn redact(
    file: &Path,
    out: Option<PathBuf>,
    key: Option<&str>,
    json: bool,
) -> anyhow::Result<Exit> {
    let out = out.unwrap_or_else(|| file.with_extension("no-names.rsrec"));
    if out.exists() {
        output::complain(&format!(
            "{} is there already and was not changed; name another with --out",
            out.display()
        ));
        return Ok(Exit::Usage);
    }
    let (recording, compression) = (recording::import(file, None)?, compression_of(&out));
    let redacted = match key {
        Some(word) => recording.redact_under(&recording::key_of(word), &out, compression)?,
        None => recording.redact_to(&out, compression)?,
    };
    if json {
        output::json(&redacted)?;
        return Ok(Exit::Done);
    }
    output::line(&format!("{}: {} names replaced", out.display(), redacted.names));
    if redacted.emptied > 0 {
        output::line(&format!("{} frames were no documents, and are empty", redacted.emptied));
    }
    if redacted.events_left_out > 0 {
        output::line(&format!("{} golden events were left out", redacted.events_left_out));
    }
    if redacted.state_left_out {
        output::line("the state that it began with was left out: a replay begins anew");
    }
    Ok(Exit::Done)
}

/// What a name asks for.
fn compression_of(out: &Path) -> Compression {
    if out.extension().is_some_and(|extension| extension == "zst") {
        Compression::Zstd
    } else {
        Compression::Plain
    }
}

fn verify(file: &Path, json: bool) -> anyhow::Result<Exit> {
    let verification = recording::verify(file)?;
    if json {
        output::json(&verification)?;
    } else {
        output::line(&verification_text(&verification));
    }
    Ok(if verification.is_sound() { Exit::Done } else { Exit::DoesNotHold })
}

fn info_text(info: &Info) -> String {
    let state = if info.has_state { ", begun in mid-session" } else { "" };
    let ended = match (&info.end, info.truncated_at_line) {
        (Some(reason), _) => format!("ended: {reason}"),
        (None, Some(line)) => format!("breaks off in line {line}; what comes before is whole"),
        (None, None) => "ends without a word".to_owned(),
    };
    format!(
        "{} from {}, made by {}{state}\n\
         recorded {} to {} ({} s)\n\
         {} frames, {} failed readings, {} marks, {} golden events\n\
         {ended}\n\
         content {}",
        info.format,
        info.header.source,
        info.header.app,
        info.header.recorded_at,
        info.ended_at,
        info.duration_ms / 1000,
        info.counts.frames,
        info.counts.faults,
        info.counts.marks,
        info.counts.events,
        info.hash,
    )
}

fn verification_text(verification: &Verification) -> String {
    let mut lines: Vec<_> = verification
        .problems
        .iter()
        .map(|problem| format!("line {}: {}", problem.line, problem.what))
        .collect();
    let told = verification.problems.len() as u64;
    if verification.problems_total > told {
        lines.push(format!("and {} more lines like these", verification.problems_total - told));
    }
    if verification.frames_with_secrets > 0 {
        lines.push(format!("{} frames still hold a secret", verification.frames_with_secrets));
    }
    if let Some(line) = verification.truncated_at_line {
        lines.push(format!("it breaks off in line {line}"));
    } else if verification.end.is_none() {
        lines.push("it does not say why it ended".to_owned());
    }
    let counts = verification.counts;
    let verdict = if verification.is_sound() { "sound" } else { "not sound" };
    lines.push(format!(
        "{verdict}: {} frames, {} failed readings in {} s",
        counts.frames,
        counts.faults,
        verification.duration_ms / 1000
    ));
    lines.join("\n")
}
