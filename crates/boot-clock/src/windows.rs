//! Windows.

use windows_sys::Win32::System::WindowsProgramming::QueryInterruptTimePrecise;
use winreg::{
    RegKey,
    enums::{HKEY_CURRENT_USER, KEY_READ, REG_OPTION_VOLATILE},
};

/// A key that no other program has a reason to touch, and not below one that an
/// installer writes: nothing lasting can be created below a volatile key.
const BOOT_KEY: &str = r"Software\RingsideBootClock";

const UNITS_PER_MS: u64 = 10_000;

/// Milliseconds since the kernel was started, sleep and hibernation included.
///
/// The precise form, since the plain one moves in steps of up to 15.6 ms.
#[expect(unsafe_code, reason = "no safe wrapper counts through sleep, and std's clock may not")]
pub(crate) fn mono_ms() -> u64 {
    let mut hundreds_of_ns = 0;
    // SAFETY: the call writes one u64 to the address given, which is a live,
    // aligned local, and keeps no reference to it.
    unsafe { QueryInterruptTimePrecise(&raw mut hundreds_of_ns) };
    hundreds_of_ns / UNITS_PER_MS
}

/// Text that differs between any two boots, if it can be had.
///
/// It is the time at which a volatile key of the user was made. Such a key lives
/// in the kernel's memory like the clock itself: it outlasts our processes and
/// any step of the wall clock, comes back from hibernation together with the
/// clock, and is gone after a restart. (It also goes when the user signs out,
/// which merely ends the epoch early.) Creating it is atomic and nothing ever
/// writes to it, so every process reads the same time. The boot counter under
/// `PrefetchParameters` would look simpler, but stands still where prefetching
/// is off, and two boots with one epoch would be wrong and not merely coarse.
pub(crate) fn boot_identity() -> Option<String> {
    let (key, _) = RegKey::predef(HKEY_CURRENT_USER)
        .create_subkey_with_options_flags(BOOT_KEY, REG_OPTION_VOLATILE, KEY_READ)
        .ok()?;
    let made = key.query_info().ok()?.last_write_time;
    (made.dwHighDateTime != 0).then(|| format!("{}.{}", made.dwHighDateTime, made.dwLowDateTime))
}
