//! What can be said of the listener without reading a frame.

use std::fmt;

use event_model::Moment;

/// Counts since the listener was bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GsiHealth {
    /// Frames passed on.
    pub frames: u64,
    /// When the last of them came.
    pub last_frame_at: Option<Moment>,
    /// Requests that this game did not make: another `Host`, a browser's, no JSON
    /// object, no provider or another game's.
    pub foreign: u64,
    /// Requests with another token than ours, or none.
    pub unauthorised: u64,
    /// Requests whose body did not end: longer than a frame may be, broken off,
    /// or too slow.
    pub oversized: u64,
    /// Frames lost because nobody took the ones before them.
    pub dropped: u64,
}

impl fmt::Display for GsiHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.frames, self.unauthorised) {
            (0, 0) => f.write_str("listening; the game has sent nothing yet"),
            (0, _) => {
                f.write_str("listening; the game sends another token: install its config again")
            }
            (_, _) => f.write_str("receiving from the game"),
        }
    }
}
