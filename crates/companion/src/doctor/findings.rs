//! What a look at the games finds, as codes: the command line and the pages have the
//! words.

use std::path::PathBuf;

use live_view::{GameOff, SourceState, SourceStatus};
use outbox::Salvaged;
use serde::Serialize;

use crate::{Edition, Game, setup::FileState};

/// The state of this installation, source by source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DoctorReport {
    /// Where this installation keeps its files.
    pub data_dir: PathBuf,
    /// What became of damaged files of the upload queue, as long as they are
    /// there.
    pub salvaged: Option<Salvaged>,
    /// What was found.
    #[serde(flatten)]
    pub findings: Findings,
}

/// What was found, of this installation and of each game.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Findings {
    /// Why the upload queue cannot be used as it is; nothing where it can, or where
    /// there is none yet.
    pub queue: Option<QueueTrouble>,
    /// What is wrong with the file that turns games off, in English, where something
    /// is: then it turns nothing off.
    pub kill_switch: Option<String>,
    /// Whether other programs are listened to; nothing where they are not to be.
    pub programs: Option<ProgramsHeard>,
    /// One per source that this version reads.
    pub sources: Vec<SourceDiagnosis>,
}

/// Why the upload queue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum QueueTrouble {
    /// Its file is damaged: a start of Ringside saves what can be read.
    Damaged {
        /// The file.
        path: String,
    },
    /// Something else is in the way.
    Unusable {
        /// What, in English.
        detail: String,
    },
}

/// Whether other programs find someone at the port that the settings name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ProgramsHeard {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// Whether anybody answers there.
    pub answered: bool,
}

/// What is known of one source.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct SourceDiagnosis {
    /// The source's name.
    pub source: String,
    /// The same, for whoever acts on it.
    pub game: Game,
    /// All of it in a word.
    pub verdict: Verdict,
    /// Whether the settings have it on.
    pub enabled: bool,
    /// Whether the game needs a file to report here.
    pub needs_file: bool,
    /// Where the game is installed, where that can be told.
    pub installed: Vec<Installed>,
    /// Whether the game answers at the moment.
    pub reachable: Reachable,
    /// Whether the League client beside League says which match runs; nothing with other
    /// games.
    pub league_client: Option<LeagueClientHeard>,
    /// That it is turned off although it is on, where somebody did that.
    pub turned_off: Option<SourceState>,
    /// The games among those it could tell of that somebody turned off.
    pub games_off: Vec<GameOff>,
    /// What to do, in order; nothing where nothing is to be done.
    pub advice: Vec<Advice>,
    /// What the last run saw of it: last frame, unreadable frames, drift.
    pub last_run: Option<SourceStatus>,
}

/// How a game stands, in a word. The first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The player has it switched off.
    SwitchedOff,
    /// A file of this PC or the server turned it off for now.
    TurnedOff,
    /// No such game was found on this PC.
    NotFound,
    /// It is there, and something is left to set up.
    NotSetUp,
    /// The last run could not read it: its state says why.
    Troubled,
    /// Nothing is left to do, and nothing answers at the moment.
    Silent,
    /// Nothing is in the way of its events.
    Ready,
}

/// One installation of a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Installed {
    /// Which.
    pub edition: Edition,
    /// The file that makes the game report here.
    pub config_path: String,
    /// Whether it is there and right.
    pub config: FileState,
}

