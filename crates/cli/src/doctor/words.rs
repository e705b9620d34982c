//! What `ringside doctor` says of each finding, in one place.

use companion::{
    Advice, FileState, Game, LeagueClientHeard, ProgramsHeard, QueueTrouble, Reachable,
    outbox::Error as QueueError,
};

/// Why the upload queue cannot be used, and what to do.
pub(super) fn of_queue(trouble: &QueueTrouble) -> String {
    let why = match trouble {
        // Whichever words SQLite has for it, this says what to do.
        QueueTrouble::Damaged { path } => QueueError::Damaged(path.into()).to_string(),
        QueueTrouble::Unusable { detail } => detail.clone(),
    };
    format!("the upload queue cannot be used as it is: {why}")
}

pub(super) fn of_programs(heard: ProgramsHeard) -> String {
    let at = format!("127.0.0.1:{}", heard.port);
    if heard.answered {
        format!("other programs are answered on {at}")
    } else {
        format!("other programs are not answered on {at}: Ringside is not running")
    }
}

pub(super) fn of_file(state: &FileState) -> String {
    match state {
        FileState::Missing => "not installed".to_owned(),
        FileState::Current => "installed".to_owned(),
        FileState::Differs { line: Some(line) } => {
            format!("installed, but line {line} says something else than it should")
        }
        FileState::Differs { line: None } => "there, without what is needed".to_owned(),
        FileState::Unreadable { reason } => format!("cannot be read: {reason}"),
    }
}

pub(super) fn of_reachable(game: Game, reachable: &Reachable) -> String {
    match reachable {
        Reachable::Heard { port } => format!("Ringside listens on 127.0.0.1:{port}"),
        Reachable::Unheard { port } => {
            format!("nothing listens on 127.0.0.1:{port}: Ringside is not running")
        }
        Reachable::Answers { port } => answers(game, *port),
        Reachable::Silent { port } => silent(game, *port),
        Reachable::Writes { file, folder } => format!("the newest file in {folder} is {file}"),
        Reachable::NoFile { folder } => {
            format!("{folder} has no file to read: the game writes none yet")
        }
        Reachable::NoFolder { folder } => {
            format!("{folder} is not there: the game never ran, or is elsewhere")
        }
        Reachable::FolderUnreadable { folder, detail } => {
            format!("{folder} cannot be read: {detail}")
        }
        Reachable::FolderUnknown => {
            format!("nobody knows where {} keeps its files on this PC", game.title())
        }
    }
}

pub(super) fn of_league_client(heard: &LeagueClientHeard) -> String {
    match heard {
        LeagueClientHeard::NotAsked => "the League client is not asked: client_api is off under \
                                        [league] in settings.toml"
            .to_owned(),
        LeagueClientHeard::CannotAsk { detail } => {
            format!("the League client cannot be asked: {detail}")
        }
        LeagueClientHeard::Answers { detail }
        | LeagueClientHeard::NotRunning { detail }
        | LeagueClientHeard::Locked { detail }
        | LeagueClientHeard::OtherProgram { detail }
        | LeagueClientHeard::Changed { detail } => format!("the League client: {detail}"),
    }
}

/// What is to be done that the League client says which match runs.
pub(super) fn of_league_client_todo(heard: &LeagueClientHeard) -> Option<&'static str> {
    match heard {
        LeagueClientHeard::NotAsked
        | LeagueClientHeard::CannotAsk { .. }
        | LeagueClientHeard::Answers { .. } => None,
        LeagueClientHeard::NotRunning { .. } => Some(
            "start the League client; where it is installed elsewhere, set client_folder under \
             [league] in settings.toml to the folder that has its lockfile while it runs",
        ),
        LeagueClientHeard::Locked { .. } => {
            Some("close the League client and start it again: it writes its lockfile anew")
        }
        LeagueClientHeard::OtherProgram { .. } => {
            Some("another program has the port of the lockfile: start the League client again")
        }
        LeagueClientHeard::Changed { .. } => Some(
            "start the League client again; where it stays so, Riot has changed it: set \
             client_api = false under [league] in settings.toml; matches are read without it",
        ),
    }
}

