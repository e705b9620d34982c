//! Asking a page whether it lives, and loading it anew when it does not.

use overlay::visibility::{Seen, Why};
use overlay::watchdog::{
    ANSWER_WITHIN_MS, ASK_EVERY_MS, Due, Health, LOAD_WITHIN_MS, MENDED_AFTER_MS, Nonce,
    OVERSLEPT_MS, RELOAD_GAP_MAX_MS, RELOAD_GAP_MIN_MS, Watchdog,
};
use proptest::prelude::*;

const SHOWN: Seen = Seen::Shown;
const HIDDEN: Seen = Seen::Hidden(Why::NothingToShow);

#[test]
fn a_page_is_silent_until_its_first_word() {
    let mut dog = Watchdog::new(0);
    assert_eq!(dog.health(), Health::Silent);
    assert_eq!(dog.poll(1_000, SHOWN), Due::InMs(LOAD_WITHIN_MS - 1_000));
    dog.loaded(1_500);
    assert_eq!(dog.health(), Health::Healthy);
}

#[test]
fn a_page_that_answers_is_asked_every_two_seconds() {
    let mut dog = loaded();
    assert_eq!(dog.poll(0, SHOWN), Due::InMs(ASK_EVERY_MS));
    let nonce = asked(&mut dog, 2_000);
    assert_eq!(dog.poll(2_010, SHOWN), Due::InMs(ANSWER_WITHIN_MS - 10));
    dog.answered(2_016, nonce);
    assert_eq!(dog.poll(2_016, SHOWN), Due::InMs(ASK_EVERY_MS));
    assert_ne!(asked(&mut dog, 4_016), nonce, "each question has its own number");
}

#[test]
fn a_page_that_does_not_answer_is_silent_and_is_loaded_anew() {
    let mut dog = loaded();
    asked(&mut dog, 2_000);
    assert_eq!(dog.poll(4_999, SHOWN), Due::InMs(1), "it may still answer");
    assert_eq!(dog.health(), Health::Healthy);
    assert_eq!(dog.poll(5_000, SHOWN), Due::InMs(RELOAD_GAP_MIN_MS));
    assert_eq!(dog.health(), Health::Silent);
    assert_eq!(dog.poll(7_000, SHOWN), Due::Reload);
    dog.loaded(7_400);
    assert_eq!(dog.health(), Health::Healthy);
}

#[test]
fn a_late_answer_spares_the_page_its_reload() {
    let mut dog = loaded();
    let nonce = asked(&mut dog, 2_000);
    dog.poll(5_000, SHOWN);
    dog.answered(6_000, nonce);
    assert_eq!(dog.health(), Health::Healthy);
    assert_eq!(dog.poll(7_000, SHOWN), Due::InMs(1_000), "it is asked again, not loaded");
}

#[test]
fn an_answer_to_an_older_question_says_nothing() {
    let mut dog = loaded();
    let old = asked(&mut dog, 2_000);
    dog.answered(2_001, old);
    asked(&mut dog, 4_001);
    dog.answered(4_002, old);
    assert_eq!(dog.poll(7_001, SHOWN), Due::InMs(RELOAD_GAP_MIN_MS), "the last has no answer");
    dog.answered(7_002, old);
    assert_eq!(dog.health(), Health::Silent);
}

#[test]
fn a_page_that_nobody_sees_is_not_asked() {
    let mut dog = loaded();
    asked(&mut dog, 2_000);
    assert_eq!(dog.poll(2_100, HIDDEN), Due::Nothing);
    assert_eq!(dog.poll(900_000, HIDDEN), Due::Nothing);
    assert_eq!(dog.health(), Health::Healthy, "its silence was not waited for");
    asked(&mut dog, 900_001);
}

#[test]
fn a_question_is_taken_back_when_the_page_is_hidden() {
    let mut dog = loaded();
    let nonce = asked(&mut dog, 2_000);
    dog.poll(2_100, HIDDEN);
    assert_ne!(asked(&mut dog, 5_500), nonce, "it had no chance to answer the first");
    assert_eq!(dog.health(), Health::Healthy);
}

#[test]
fn a_page_that_was_hidden_for_its_silence_is_loaded_when_it_is_wanted() {
    let mut dog = loaded();
    asked(&mut dog, 2_000);
    dog.poll(5_000, SHOWN);
    assert_eq!(dog.poll(60_000, HIDDEN), Due::Nothing);
    assert_eq!(dog.health(), Health::Silent, "nothing has shown that it lives");
    assert_eq!(dog.poll(61_000, SHOWN), Due::Reload);
}

