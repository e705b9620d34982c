//! The page as browsers find it, over real connections.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod browser;
mod lan;
mod serving;
mod told;
