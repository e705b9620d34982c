//! The real window under a real display server, driven through WebDriver.
//!
//! Needs Xvfb, WebKitWebDriver and a built `ringside-desktop` with its pages
//! inside (`cargo xtask test` builds both first); where one is missing the test
//! says so and is skipped.

// WebKitWebDriver is WebKitGTK's; the other systems' web views have their own.
#![cfg(target_os = "linux")]

mod child;
mod display;
mod driver;
mod installation;
mod overlay;
mod window;
