//! How large batches are after some were too large.

use delivery::{BatchLimits, BatchSent, BatchSize};

const MOST: BatchLimits = BatchLimits { events_max: 1_000, bytes_max: 1_000_000 };

/// As full as the next may be.
fn full(size: &BatchSize) -> BatchSent {
    BatchSent { events: 1_000, bytes: size.limits().bytes_max }
}

/// Sends `batches` full ones to somebody who takes `bytes_max`; how many were
/// too large.
fn send(size: &mut BatchSize, batches: u32, bytes_max: usize) -> u32 {
    let mut too_large = 0;
    for _ in 0..batches {
        let sent = full(size);
        if sent.bytes > bytes_max {
            size.too_large(sent);
            too_large += 1;
        } else {
            size.taken(sent);
        }
    }
    too_large
}

#[test]
fn two_chances_far_apart_are_no_limit() {
    let mut size = BatchSize::new(MOST);
    for _ in 0..10 {
        size.too_large(full(&size));
        assert_eq!(size.limits(), MOST, "once is chance");
        size.taken(full(&size));
    }
}

#[test]
fn small_batches_in_between_prove_nothing() {
    let mut size = BatchSize::new(MOST);
    size.too_large(full(&size));
    size.taken(BatchSent { events: 3, bytes: 900 });
    size.too_large(full(&size));
    assert_eq!(size.limits().bytes_max, 500_000);
}

#[test]
fn a_limit_that_is_gone_is_forgotten_by_doubling() {
    let mut size = BatchSize::new(MOST);
    // For so long that it was asked less and less.
    send(&mut size, 100_000, 10_000);
    assert!(size.limits().bytes_max <= 10_000, "{:?}", size.limits());
    let mut batches = 0;
    while size.limits() != MOST {
        assert_eq!(send(&mut size, 1, usize::MAX), 0);
        batches += 1;
    }
    assert!(batches <= 1_024 + 7 * 16, "{batches}: the first larger one ends the doubt");
}

#[test]
fn a_limit_that_stands_is_asked_less_and_less() {
    let mut size = BatchSize::new(MOST);
    let too_large = send(&mut size, 10_000, 10_000);
    assert!(too_large <= 8 + 2 * 16, "{too_large}");
}
