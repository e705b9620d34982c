//! The client without a window: capture, outbox, upload, and what a shell shows.

mod shell;
mod status;

pub use shell::{FeedEntry, Saved, Shell};
pub use status::{CompanionStatus, SourceStatus, UploadStatus};
