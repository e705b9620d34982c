//! Events that the server asks for again wait by themselves.

use delivery::{AskedAgain, BACKOFF_MAX_MS, Room};
use event_model::{ClockEpoch, ClockReading, Moment, WallTime};
use uuid::Uuid;

fn at(mono_ms: u64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(1)), mono_ms };
    Moment { clock, wall: WallTime::from_unix_ms(0) }
}

#[test]
fn the_gaps_grow_as_after_any_failure() {
    let mut asked = AskedAgain::default();
    let (mut now, mut gaps) = (0, Vec::new());
    for _ in 0..11 {
        assert_eq!(asked.keep([7], at(now), 0), Room::ForAll);
        assert!(asked.due(at(now)).is_empty(), "not at once");
        let gap = asked.wait_ms(at(now)).unwrap();
        gaps.push(gap);
        now += gap;
        assert_eq!(asked.due(at(now)), [7]);
    }
    let expected = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000];
    assert_eq!(gaps[..9], expected);
    assert_eq!(gaps[9..], [BACKOFF_MAX_MS / 2; 2]);
}

#[test]
fn who_is_asked_for_anew_does_not_wait_for_one_that_always_is() {
    let mut asked = AskedAgain::default();
    for _ in 0..9 {
        asked.keep([7], at(0), 0);
    }
    assert_eq!(asked.wait_ms(at(0)), Some(128_000));
    asked.keep([9], at(1_000), 0);
    assert_eq!(asked.wait_ms(at(1_000)), Some(500));
    assert_eq!(asked.due(at(1_500)), [9, 7], "asked for least often, first");
}

#[test]
fn one_after_the_other_they_do_not_put_each_other_off() {
    let mut asked = AskedAgain::default();
    for n in 0..100 {
        asked.keep([n], at(n * 100), 0);
    }
    assert_eq!(asked.wait_ms(at(9_900)), Some(0));
    assert_eq!(asked.due(at(9_900)).len(), 100, "since half a second after the first");
}

#[test]
fn what_became_of_one_ends_its_wait() {
    let mut asked = AskedAgain::default();
    asked.keep([7, 9], at(0), 0);
    asked.forget(7);
    assert!(!asked.holds(7) && asked.holds(9));
    asked.forget(9);
    assert_eq!(asked.wait_ms(at(0)), None);
    assert!(asked.due(at(1_000_000)).is_empty());
}

#[test]
fn after_a_reboot_they_are_due() {
    let mut asked = AskedAgain::default();
    asked.keep([7], at(1_000_000), 0);
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(2)), mono_ms: 5 };
    let now = Moment { clock, wall: WallTime::from_unix_ms(0) };
    assert_eq!(asked.due(now), [7]);
}

#[test]
fn memory_has_a_bound() {
    let mut asked = AskedAgain::default();
    assert_eq!(asked.keep(0..10_000, at(0), 0), Room::ForAll);
    assert_eq!(asked.keep(5_000..10_001, at(0), 0), Room::ForSome);
    assert!(!asked.holds(10_000));
    assert_eq!(asked.keep([1], at(0), 0), Room::ForAll, "who waits already has its place");
}
