//! What the rest of Ringside relies on, against the real operating system.

use std::process::Command;

use boot_clock::BootClock;
use event_model::Clock;

/// Set for the child process of [`two_processes_see_the_same_clock`].
const CHILD: &str = "RINGSIDE_BOOT_CLOCK_CHILD";

#[test]
fn the_clock_never_decreases() {
    let clock = BootClock::new();
    let mut last = clock.now().clock;
    for _ in 0..10_000 {
        let now = clock.now().clock;
        assert_eq!(now.epoch, last.epoch, "one boot is one epoch");
        assert!(now.mono_ms >= last.mono_ms, "{} came after {}", now.mono_ms, last.mono_ms);
        last = now;
    }
}

#[test]
fn every_clock_of_a_process_has_the_same_epoch() {
    assert_eq!(BootClock::new().now().clock.epoch, BootClock::default().now().clock.epoch);
}

#[test]
fn the_wall_clock_is_in_this_century() {
    let year_2020 = 1_577_836_800_000;
    assert!(BootClock::new().now().wall.unix_ms() > year_2020);
}

/// Runs this test binary again as the second process: it prints its reading.
#[test]
fn two_processes_see_the_same_clock() {
    let clock = BootClock::new();
    let before = clock.now().clock;
    if std::env::var_os(CHILD).is_some() {
        println!("\nreading {} {}", before.epoch, before.mono_ms);
        return;
    }

    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "two_processes_see_the_same_clock", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let after = clock.now().clock;
    let text = String::from_utf8(child.stdout).unwrap();
    let mut reading =
        text.lines().find_map(|line| line.strip_prefix("reading ")).expect(&text).split(' ');

    assert_eq!(reading.next(), Some(before.epoch.to_string().as_str()), "one boot is one epoch");
    let seen: u64 = reading.next().unwrap().trim().parse().unwrap();
    assert!((before.mono_ms..=after.mono_ms).contains(&seen), "the child ran in between");
}
