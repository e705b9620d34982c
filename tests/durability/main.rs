//! What survives a crash at any system call, and the power failing there.
//!
//! The real programs run under `strace`. From the trace the disk is rebuilt as
//! it was after each call, killed or without power, and opened again.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod appender;
mod association_crashes;
mod companion_crashes;
mod crash_points;
mod disk;
mod failing_calls;
mod failing_starts;
mod full_disk;
mod opening_crashes;
mod outbox_crashes;
mod plan;
mod put_back_crashes;
mod random;
mod recovery_crashes;
mod rescue_crashes;
mod run;
mod salvage_crashes;
mod server_crashes;
mod server_failures;
mod strace;
mod trace;
mod verdict;
mod worker;
