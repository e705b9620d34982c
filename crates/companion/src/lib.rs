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
mod data_dir;
mod doctor;
mod error;
mod feed_line;
mod identity;
mod installation;
mod live;
mod live_pipeline;
mod owned_outbox;
mod pipeline;
mod queue;
mod readers;
mod recorder;
mod replay;
mod settings;
mod shell;
mod upload;
mod uploads;

pub use data_dir::DataDir;
pub use doctor::{Advice, DoctorReport, Installed, SourceDiagnosis, doctor};
pub use error::Error;
pub use identity::Identity;
pub use live::{Companion, RunOptions, RunSummary, SettingsFrom};
pub use live_pipeline::LivePipeline;
pub use queue::{Queue, QueueFilter, QueuePage, QueueRow, QueueState, Removal};
pub use replay::{ReplayOptions, ReplayProgress, ReplayReport, Speed, replay};
pub use settings::{Settings, UploadChange};
pub use shell::Shell;
pub use upload::{Drained, UploadOptions, enrol};

// What a shell needs of the crates below, so that it depends on this one alone.
pub use event_model;
pub use live_view::{self, CompanionStatus, FeedLine, Glance, Saved, SourceStatus, UploadStatus};
pub use outbox;
pub use recording;
