//! The stories a player, a tester and an operator live, through real processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod clock;
mod crashes;
mod damage;
mod doctor;
mod faults;
#[cfg(target_os = "linux")]
mod full_disk;
mod holding;
mod live;
mod log;
mod made_event;
mod outages;
mod outbox_commands;
#[cfg(target_os = "linux")]
mod page;
mod processes;
mod real_recordings;
#[cfg(unix)]
mod removed;
mod restore;
mod same_events_anywhere;
mod silent_server;
mod stopping;
mod ten_witnesses;
mod upgrading;
