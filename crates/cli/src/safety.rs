//! `ringside safety`.

use companion::{
    AddressUse, AddressUsed, DataDir, FileUse, FilesWritten, FolderFollowed, Safety, WindowsImports,
};

use crate::{arguments::SafetyArguments, exit::Exit, output};

pub(crate) fn safety(arguments: SafetyArguments) -> anyhow::Result<Exit> {
    let dir = DataDir::look(arguments.data_dir.data_dir)?;
    let safety = companion::safety(&dir)?;
    if arguments.json {
        output::json(&safety)?;
    } else {
        output::line(&text(&safety));
    }
    Ok(Exit::Done)
}

fn text(safety: &Safety) -> String {
    let mut lines = vec![format!("Ringside {}", safety.version), String::new()];
    lines.push("files that are written".to_owned());
    lines.extend(
        safety
            .files
            .iter()
            .map(|FilesWritten { what, path }| format!("  {path}: {}", file_use(*what))),
    );
    lines.push(String::new());
    if !safety.followed.is_empty() {
        lines.push("folders of games that are read as the games write".to_owned());
        lines.extend(
            safety
                .followed
                .iter()
                .map(|FolderFollowed { game, path }| format!("  {path}: {}", game.title())),
        );
        lines.push(String::new());
    }
    lines.push("addresses".to_owned());
    lines.extend(
        safety
            .addresses
            .iter()
            .map(|AddressUsed { what, address }| format!("  {address}: {}", address_use(*what))),
    );
    lines.push(String::new());
    lines.push("functions of Windows that the Windows program imports".to_owned());
    for WindowsImports { library, why, functions } in &safety.windows_imports {
        lines.push(format!("  {library}: {why}"));
        lines.push(format!("    {}", functions.join(" ")));
    }
    lines.join("\n")
}

fn file_use(what: FileUse) -> &'static str {
    match what {
        FileUse::OwnFolder => "everything that Ringside keeps",
        FileUse::GameConfiguration => {
            "the game's own, so that it reports here; only where you have it written"
        }
        FileUse::Exports => "what you export",
        FileUse::WebView => "what the window's web view keeps of Ringside's pages",
        FileUse::StartAtLogin => "has the system start Ringside; only where you switched that on",
        FileUse::LinkScheme => {
            "has the system open invitations (ringside://) with Ringside; its installer writes it"
        }
        FileUse::Replay => "what a replay needs; gone when it ends",
    }
}

fn address_use(what: AddressUse) -> &'static str {
    match what {
        AddressUse::LeagueAsked => "League's own API on this PC, asked while a match runs",
        AddressUse::LeagueClientAsked => {
            "the League client on this PC, asked for the match's number; only where you switched \
             that on, and on the port that its lockfile names"
        }
        AddressUse::CounterStrikePosts => "listens, for what Counter-Strike posts",
        AddressUse::Dota2Posts => "listens, for what Dota 2 posts",
        AddressUse::RocketLeagueHeard => "Rocket League's own API on this PC, listened to",
        AddressUse::OverwolfReports => "listens, for Ringside's page in Overwolf",
        AddressUse::ProgramsPost => "listens, for events of other programs on this PC",
        AddressUse::StreamPage => "listens, for the streaming program on this PC",
        AddressUse::OtherDevices => {
            "listens, encrypted, for your phone or second PC; only while you have that switched on \
             in the desktop app, and on another port where this one is taken"
        }
        AddressUse::EventsSent => "your events are sent there, since you agreed",
    }
}
