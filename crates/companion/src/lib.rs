//! The client without a window: wires capture, outbox and upload, and tells a
//! [`Shell`] what to show.
//!
//! [`Companion::start`] runs beside a game; [`replay()`] plays a recording
//! through the same pipeline; [`doctor()`] says what stands in the way. Nothing
//! here knows of a window: the desktop app and the command line are shells.
//!
//! # Invariants
//!
//! - A reading is recorded before anything interprets it.
//! - Events and the session state they came from are appended in one
//!   transaction; only then is an event shown as saved. State on disk never
//!   runs ahead of events on disk.
//! - Nothing leaves this machine without a server that the player named and
//!   agreed to.

mod atomic_file;
mod capture;
mod chapter_marks;
mod data_dir;
mod doctor;
mod drift_report;
mod error;
mod feed_line;
mod game;
mod games_look;
mod history;
mod identity;
mod installation;
mod join;
mod kill_switch;
mod live;
mod live_pipeline;
mod log_file;
mod matches;
mod outgoing;
mod overlay_places;
mod overwolf_page;
mod owned_outbox;
mod pipeline;
pub mod privacy;
mod programs;
mod queue;
mod readers;
mod record;
mod recorder;
mod recordings;
mod replay;
mod safety;
mod settings;
mod setup;
mod shell;
mod support;
pub mod uninstall;
mod upload;
mod uploads;
mod version;

pub use chapter_marks::ChapterMarks;
pub use data_dir::DataDir;
pub use doctor::{
    Advice, DoctorReport, Findings, Installed, LeagueClientHeard, ProgramsHeard, QueueTrouble,
    Reachable, SourceDiagnosis, Verdict, doctor,
};
pub use drift_report::{DriftReport, SourceDrift, drift_report};
pub use error::Error;
pub use game::Game;
pub use games_look::{ConfigFound, FoundGame, GameLook, look_at_games};
pub use identity::Identity;
pub use join::{
    InvitationRead, InvitationRefused, InvitationShown, InvitationWarning, Joining, read_invitation,
};
pub use live::{Companion, RunOptions, RunSummary, SettingsFrom};
pub use live_pipeline::LivePipeline;
pub use log_file::LogFile;
pub use matches::{
    ChapterWish, EraseWhere, ErasingMatch, Erasure, MatchSearch, Matches, MatchesPage, NotAsked,
    NotTold, OpenMatch, ServerErasure, Spreadsheet, SpreadsheetWish, WitnessAnswer,
};
pub use overlay_places::{load_overlay_places, save_overlay_places};
pub use queue::{Backlog, Queue, QueueFilter, QueueNext, QueuePage, QueueRow, QueueState, Removal};
pub use record::{RecordOptions, RecordRun, RecordSummary};
pub use recorder::RecordedFile;
pub use recordings::{
    RecordingContent, RecordingError, RecordingRow, RecordingState, Recordings, WithoutNames,
};
pub use replay::{
    FaultKind, FaultPlace, FaultsReport, PlayedFault, ReplayOptions, ReplayProgress, ReplayReport,
    ReplayedEvents, Section, Speed, replay, watch_recording,
};
pub use safety::{
    AddressUse, AddressUsed, FileUse, FilesWritten, FolderFollowed, Safety, WindowsImports, safety,
};
pub use settings::{
    DOTA2_PORT_DEFAULT, DesktopHotkeys, GamesSent, Hotkeys, Language, Look, NamesSent, NotASize,
    OVERWOLF_PORT_DEFAULT, OverlayRows, OverlaySettings, Palette, Presence, Privacy,
    ROCKET_LEAGUE_PORT_DEFAULT, Settings, Stream, Theme, UiSize, UploadChange,
};
pub use setup::{
    Change, DiffIs, DiffLine, Edition, FileState, LeftKey, Setup, SetupError, SetupFile,
    SetupPreview, Undo, UndoPreview, Undone,
};
pub use shell::Shell;
pub use support::{KeptSupport, keep_support, keep_support_file, support_file};
pub use upload::{Drained, UploadOptions, enrol};

// What a shell needs of the crates below, so that it depends on this one alone.
pub use event_model;
pub use live_view::{self, CompanionStatus, FeedLine, Glance, Saved, SourceStatus, UploadStatus};
pub use outbox;
pub use recording;
pub use version::version;
