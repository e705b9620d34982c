//! What the companion tells whoever shows it: a window, or a terminal.

use event_model::Source;
use live_view::{CompanionStatus, FeedLine, Glance};

/// The one seam between the companion and its window.
///
/// Calls come from the companion's own tasks and must return at once.
pub trait Shell: Send + Sync + 'static {
    /// An event was captured; called again with the same id when it is saved.
    fn feed(&self, line: FeedLine);
    /// How the match stands that a source shows; `None` where it shows none any more.
    fn glance(&self, source: Source, glance: Option<Glance>);
    /// Something in the status changed.
    fn status(&self, status: CompanionStatus);
}
