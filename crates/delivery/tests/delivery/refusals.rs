//! What follows from a refusal of a whole request.

use delivery::{AfterRefusal, OtherRequests, RefusedBatch, after_refusal};

const FIRST: RefusedBatch = RefusedBatch {
    events: 1_000,
    refused_before: 0,
    alone_before: 0,
    in_a_row: 1,
    others: OtherRequests::NoneSucceeded,
};

#[test]
fn the_first_refusal_may_be_chance() {
    assert_eq!(after_refusal(FIRST), AfterRefusal::SameAgain);
}

#[test]
fn the_second_halves_the_batch() {
    let second = RefusedBatch { refused_before: 1, in_a_row: 2, ..FIRST };
    assert_eq!(after_refusal(second), AfterRefusal::Halve);
}

#[test]
fn an_event_alone_is_quarantined_at_the_third_refusal_that_counts() {
    let alone = |alone_before| RefusedBatch {
        events: 1,
        refused_before: 9,
        alone_before,
        others: OtherRequests::Succeeded,
        ..FIRST
    };
    assert_eq!(after_refusal(alone(0)), AfterRefusal::CountAlone);
    assert_eq!(after_refusal(alone(1)), AfterRefusal::CountAlone);
    assert_eq!(after_refusal(alone(2)), AfterRefusal::Quarantine);
}

#[test]
fn nothing_is_quarantined_while_everything_is_refused() {
    for in_a_row in 1..100 {
        for (events, refused_before) in [(1, 0), (1, 50), (2, 0), (1_000, 1)] {
            let batch = RefusedBatch { events, refused_before, alone_before: 2, in_a_row, ..FIRST };
            assert_ne!(after_refusal(batch), AfterRefusal::Quarantine, "{batch:?}");
        }
    }
}

#[test]
fn one_bad_event_among_a_thousand_is_found_before_we_give_up_on_the_server() {
    let mut events = FIRST.events;
    let mut batch = FIRST;
    while events > 1 {
        match after_refusal(RefusedBatch { events, ..batch }) {
            AfterRefusal::SameAgain => {}
            AfterRefusal::Halve => events = events.div_ceil(2),
            other @ (AfterRefusal::Wait
            | AfterRefusal::StepAside
            | AfterRefusal::CountAlone
            | AfterRefusal::Quarantine) => panic!("{other:?} with {events} events left"),
        }
        batch.refused_before += 1;
        batch.in_a_row += 1;
    }
    assert_eq!(batch.in_a_row - 1, 11, "⌈log₂ 1000⌉ + 1 refusals");
}

#[test]
fn a_server_that_refuses_everything_is_only_waited_for() {
    let late = RefusedBatch { refused_before: 1, in_a_row: 13, ..FIRST };
    assert_eq!(after_refusal(late), AfterRefusal::Wait);
}
