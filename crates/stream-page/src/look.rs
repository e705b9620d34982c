//! How the page looks: as the player's own overlay.

use serde::Serialize;

/// What of the overlay's look the page takes over. What a browser would choose for
/// itself is its own: OBS has a language of its own, and a phone another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLook {
    /// How many events it shows.
    pub rows: u8,
    /// In which language.
    pub language: StreamLanguage,
}

/// A language that the page has words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StreamLanguage {
    /// English.
    En,
    /// German.
    De,
}

/// What the page is told of its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PageLook {
    /// How many events it shows.
    pub rows: u8,
    /// In which language.
    pub language: StreamLanguage,
    /// What it is shown on.
    pub surface: StreamSurface,
}

/// What the page is shown on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StreamSurface {
    /// Over a stream, which is seen through it: what there is not leaves no trace.
    Stream,
    /// On a device of its own, where an empty page would look broken.
    Device,
}

impl StreamLook {
    pub(crate) fn on(self, surface: StreamSurface) -> PageLook {
        let Self { rows, language } = self;
        PageLook { rows, language, surface }
    }
}
