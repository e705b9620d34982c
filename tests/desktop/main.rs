//! The real window under a real display server, driven through WebDriver.
//!
//! Needs Xvfb, WebKitWebDriver and a built `ringside-desktop` with its pages
//! inside (`cargo xtask test` builds both first); where one is missing the test
//! says so and is skipped.

// WebKitWebDriver is WebKitGTK's; the other systems' web views have their own.
#![cfg(target_os = "linux")]

mod bad_input;
mod bare;
mod bus;
mod child;
mod desk;
mod display;
mod driver;
mod first_run;
mod game;
mod hotkeys;
mod installation;
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#[path = "../system/log.rs"]
mod log;
mod on_disk;
mod overlay;
mod playing;
#[expect(dead_code, reason = "the crate it stands in for asks more of it")]
#[path = "../../crates/portal-hotkeys/tests/portal/stand_in.rs"]
mod portal;
mod presence;
mod queue;
mod screens;
mod simulated;
mod stream;
mod upload;
mod window;
