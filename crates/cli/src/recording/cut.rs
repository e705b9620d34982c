//! `ringside recording trim` and `merge`.

use std::path::{Path, PathBuf};

use companion::recording::{self, Merged, Recording, Trimmed};

use super::compression_of;
use crate::{
    arguments::{MergeArguments, TrimArguments},
    exit::Exit,
    output,
};

pub(super) fn trim(arguments: &TrimArguments) -> anyhow::Result<Exit> {
    let out = match &arguments.out {
        Some(out) => out.clone(),
        None => arguments.file.with_extension("part.rsrec"),
    };
    if is_taken(&out) {
        return Ok(Exit::Usage);
    }
    let recording = recording::import(&arguments.file, None)?;
    let range = (arguments.from.clone(), arguments.to.clone());
    let trimmed = recording.trim_to(&out, compression_of(&out), range)?;
    if arguments.json {
        output::json(&trimmed)?;
    } else {
        output::line(&trimmed_text(&trimmed));
    }
    Ok(Exit::Done)
}

pub(super) fn merge(arguments: &MergeArguments) -> anyhow::Result<Exit> {
    if is_taken(&arguments.out) {
        return Ok(Exit::Usage);
    }
    let open = |file: &PathBuf| recording::import(file, None);
    let recordings: Vec<Recording> = arguments.files.iter().map(open).collect::<Result<_, _>>()?;
    let merged = recording::merge(&recordings, &arguments.out, compression_of(&arguments.out))?;
    if arguments.json {
        output::json(&merged)?;
    } else {
        output::line(&merged_text(&merged));
    }
    Ok(Exit::Done)
}

fn is_taken(out: &Path) -> bool {
    let taken = out.exists();
    if taken {
        output::complain(&format!(
            "{} is there already and was not changed; name another with --out",
            out.display()
        ));
    }
    taken
}

fn trimmed_text(trimmed: &Trimmed) -> String {
    let state = if trimmed.has_state { ", begun in mid-session with its state" } else { "" };
    format!(
        "{}: {} of {} frames{state}",
        trimmed.path.display(),
        trimmed.frames,
        trimmed.frames_in_all
    )
}

fn merged_text(merged: &Merged) -> String {
    let mut lines = vec![format!("{}: {} frames", merged.path.display(), merged.frames)];
    if merged.repeated > 0 {
        let count = merged.repeated;
        lines.push(format!("{count} lines that stood in two of them at one instant stand once"));
    }
    if merged.events_left_out > 0 {
        lines.push(format!("{} golden events were left out", merged.events_left_out));
    }
    if merged.states_left_out > 0 {
        lines.push(format!(
            "{} of them began in mid-session: only the first one's state was kept",
            merged.states_left_out
        ));
    }
    lines.join("\n")
}
