//! `ringside completions` and `ringside man`: the command line tells itself.

use std::path::Path;

use anyhow::Context;
use clap::{Command, CommandFactory};

use crate::{
    arguments::{Arguments, CompletionsArguments, ManArguments},
    exit::Exit,
    output,
};

/// What the program is called, however its file is.
const NAME: &str = "ringside";

pub(crate) fn completions(arguments: &CompletionsArguments) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), NAME, &mut text);
    output::bytes(&text);
    Ok(Exit::Done)
}

pub(crate) fn man(arguments: &ManArguments) -> anyhow::Result<Exit> {
    let mut command = Arguments::command().name(NAME);
    // Names of subcommands with those above them.
    command.build();
    match &arguments.out {
        None => output::bytes(&page(command)?),
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            write_pages(&command, folder)?;
        }
    }
    Ok(Exit::Done)
}

/// The page of a command and of each below it: `ringside-outbox-list.1`.
fn write_pages(command: &Command, folder: &Path) -> anyhow::Result<()> {
    let name = command.get_display_name().unwrap_or(NAME);
    let path = folder.join(format!("{name}.1"));
    std::fs::write(&path, page(command.clone())?)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        write_pages(below, folder)?;
    }
    Ok(())
}

fn page(command: Command) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    Ok(text)
}
