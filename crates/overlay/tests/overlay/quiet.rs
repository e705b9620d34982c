//! Nothing interrupts a match, and nothing of it is lost but what is stale.

use overlay::quiet::{Answer, Interruption, Matches, May, Quiet, may};
use proptest::prelude::*;

#[test]
fn nothing_may_interrupt_a_match() {
    for what in Interruption::ALL {
        assert_eq!(may(what, Matches::Running), May::AfterMatch, "{what:?}");
        assert_eq!(may(what, Matches::None), May::Now, "{what:?}");
    }
}

#[test]
fn without_a_match_it_is_done_at_once() {
    let mut quiet = Quiet::default();
    let answer = quiet.ask_or_wait(Interruption::Notification, "sent");
    let Answer::Now(permit, "sent") = answer else { panic!("no match runs: {answer:?}") };
    assert_eq!(permit.what(), Interruption::Notification);
    assert!(quiet.next_waiting().is_none(), "and it does not wait as well");
}

#[test]
fn what_waited_comes_after_the_match_in_the_order_of_asking() {
    let mut quiet = in_match();
    wait(&mut quiet, Interruption::UpdateCheck, "look");
    wait(&mut quiet, Interruption::Dialog, "sign in");
    assert!(quiet.next_waiting().is_none(), "the match is still running");
    quiet.set_matches(Matches::None);
    assert_eq!(next(&mut quiet), Some((Interruption::UpdateCheck, "look")));
    assert_eq!(next(&mut quiet), Some((Interruption::Dialog, "sign in")));
    assert_eq!(next(&mut quiet), None);
}

#[test]
fn of_each_kind_the_latest_waits() {
    let mut quiet = in_match();
    assert_eq!(wait(&mut quiet, Interruption::Notification, "1 waiting"), None);
    wait(&mut quiet, Interruption::Dialog, "sign in");
    assert_eq!(wait(&mut quiet, Interruption::Notification, "9 waiting"), Some("1 waiting"));
    quiet.set_matches(Matches::None);
    assert_eq!(next(&mut quiet), Some((Interruption::Dialog, "sign in")), "asked before");
    assert_eq!(next(&mut quiet), Some((Interruption::Notification, "9 waiting")));
}

#[test]
fn a_match_that_begins_meanwhile_stops_what_still_waits() {
    let mut quiet = in_match();
    wait(&mut quiet, Interruption::Dialog, "sign in");
    wait(&mut quiet, Interruption::Sound, "ping");
    quiet.set_matches(Matches::None);
    assert!(next(&mut quiet).is_some());
    quiet.set_matches(Matches::Running);
    assert_eq!(next(&mut quiet), None);
    quiet.set_matches(Matches::None);
    assert_eq!(next(&mut quiet), Some((Interruption::Sound, "ping")));
}

#[test]
fn what_makes_sense_only_at_once_is_refused_in_a_match() {
    let mut quiet = in_match();
    assert_eq!(quiet.ask(Interruption::Sound), None);
    quiet.set_matches(Matches::None);
    assert!(quiet.ask(Interruption::Sound).is_some());
    assert!(quiet.next_waiting().is_none(), "it did not wait");
}

proptest! {
    #[test]
    fn in_a_match_there_is_no_permit_and_after_it_the_latest_of_each(
        steps in proptest::collection::vec((0_usize..5, any::<bool>()), 0..60),
    ) {
        let mut quiet = Quiet::default();
        let (mut matches, mut expected) = (Matches::None, [None; 5]);
        for (number, (kind, toggles)) in steps.into_iter().enumerate() {
            if toggles {
                matches = if matches == Matches::None { Matches::Running } else { Matches::None };
                quiet.set_matches(matches);
            }
            let what = Interruption::ALL[kind];
            prop_assert_eq!(quiet.ask(what).is_some(), matches == Matches::None);
            match quiet.ask_or_wait(what, number) {
                Answer::Now(permit, with) => {
                    prop_assert_eq!((permit.what(), with), (what, number));
                    prop_assert_eq!(matches, Matches::None);
                }
                Answer::Waits { replaced } => {
                    prop_assert_eq!(matches, Matches::Running);
                    prop_assert_eq!(replaced, expected[kind].replace(number));
                }
            }
            prop_assert!(matches == Matches::None || quiet.next_waiting().is_none());
        }
        quiet.set_matches(Matches::None);
        let mut came = Vec::new();
        while let Some((permit, number)) = quiet.next_waiting() {
            came.push((number, permit.what()));
        }
        let mut waited: Vec<_> = Interruption::ALL
            .into_iter()
            .zip(expected)
            .filter_map(|(what, number)| number.map(|number| (number, what)))
            .collect();
        waited.sort_unstable();
        prop_assert_eq!(came, waited);
    }
}

fn in_match() -> Quiet<&'static str> {
    let mut quiet = Quiet::default();
    quiet.set_matches(Matches::Running);
    quiet
}

fn wait(
    quiet: &mut Quiet<&'static str>,
    what: Interruption,
    with: &'static str,
) -> Option<&'static str> {
    match quiet.ask_or_wait(what, with) {
        Answer::Waits { replaced } => replaced,
        Answer::Now(..) => panic!("a match runs"),
    }
}

fn next(quiet: &mut Quiet<&'static str>) -> Option<(Interruption, &'static str)> {
    quiet.next_waiting().map(|(permit, with)| (permit.what(), with))
}
