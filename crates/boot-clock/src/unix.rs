//! Linux and macOS.

use rustix::time::{ClockId, clock_gettime};

/// Stands still in no sleep: `CLOCK_MONOTONIC` does on Linux.
#[cfg(not(target_vendor = "apple"))]
const THROUGH_SLEEP: ClockId = ClockId::Boottime;
/// Apple's `CLOCK_MONOTONIC` counts on while the system is asleep.
#[cfg(target_vendor = "apple")]
const THROUGH_SLEEP: ClockId = ClockId::Monotonic;

/// Milliseconds since the system was started.
pub(crate) fn mono_ms() -> u64 {
    let time = clock_gettime(THROUGH_SLEEP);
    let seconds = u64::try_from(time.tv_sec).expect("the clock starts at zero");
    let nanos = u64::try_from(time.tv_nsec).expect("a fraction of a second is positive");
    seconds * 1_000 + nanos / 1_000_000
}

/// Text that differs between any two boots, if it can be read.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn boot_identity() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    non_empty(&text)
}

/// Text that differs between any two boots, if it can be read.
#[cfg(target_vendor = "apple")]
pub(crate) fn boot_identity() -> Option<String> {
    let asked = std::process::Command::new("/usr/sbin/sysctl")
        .args(["-n", "kern.bootsessionuuid"])
        .output()
        .ok()?;
    non_empty(&String::from_utf8(asked.stdout).ok()?)
}

fn non_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