#[test]
fn the_gaps_between_reloads_double_up_to_a_minute() {
    let mut dog = Watchdog::new(0);
    let gaps = gaps_of_a_dead_page(&mut dog, 8);
    assert_eq!(gaps, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    assert_eq!(gaps.last(), Some(&RELOAD_GAP_MAX_MS));
}

#[test]
fn a_page_that_hangs_again_at_once_is_not_mended() {
    let mut dog = Watchdog::new(0);
    gaps_of_a_dead_page(&mut dog, 3);
    dog.loaded(1_000_000);
    assert_eq!(gap_after_hanging(&mut dog, 1_002_000), 16_000, "the gaps go on growing");
    dog.loaded(2_000_000);
    keep_answering(&mut dog, 2_000_000, MENDED_AFTER_MS);
    let hangs_at = 2_000_000 + MENDED_AFTER_MS + ASK_EVERY_MS;
    assert_eq!(gap_after_hanging(&mut dog, hangs_at), RELOAD_GAP_MIN_MS, "it was mended");
}

#[test]
fn sleep_says_nothing_about_a_page() {
    let mut dog = loaded();
    asked(&mut dog, 2_000);
    let morning = 5_000 + OVERSLEPT_MS;
    let nonce = asked(&mut dog, morning);
    assert_eq!(dog.health(), Health::Healthy);
    dog.answered(morning + 5, nonce);
    let mut dog = Watchdog::new(0);
    let morning = LOAD_WITHIN_MS + OVERSLEPT_MS;
    assert_eq!(dog.poll(morning, SHOWN), Due::InMs(LOAD_WITHIN_MS), "it may go on loading");
}

proptest! {
    #[test]
    fn a_page_is_asked_only_where_it_is_seen_and_never_loaded_twice_at_once(steps in any_steps()) {
        let (mut dog, mut now_ms) = (loaded(), 0);
        let (mut last_reload_ms, mut nonce) = (None, None);
        for (step, later_ms) in steps {
            now_ms += later_ms;
            match step {
                Step::Poll(wanted) => match dog.poll(now_ms, wanted) {
                    Due::Ask(asked) => {
                        prop_assert_eq!(wanted, SHOWN);
                        prop_assert_eq!(dog.health(), Health::Healthy);
                        nonce = Some(asked);
                    }
                    Due::Reload => {
                        prop_assert_eq!(wanted, SHOWN);
                        let gap_ms = last_reload_ms.map(|last| now_ms - last);
                        prop_assert!(gap_ms.is_none_or(|gap_ms| gap_ms >= RELOAD_GAP_MIN_MS));
                        last_reload_ms = Some(now_ms);
                    }
                    Due::InMs(wait_ms) => {
                        prop_assert!(wait_ms > 0 && wait_ms <= RELOAD_GAP_MAX_MS);
                    }
                    Due::Nothing => prop_assert_eq!(wanted, HIDDEN),
                },
                Step::Answer => {
                    if let Some(nonce) = nonce {
                        dog.answered(now_ms, nonce);
                    }
                }
                Step::Loaded => dog.loaded(now_ms),
            }
        }
    }

    #[test]
    fn a_page_that_stays_dead_is_loaded_for_ever(start_ms in 0_u64..1_000_000_000) {
        let mut dog = Watchdog::new(start_ms);
        let (mut now_ms, mut reloads) = (start_ms, 0);
        for _ in 0..200 {
            match dog.poll(now_ms, SHOWN) {
                Due::Reload => reloads += 1,
                Due::InMs(wait_ms) => now_ms += wait_ms,
                Due::Ask(_) | Due::Nothing => prop_assert!(false, "it never said a word"),
            }
            prop_assert_eq!(dog.health(), Health::Silent);
        }
        prop_assert!(reloads >= 50, "{} in 200 looks", reloads);
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Poll(Seen),
    Answer,
    Loaded,
}

fn any_steps() -> impl Strategy<Value = Vec<(Step, u64)>> {
    let step = prop_oneof![
        4 => Just(Step::Poll(SHOWN)),
        1 => Just(Step::Poll(HIDDEN)),
        1 => Just(Step::Answer),
        1 => Just(Step::Loaded),
    ];
    let later_ms = prop_oneof![Just(0_u64), 1_u64..6_000, 6_000_u64..200_000];
    proptest::collection::vec((step, later_ms), 0..60)
}

fn loaded() -> Watchdog {
    let mut dog = Watchdog::new(0);
    dog.loaded(0);
    dog
}

fn asked(dog: &mut Watchdog, now_ms: u64) -> Nonce {
    let due = dog.poll(now_ms, SHOWN);
    let Due::Ask(nonce) = due else { panic!("a question was due, not {due:?}") };
    nonce
}

/// The waits from giving a page up to loading it anew.
fn gaps_of_a_dead_page(dog: &mut Watchdog, reloads: usize) -> Vec<u64> {
    let (mut now_ms, mut gaps) = (0, Vec::new());
    while gaps.len() < reloads {
        match dog.poll(now_ms, SHOWN) {
            Due::InMs(LOAD_WITHIN_MS) => now_ms += LOAD_WITHIN_MS,
            Due::InMs(gap_ms) => {
                gaps.push(gap_ms);
                now_ms += gap_ms;
            }
            Due::Reload => {}
            Due::Ask(_) | Due::Nothing => panic!("a dead page is only loaded"),
        }
    }
    assert_eq!(dog.poll(now_ms, SHOWN), Due::Reload);
    gaps
}

fn gap_after_hanging(dog: &mut Watchdog, now_ms: u64) -> u64 {
    asked(dog, now_ms);
    let due = dog.poll(now_ms + ANSWER_WITHIN_MS, SHOWN);
    let Due::InMs(gap_ms) = due else { panic!("it was given up, not {due:?}") };
    gap_ms
}

fn keep_answering(dog: &mut Watchdog, from_ms: u64, for_ms: u64) {
    let mut now_ms = from_ms;
    while now_ms < from_ms + for_ms {
        now_ms += ASK_EVERY_MS;
        let nonce = asked(dog, now_ms);
        dog.answered(now_ms, nonce);
    }
}
