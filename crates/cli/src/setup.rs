//! `ringside setup`.

use std::io::{BufRead, IsTerminal, Write};

use companion::{
    Change, DataDir, DiffIs, Game, LeftKey, Setup, SetupFile, SetupPreview, Undo, Undone,
};

use crate::{arguments::SetupArguments, exit::Exit, output};

pub(crate) fn setup(arguments: SetupArguments) -> anyhow::Result<Exit> {
    let dir = DataDir::open(arguments.data_dir.data_dir)?;
    if arguments.undo {
        return undo(&dir);
    }
    let game = arguments.game;
    let setup = Setup::of(&dir)?;
    match setup.preview(game, arguments.path.as_deref())? {
        SetupPreview::NothingToInstall => {
            output::line(nothing_to_install(game));
            Ok(Exit::Done)
        }
        SetupPreview::NotFound => {
            output::complain(&format!(
                "no {} was found here; name its folder with --path",
                game.title()
            ));
            Ok(Exit::Usage)
        }
        SetupPreview::Files { files } => {
            let consent = if arguments.yes { Consent::Given } else { Consent::Asked };
            write_all(&setup, &files, consent)
        }
    }
}

fn nothing_to_install(game: Game) -> &'static str {
    match game {
        Game::Overwolf => {
            "no file of a game's is changed: `ringside doctor` says how to load Ringside's page \
             into Overwolf"
        }
        Game::Elite => "nothing to install: the game writes its journal by itself",
        Game::League | Game::Cs2 | Game::Dota2 | Game::RocketLeague | Game::Hearthstone => {
            "nothing to install: the game serves its events by itself"
        }
    }
}

/// Whether the player is asked before a file is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Consent {
    Given,
    Asked,
}

fn write_all(setup: &Setup, files: &[SetupFile], consent: Consent) -> anyhow::Result<Exit> {
    for file in files {
        output::line(&text(file));
    }
    let to_do: Vec<_> = files.iter().filter(|file| file.does != Change::Nothing).collect();
    if to_do.is_empty() {
        return Ok(Exit::Done);
    }
    if consent == Consent::Asked && !agreed()? {
        output::note("nothing was changed");
        return Ok(if std::io::stdin().is_terminal() { Exit::Done } else { Exit::Usage });
    }
    for file in to_do {
        setup.write(file.path.as_ref(), &file.seen)?;
        output::line(&format!("{}: written; start the game again", file.path));
    }
    Ok(Exit::Done)
}

fn agreed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        output::complain("nobody can be asked here; --yes writes it");
        return Ok(false);
    }
    let mut out = std::io::stderr().lock();
    write!(out, "Write this? [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// The change as a patch has it.
fn text(file: &SetupFile) -> String {
    let game = file.edition.title();
    let does = match file.does {
        Change::Nothing => return format!("{game}: {} is as it should be", file.path),
        Change::Create => "would be made",
        Change::Replace => "would be replaced, and kept beside it as it is",
    };
    let mut lines = vec![format!("{game}: {} {does}", file.path)];
    lines.extend(file.lines.iter().map(|line| {
        let sign = match line.is {
            DiffIs::Same => ' ',
            DiffIs::Added => '+',
            DiffIs::Removed => '-',
        };
        format!("{sign}{}", line.text.trim_end_matches(['\r', '\n']))
    }));
    lines.join("\n")
}

/// Everything that can be put back is, whatever cannot.
fn undo(dir: &DataDir) -> anyhow::Result<Exit> {
    let undone = Setup::undo(dir)?;
    if undone.is_empty() {
        output::line("nothing was set up, so nothing is to be undone");
    }
    let mut exit = Exit::Done;
    for one in undone {
        match one {
            Ok(undone) => output::line(&told(&undone)),
            Err(error) => exit = Exit::of_error(&error.into()),
        }
    }
    Ok(exit)
}

/// What undoing a setup did to one file, and what of it was left alone.
pub(crate) fn told(undone: &Undone) -> String {
    let Undone { path, how, left } = undone;
    let did = match how {
        Undo::Removed => "removed",
        Undo::Restored => "put back as it was before",
        Undo::KeysRestored => "has its settings of before; what was written since stays",
        Undo::Nothing if left.is_empty() => "is as it was before",
        Undo::Nothing => "stays as it is",
    };
    format!("{path}: {did}{}", left_alone(left))
}

/// What somebody has set since, where there is such.
pub(crate) fn left_alone(left: &[LeftKey]) -> String {
    if left.is_empty() {
        return String::new();
    }
    let keys: Vec<_> =
        left.iter().map(|LeftKey { section, key }| format!("[{section}] {key}")).collect();
    format!("; left alone, since somebody has set it otherwise: {}", keys.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_somebody_has_set_is_named_and_not_called_put_back() {
        let left = vec![LeftKey { section: "Stats".to_owned(), key: "Rate".to_owned() }];
        let undone = Undone { path: "a.ini".to_owned(), how: Undo::Nothing, left };
        let said = told(&undone);
        assert!(said.contains("a.ini: stays as it is") && said.contains("[Stats] Rate"), "{said}");
        let said = told(&Undone { left: Vec::new(), ..undone });
        assert_eq!(said, "a.ini: is as it was before");
    }
}
