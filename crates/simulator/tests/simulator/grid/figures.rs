//! Each measure on cases that a person can count.

use simulator::grid::{Arrival, Labelled, Partition};

/// Reports as (stored, truth).
fn partition(reports: &[(u64, usize)]) -> Partition {
    Partition::of(reports.iter().map(|&(stored, truth)| Labelled { stored, truth }).collect())
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

#[test]
fn a_right_partition_is_right_in_every_measure() {
    let right = partition(&[(7, 0), (7, 0), (8, 1), (9, 2), (9, 2), (9, 2)]);
    assert_eq!((right.lost, right.doubled, right.merged), (0, 0, 0));
    assert_eq!((right.truths, right.stored, right.reports), (3, 3, 6));
    for figure in [right.precision(), right.recall(), right.f1(), right.cubed_f1()] {
        assert!(close(figure, 1.0), "{figure}");
    }
}

#[test]
fn a_merged_repeat_is_one_lost_and_one_merged() {
    let merged = partition(&[(1, 0), (1, 0), (1, 1)]);
    assert_eq!((merged.lost, merged.doubled, merged.merged), (1, 0, 1));
    // Three pairs stored, one of them right, and no other pair is one.
    assert!(close(merged.precision(), 1.0 / 3.0));
    assert!(close(merged.recall(), 1.0));
    // By report: 2/3, 2/3 and 1/3 of its occurrence are what it is.
    assert!(close(merged.cubed_precision, 5.0 / 3.0));
    assert!(close(merged.cubed_recall, 3.0));
}

#[test]
fn a_second_record_of_one_event_is_one_doubled() {
    let doubled = partition(&[(1, 0), (1, 0), (2, 0)]);
    assert_eq!((doubled.lost, doubled.doubled, doubled.merged), (0, 1, 0));
    assert!(close(doubled.recall(), 1.0 / 3.0));
    assert!(close(doubled.precision(), 1.0));
    assert!(close(doubled.stored_per_true(), 2.0));
}

#[test]
fn an_occurrence_holds_the_truth_that_most_of_it_is() {
    // Stored 1 holds truth 0, stored 2 truth 1, although each has one of the other.
    let mixed = partition(&[(1, 0), (1, 0), (1, 1), (2, 1), (2, 1), (2, 0)]);
    assert_eq!((mixed.lost, mixed.doubled, mixed.merged), (0, 0, 2));
}

#[test]
fn one_occurrence_holds_one_truth_and_one_truth_is_held_once() {
    // Both overlap most with truth 0: the second takes truth 1 by what is left.
    let taken = partition(&[(1, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 1)]);
    assert_eq!((taken.lost, taken.doubled, taken.merged), (0, 0, 1));
}

#[test]
fn nothing_at_all_is_nothing_wrong() {
    let none = partition(&[]);
    assert!(close(none.f1(), 1.0) && close(none.cubed_f1(), 1.0));
    assert!(close(none.stored_per_true(), 1.0));
}

#[test]
fn matches_add_up_before_anything_is_divided() {
    let mut sum = partition(&[(1, 0), (1, 0)]);
    sum.add(&partition(&[(1, 0), (2, 0), (3, 0)]));
    assert!(close(sum.recall(), 0.25), "one pair of four");
    assert_eq!((sum.truths, sum.stored, sum.doubled), (2, 4, 2));
}

#[test]
fn the_time_to_the_final_place_is_a_percentile() {
    let final_ms = (0..100).rev().collect();
    let arrival = Arrival { reports: 100, wrong: 1, changed: 5, final_ms };
    assert_eq!((arrival.final_within_ms(50), arrival.final_within_ms(99)), (50, 99));
    assert!(close(arrival.wrong_share(), 0.01) && close(arrival.changed_share(), 0.05));
    assert_eq!(Arrival::default().final_within_ms(99), 0);
}
