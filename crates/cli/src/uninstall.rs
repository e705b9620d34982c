//! `ringside uninstall`: what goes before the program does.

use std::io::{BufRead, IsTerminal, Write};

use companion::{
    DataDir, Error, Undo, Undone,
    privacy::LeftBehind,
    uninstall::{Data, GameFiles, Kept, UninstallPlan, Uninstalled, plan, uninstall as carry_out},
};
use serde_json::{Value, json};

use crate::{
    arguments::{Counted, UninstallArguments},
    exit::Exit,
    output,
    setup::{left_alone, told},
};

const KIB: u64 = 1024;

pub(crate) fn uninstall(arguments: UninstallArguments) -> anyhow::Result<Exit> {
    let dir = DataDir::look(arguments.data_dir.data_dir.clone())?;
    let plan = plan(&dir)?;
    if let Some(counted) = arguments.count {
        output::line(&count(&plan, counted).to_string());
        return Ok(Exit::Done);
    }
    if arguments.plan && arguments.json {
        output::json(&plan_json(&plan))?;
        return Ok(Exit::Done);
    }
    let to_read = plan_text(&plan, arguments.game_files());
    if arguments.plan {
        output::line(&to_read);
        return Ok(Exit::Done);
    }
    output::note(&to_read);
    let Some((game_files, data)) = agreed(&arguments, &plan)? else {
        output::note("nothing was changed");
        return Ok(if std::io::stdin().is_terminal() { Exit::Done } else { Exit::Usage });
    };
    let done = carry_out(&dir, game_files, data)?;
    if arguments.json {
        output::json(&done_json(&done))?;
    } else {
        output::line(&done_text(&done, &plan.data));
    }
    let problems: Vec<_> = done.game_files.into_iter().filter_map(Result::err).collect();
    let exits = problems.into_iter().map(|error| Exit::of_error(&error.into()));
    Ok(exits.last().unwrap_or(Exit::Done))
}

/// What is to be done, where the player wants it.
fn agreed(
    arguments: &UninstallArguments,
    plan: &UninstallPlan,
) -> anyhow::Result<Option<(GameFiles, Data)>> {
    let game_files = arguments.game_files();
    if arguments.yes {
        return Ok(Some((game_files, arguments.data().unwrap_or(Data::Keep))));
    }
    if !std::io::stdin().is_terminal() {
        output::complain("nobody can be asked here; --yes does it, and keeps your data");
        return Ok(None);
    }
    if !is_yes("Go on? [y/N] ")? {
        return Ok(None);
    }
    let data = match arguments.data() {
        Some(data) => data,
        None if plan.data.bytes == 0 => Data::Keep,
        None if is_yes("Erase what Ringside keeps on this PC? [y/N] ")? => Data::Erase,
        None => Data::Keep,
    };
    Ok(Some((game_files, data)))
}

fn is_yes(question: &str) -> anyhow::Result<bool> {
    let mut out = std::io::stderr().lock();
    write!(out, "{question}")?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn count(plan: &UninstallPlan, counted: Counted) -> u64 {
    match counted {
        Counted::GameFiles => plan
            .game_files
            .iter()
            .filter(|file| !matches!(file, Ok(one) if is_as_before(one)))
            .count() as u64,
        Counted::Unsent => plan.data.unsent.unwrap_or(0),
    }
}

fn is_as_before(one: &Undone) -> bool {
    one.how == Undo::Nothing
}

/// What would be lost stands before what is asked.
fn plan_text(plan: &UninstallPlan, game_files: GameFiles) -> String {
    let mut lines = Vec::new();
    match game_files {
        GameFiles::Leave => lines.push("files in games' folders stay as they are".to_owned()),
        GameFiles::PutBack if plan.game_files.is_empty() => {
            lines.push("no game was set up, so nothing is to be put back".to_owned());
        }
        GameFiles::PutBack => lines.extend(plan.game_files.iter().map(would_be)),
    }
    let Kept { folder, bytes, unsent } = &plan.data;
    lines.push(match bytes {
        0 => format!("{folder}: nothing is kept there"),
        bytes => format!("{folder}: {} KiB are kept there, or erased", bytes.div_ceil(KIB)),
    });
    match unsent {
        Some(0) => {}
        Some(1) => lines.push("  1 event of it was never sent: erased, it is lost".to_owned()),
        Some(n) => lines.push(format!("  {n} events of it were never sent: erased, they are lost")),
        None => lines.push("  how much of it was never sent cannot be read".to_owned()),
    }
    lines.extend(plan.servers.iter().map(|server| {
        format!(
            "  {server} keeps what was sent. Only with this data can you have it erased there: \
             in the app, under Privacy"
        )
    }));
    lines.join("\n")
}

fn would_be(file: &Result<Undone, Error>) -> String {
    match file {
        Ok(Undone { path, how, left }) => {
            let would = match how {
                Undo::Removed => "would be removed",
                Undo::Restored => "would be put back as it was before",
                Undo::KeysRestored => {
                    "would have its settings of before; what was written since would stay"
                }
                Undo::Nothing if left.is_empty() => "is as it was before",
                Undo::Nothing => "would stay as it is",
            };
            format!("{path}: {would}{}", left_alone(left))
        }
        Err(error) => format!("{error}; it would be left as it is"),
    }
}

/// What could not be put back is said where the program ends.
fn done_text(done: &Uninstalled, kept: &Kept) -> String {
    let mut lines: Vec<String> =
        done.game_files.iter().filter_map(|file| file.as_ref().ok()).map(told).collect();
    if done.autostart_ended {
        lines.push("the system starts Ringside no more".to_owned());
    }
    match &done.erased {
        None if kept.bytes == 0 => {}
        None => lines.push(format!("{}: kept", kept.folder)),
        Some(left) => {
            lines.push(format!("{}: erased", kept.folder));
            lines.extend(left.iter().filter_map(left_behind));
        }
    }
    if lines.is_empty() {
        lines.push("nothing was there to be done".to_owned());
    }
    lines.join("\n")
}

/// Of the games' files it was told already.
fn left_behind(left: &LeftBehind) -> Option<String> {
    match left {
        LeftBehind::OnServers | LeftBehind::GameConfiguration => None,
        LeftBehind::Exports => Some("what you exported lies where it was put".to_owned()),
        LeftBehind::OtherFiles { folder } => {
            Some(format!("{folder}: what else lies there is not Ringside's, and stays"))
        }
    }
}

fn plan_json(plan: &UninstallPlan) -> Value {
    json!({
        "game_files": files_json(&plan.game_files),
        "data": plan.data,
        "servers": plan.servers,
    })
}

fn done_json(done: &Uninstalled) -> Value {
    json!({
        "game_files": files_json(&done.game_files),
        "autostart_ended": done.autostart_ended,
        "erased": done.erased.is_some(),
        "left": done.erased,
    })
}

fn files_json(files: &[Result<Undone, Error>]) -> Vec<Value> {
    let as_json = |file: &Result<Undone, Error>| match file {
        Ok(one) => json!(one),
        Err(error) => json!({ "how": "left", "problem": error.to_string() }),
    };
    files.iter().map(as_json).collect()
}