fn answers(game: Game, port: u16) -> String {
    match game {
        Game::League => {
            format!("something answers on 127.0.0.1:{port}: a match is running or loading")
        }
        Game::RocketLeague => format!("the game serves its Stats API on 127.0.0.1:{port}"),
        Game::Cs2 | Game::Dota2 | Game::Overwolf | Game::Elite | Game::Hearthstone => {
            format!("something answers on 127.0.0.1:{port}")
        }
    }
}

fn silent(game: Game, port: u16) -> String {
    let why = match game {
        Game::League => "the game serves only while a match runs",
        Game::RocketLeague => {
            "the game is not running, or was started before its Stats API was set up"
        }
        Game::Cs2 | Game::Dota2 | Game::Overwolf | Game::Elite | Game::Hearthstone => {
            "the game is not running"
        }
    };
    format!("nothing answers on 127.0.0.1:{port}: {why}")
}

/// One sentence.
pub(super) fn of_advice(game: Game, advice: &Advice) -> String {
    match advice {
        Advice::SwitchOn { section } => {
            format!("it is switched off: set enabled = true under [{section}] in settings.toml")
        }
        Advice::SeeWhyUnlisted { detail } => {
            format!("the installed games cannot be listed: {detail}")
        }
        Advice::WriteFile { path, .. } => {
            format!("write this into {path} and start the game again")
        }
        Advice::ChangeFile { path } => format!(
            "`ringside setup {}` writes what is needed into {path}, and keeps the rest of it; \
             start the game again after that",
            game.source()
        ),
        Advice::SetUpElsewhere { file, content: Some(_) } => format!(
            "no {} was found through Steam; where it is installed elsewhere, write this into its \
             folder as {file}",
            game.title()
        ),
        Advice::SetUpElsewhere { file, content: None } => format!(
            "no {} that can report was found through Steam or Epic's launcher; where it is \
             installed elsewhere, `ringside setup {} --path FOLDER` changes its {file}; start \
             the game again after that",
            game.title(),
            game.source()
        ),
        Advice::StartGameOnce => format!(
            "no folder of {}'s was found for a player of this PC: start the game once, and then \
             run `ringside setup {}`",
            game.title(),
            game.source()
        ),
        Advice::NameFolder { section } => format!(
            "where {} keeps its files elsewhere, set folder under [{section}] in settings.toml",
            game.title()
        ),
        Advice::AddLaunchOption { option } => format!(
            "add {option} to the game's launch options in Steam, where it is not there yet: \
             without it the game reads no such file"
        ),
        Advice::LoadPage { folder } => format!(
            "load the folder {folder} into Overwolf, once: in its settings, under About, \
             Development options, Load unpacked extension; port and token are in it"
        ),
        Advice::StartRingside { folder } => {
            format!("start Ringside: it writes its page for Overwolf into {folder}")
        }
    }
}

/// What is to stand in a file, where that is the advice.
pub(super) fn content_of(advice: &Advice) -> Option<&str> {
    match advice {
        Advice::WriteFile { content, .. } => Some(content),
        Advice::SetUpElsewhere { content, .. } => content.as_deref(),
        Advice::SwitchOn { .. }
        | Advice::SeeWhyUnlisted { .. }
        | Advice::ChangeFile { .. }
        | Advice::StartGameOnce
        | Advice::NameFolder { .. }
        | Advice::AddLaunchOption { .. }
        | Advice::LoadPage { .. }
        | Advice::StartRingside { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_queue_is_told_with_what_to_do() {
        let said = of_queue(&QueueTrouble::Damaged { path: "outbox.sqlite".to_owned() });
        assert!(said.contains("outbox.sqlite") && said.contains("start Ringside"), "{said}");
    }

    #[test]
    fn a_port_where_nobody_answers_has_the_games_own_reason() {
        let silent = Reachable::Silent { port: 2999 };
        let said = of_reachable(Game::League, &silent);
        assert!(said.contains("127.0.0.1:2999") && said.contains("while a match runs"), "{said}");
        let said = of_reachable(Game::RocketLeague, &silent);
        assert!(said.contains("Stats API"), "{said}");
    }

    #[test]
    fn a_file_to_write_comes_with_its_content() {
        let (path, content) = ("cfg/ours.cfg".to_owned(), "port 1".to_owned());
        let advice = Advice::WriteFile { path, content };
        assert!(of_advice(Game::Cs2, &advice).contains("cfg/ours.cfg"));
        assert_eq!(content_of(&advice), Some("port 1"));
    }
}