/// Whether a game answers at the moment, as far as a look can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Reachable {
    /// The game posts to this port, and somebody listens there: Ringside, as a rule.
    Heard {
        /// The port on 127.0.0.1.
        port: u16,
    },
    /// The game posts to this port, where nobody listens: Ringside does not run.
    Unheard {
        /// The port on 127.0.0.1.
        port: u16,
    },
    /// The game serves this port, and something answers.
    Answers {
        /// The port on 127.0.0.1.
        port: u16,
    },
    /// The game serves this port while it runs, and nothing answers.
    Silent {
        /// The port on 127.0.0.1.
        port: u16,
    },
    /// The game writes files, and this one is the newest.
    Writes {
        /// Its name.
        file: String,
        /// Where.
        folder: String,
    },
    /// The folder of the game's files has none yet.
    NoFile {
        /// Which one.
        folder: String,
    },
    /// The folder of the game's files is not there.
    NoFolder {
        /// Which one.
        folder: String,
    },
    /// The folder of the game's files cannot be read.
    FolderUnreadable {
        /// Which one.
        folder: String,
        /// What the system says.
        detail: String,
    },
    /// Nobody knows where the game would keep its files on this PC.
    FolderUnknown,
}

/// How it stands with the League client, which says which match runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum LeagueClientHeard {
    /// It is not asked: the player has not switched that on.
    NotAsked,
    /// It cannot be asked.
    CannotAsk {
        /// Why, in English.
        detail: String,
    },
    /// It answers.
    Answers {
        /// What, in English.
        detail: String,
    },
    /// It does not run, or is elsewhere.
    NotRunning {
        /// How that shows, in English.
        detail: String,
    },
    /// Its lockfile does not fit it.
    Locked {
        /// How that shows, in English.
        detail: String,
    },
    /// Another program has the port of its lockfile.
    OtherProgram {
        /// How that shows, in English.
        detail: String,
    },
    /// It answers otherwise than is known, or not at all.
    Changed {
        /// How, in English.
        detail: String,
    },
}

/// Something for the player to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Advice {
    /// Switch the game on.
    SwitchOn {
        /// Its section of the settings file.
        section: String,
    },
    /// Have a look why the installed games cannot be listed.
    SeeWhyUnlisted {
        /// Why, in English.
        detail: String,
    },
    /// Write the content into the file, and start the game again: a setup does it.
    WriteFile {
        /// The file.
        path: String,
        /// All of it.
        content: String,
    },
    /// Let a setup change a file of the game's own, and start the game again.
    ChangeFile {
        /// The file.
        path: String,
    },
    /// Name the game's folder, or put a file into it by hand.
    SetUpElsewhere {
        /// The file's name and its folder within the game's.
        file: String,
        /// What it has to say, where it is a file of our own.
        content: Option<String>,
    },
    /// Start the game once, so that its folder is there, and set it up after that.
    StartGameOnce,
    /// Name the folder of the game's files in the settings.
    NameFolder {
        /// The game's section of the settings file.
        section: String,
    },
    /// Add this to the game's launch options.
    AddLaunchOption {
        /// The option.
        option: String,
    },
    /// Load Ringside's page into Overwolf.
    LoadPage {
        /// Where it is.
        folder: String,
    },
    /// Start Ringside, so that it writes its page for Overwolf.
    StartRingside {
        /// Where it is written.
        folder: String,
    },
}

impl Reachable {
    /// Whether events can come in at the moment.
    fn is_open(&self) -> bool {
        match self {
            Self::Heard { .. } | Self::Answers { .. } | Self::Writes { .. } => true,
            Self::Unheard { .. }
            | Self::Silent { .. }
            | Self::NoFile { .. }
            | Self::NoFolder { .. }
            | Self::FolderUnreadable { .. }
            | Self::FolderUnknown => false,
        }
    }

    /// Whether it is the place of the game's files that is missing.
    pub(super) fn has_no_place(&self) -> bool {
        match self {
            Self::NoFolder { .. } | Self::FolderUnknown => true,
            Self::Heard { .. }
            | Self::Unheard { .. }
            | Self::Answers { .. }
            | Self::Silent { .. }
            | Self::Writes { .. }
            | Self::NoFile { .. }
            | Self::FolderUnreadable { .. } => false,
        }
    }
}

/// What a verdict is made of.
pub(super) struct Facts<'a> {
    pub(super) enabled: bool,
    pub(super) is_turned_off: bool,
    /// Whether the game needs a file to report here.
    pub(super) needs_file: bool,
    pub(super) installed: &'a [Installed],
    pub(super) reachable: &'a Reachable,
    /// How it went when it was last read, where it was.
    pub(super) last: Option<&'a SourceState>,
}

