//! The stories a player, a tester and an operator live, through real processes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod bridge;
mod clock;
mod crashes;
mod damage;
mod doctor;
mod erasing;
mod faults;
#[cfg(target_os = "linux")]
mod full_disk;
mod goldens;
mod holding;
mod journals;
mod kill_switch;
mod league_client;
mod league_overwolf;
mod live;
mod log;
#[cfg(target_os = "linux")]
mod long_recording;
mod made_event;
mod names;
mod outages;
mod outbox_commands;
#[cfg(target_os = "linux")]
mod overwolf_page;
#[cfg(target_os = "linux")]
mod page;
mod processes;
mod real_recordings;
mod record;
mod recording_counts;
#[cfg(unix)]
mod removed;
mod restore;
mod same_events_anywhere;
mod served;
mod setup;
mod silent_server;
mod simulated_games;
mod simulated_logs;
mod spoilt_recordings;
mod stopping;
mod ten_witnesses;
mod testers_bench;
mod two_sides;
#[cfg(target_os = "linux")]
mod uninstall;
mod upgrading;