impl Verdict {
    /// Of what was found.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let Facts { enabled, is_turned_off, needs_file, installed, reachable, last } = *facts;
        if !enabled {
            Self::SwitchedOff
        } else if is_turned_off {
            Self::TurnedOff
        } else if (needs_file && installed.is_empty()) || reachable.has_no_place() {
            Self::NotFound
        } else if installed.iter().any(|one| one.config != FileState::Current) {
            Self::NotSetUp
        } else if last.is_some_and(is_trouble) {
            Self::Troubled
        } else if reachable.is_open() {
            Self::Ready
        } else {
            Self::Silent
        }
    }
}

/// Whether something keeps a game from being read that should be.
fn is_trouble(state: &SourceState) -> bool {
    match state {
        SourceState::OtherToken
        | SourceState::TlsRefused { .. }
        | SourceState::NotAnswering { .. }
        | SourceState::Unexpected { .. }
        | SourceState::TooLarge
        | SourceState::PortTaken { .. }
        | SourceState::CannotRead { .. } => true,
        SourceState::Off
        | SourceState::TurnedOff { .. }
        | SourceState::NotAsked
        | SourceState::NotRunning
        | SourceState::Loading
        | SourceState::InMatch
        | SourceState::Listening
        | SourceState::Receiving
        | SourceState::Connected
        | SourceState::NotFound
        | SourceState::NoFile
        | SourceState::Following { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEARD: Reachable = Reachable::Heard { port: 28_730 };

    const ON: Facts<'_> = Facts {
        enabled: true,
        is_turned_off: false,
        needs_file: true,
        installed: &[],
        reachable: &HEARD,
        last: None,
    };

    fn installed(config: FileState) -> Installed {
        Installed { edition: Edition::Cs2, config_path: "the.cfg".to_owned(), config }
    }

    fn verdict(installed: &[Installed], reachable: &Reachable) -> Verdict {
        Verdict::of(&Facts { installed, reachable, ..ON })
    }

    #[test]
    fn a_game_that_the_last_run_could_not_read_is_not_called_ready() {
        let right = [installed(FileState::Current)];
        let taken = SourceState::PortTaken { port: 28_730, detail: "in use".to_owned() };
        let facts = |last| Facts { installed: &right, last: Some(last), ..ON };
        assert_eq!(Verdict::of(&facts(&taken)), Verdict::Troubled, "another program is heard");
        assert_eq!(Verdict::of(&facts(&SourceState::Receiving)), Verdict::Ready);
    }

    #[test]
    fn a_game_is_ready_where_each_of_its_files_is_right_and_somebody_listens() {
        let right = [installed(FileState::Current)];
        assert_eq!(verdict(&right, &HEARD), Verdict::Ready);
        assert_eq!(verdict(&right, &Reachable::Silent { port: 1 }), Verdict::Silent);
        let one_wrong = [FileState::Current, FileState::Differs { line: Some(2) }].map(installed);
        assert_eq!(verdict(&one_wrong, &HEARD), Verdict::NotSetUp, "one of two is not");
    }

    #[test]
    fn a_game_that_is_nowhere_is_not_found_whoever_listens() {
        assert_eq!(verdict(&[], &HEARD), Verdict::NotFound);
        let right = [installed(FileState::Current)];
        assert_eq!(verdict(&right, &Reachable::FolderUnknown), Verdict::NotFound);
    }

    #[test]
    fn what_is_switched_off_is_told_before_what_else_is_in_the_way() {
        let facts = |enabled, is_turned_off| Verdict::of(&Facts { enabled, is_turned_off, ..ON });
        assert_eq!(facts(false, true), Verdict::SwitchedOff);
        assert_eq!(facts(true, true), Verdict::TurnedOff);
    }
}
