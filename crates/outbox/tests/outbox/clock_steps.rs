//! A wall clock that is set makes nothing old; time does.

use delivery::{Decision, Settlement, Settlements};
use event_model::{ClockEpoch, ClockReading, Moment, Origin, WallTime};
use outbox::{Append, EntryState, Outbox, Pruned};
use uuid::Uuid;

use crate::support::{
    DAY_MS, Folder, append, at, claim, conclude, event, id, settlements, stored, stream,
};

/// Longer than between two looks at ages.
const LATER_MS: u64 = 11 * 60 * 1_000;
const DAY: i64 = DAY_MS as i64;
/// A clock with an empty battery begins years ago.
const STEPS: [i64; 4] = [8 * DAY, 40 * DAY, 365 * DAY, 2_500 * DAY];

/// The instant `ms` after the start, by a wall clock that was set by `step_ms`.
fn stepped(ms: u64, step_ms: i64) -> Moment {
    let now = at(ms);
    Moment { wall: WallTime::from_unix_ms(now.wall.unix_ms() + step_ms), ..now }
}

/// The instant `ms` after a boot, by a wall clock that says so much after the start.
fn booted(boot: u128, ms: u64, wall_ms: i64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(boot)), mono_ms: ms };
    Moment { clock, wall: WallTime::from_unix_ms(at(0).wall.unix_ms() + wall_ms) }
}

fn append_at(outbox: &mut Outbox, n: u32, now: Moment) {
    let events = vec![event("a", n, Origin::Live)];
    outbox.append(&[Append { stream: stream(), state: Vec::new(), events }], now).unwrap();
}

/// An outbox with three events, whose ages were looked at once.
fn three_waiting() -> (Folder, Outbox) {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    outbox.prune(at(0)).unwrap();
    (folder, outbox)
}

fn waiting(outbox: &Outbox) -> u64 {
    outbox.status(at(0)).unwrap().pending
}

#[test]
fn a_step_forward_makes_no_waiting_event_too_old() {
    for step in STEPS {
        let (_folder, mut outbox) = three_waiting();
        let now = stepped(LATER_MS, step);
        assert_eq!(outbox.prune(now).unwrap(), Pruned::default(), "{step}");
        let now = stepped(29 * DAY_MS, step);
        assert_eq!(outbox.prune(now).unwrap(), Pruned::default(), "{step}");
        let now = stepped(31 * DAY_MS, step);
        assert_eq!(outbox.prune(now).unwrap().too_old, 3, "{step}: a month later it is");
    }
}

#[test]
fn a_step_before_the_first_look_at_ages_is_seen() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append(&mut outbox, "a", 0..3);
    assert_eq!(outbox.prune(stepped(1, 40 * DAY)).unwrap(), Pruned::default());
    assert_eq!(waiting(&outbox), 3);
}

#[test]
fn a_restart_of_the_program_forgets_no_step() {
    let (folder, outbox) = three_waiting();
    drop(outbox);
    for n in 1..4 {
        let now = stepped(n * LATER_MS, 40 * DAY);
        let mut outbox = folder.open_at(now);
        assert_eq!(outbox.prune(now).unwrap(), Pruned::default(), "restart {n}");
    }
}

#[test]
fn a_clock_that_was_set_forward_and_back_makes_nothing_old() {
    let (_folder, mut outbox) = three_waiting();
    for (n, step) in [60 * DAY, 0, -60 * DAY, 0, 60 * DAY, 0].into_iter().enumerate() {
        let now = stepped((n as u64 + 1) * LATER_MS, step);
        assert_eq!(outbox.prune(now).unwrap(), Pruned::default(), "{step}");
    }
    assert_eq!(outbox.prune(at(31 * DAY_MS)).unwrap().too_old, 3, "but a month does");
}

#[test]
fn what_comes_after_a_step_grows_old_in_its_time() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    outbox.prune(at(0)).unwrap();
    let step = 40 * DAY;
    outbox.prune(stepped(LATER_MS, step)).unwrap();
    // Appended by the clock that was set.
    append_at(&mut outbox, 1, stepped(DAY_MS, step));
    assert_eq!(outbox.prune(stepped(30 * DAY_MS, step)).unwrap(), Pruned::default());
    assert_eq!(outbox.prune(stepped(32 * DAY_MS, step)).unwrap().too_old, 1);
}

#[test]
fn a_step_forward_empties_no_history() {
    for step in STEPS {
        let (_folder, mut outbox) = three_waiting();
        let claimed = claim(&mut outbox, 3);
        conclude(&mut outbox, &claimed, &stored(&claimed));
        assert_eq!(outbox.prune(stepped(LATER_MS, step)).unwrap(), Pruned::default(), "{step}");
        let now = stepped(6 * DAY_MS, step);
        assert_eq!(outbox.prune(now).unwrap(), Pruned::default(), "{step}");
        assert_eq!(outbox.prune(stepped(8 * DAY_MS, step)).unwrap().history, 3, "{step}");
    }
}

#[test]
fn what_was_settled_before_a_step_goes_to_a_restored_server_again() {
    let (_folder, mut outbox) = three_waiting();
    let claimed = claim(&mut outbox, 3);
    conclude(&mut outbox, &claimed, &stored(&claimed));
    append(&mut outbox, "a", 3..4);
    let claimed = claim(&mut outbox, 3);
    let page = settlements(vec![Settlement::Stored]);
    let restored = Settlements { store: Uuid::from_u128(9), ..page };
    // No look at ages has come between.
    let now = stepped(1, 40 * DAY);
    outbox.conclude(&claimed, &Decision::Settle(restored), now, 0).unwrap();
    assert_eq!(waiting(&outbox), 3);
}

#[test]
fn what_was_deleted_before_a_step_does_not_come_back() {
    let (_folder, mut outbox) = three_waiting();
    outbox.view_mut().delete(&[id(0), id(1), id(2)], at(0)).unwrap();
    outbox.prune(stepped(LATER_MS, 60 * DAY)).unwrap();
    assert_eq!(append(&mut outbox, "a", 0..3).already_known, 3);
}

#[test]
fn a_date_that_was_years_ahead_keeps_nothing_after_the_next_boot() {
    let (folder, mut outbox) = three_waiting();
    assert_eq!(outbox.prune(stepped(LATER_MS, 3_650 * DAY)).unwrap(), Pruned::default());
    drop(outbox);
    // The date is right again: no clock of this boot was set.
    let mut outbox = folder.open_at(booted(2, 0, DAY));
    assert_eq!(outbox.prune(booted(2, 0, DAY)).unwrap(), Pruned::default());
    let pruned = outbox.prune(booted(2, 31 * DAY_MS, 32 * DAY)).unwrap();
    assert_eq!(pruned.too_old, 3, "a month later it is");
}

#[test]
fn a_clock_that_begins_years_ago_at_every_boot_keeps_nothing_for_ever() {
    let (folder, outbox) = three_waiting();
    drop(outbox);
    for (month, too_old) in [(1, 0), (2, 3), (3, 0)] {
        let boot = 1 + u128::from(month);
        let begun = booted(boot, 0, -2_000 * DAY);
        let mut outbox = folder.open_at(begun);
        assert_eq!(outbox.prune(begun).unwrap(), Pruned::default(), "{month}");
        append_at(&mut outbox, 10 + month, begun);
        let now = booted(boot, LATER_MS, i64::from(month) * 28 * DAY);
        assert_eq!(outbox.prune(now).unwrap().too_old, too_old, "{month}");
        // It is some minutes old, whatever its date says.
        let newest = outbox.view().show(id(10 + month)).unwrap().unwrap().entry;
        assert_eq!(newest.state, EntryState::Pending, "{month}");
    }
}

#[test]
fn one_event_of_the_future_keeps_none_behind_it_young() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    append_at(&mut outbox, 10, stepped(0, 3_650 * DAY));
    append(&mut outbox, "a", 0..3);
    assert_eq!(outbox.prune(at(31 * DAY_MS)).unwrap().too_old, 3);
    assert_eq!(waiting(&outbox), 1);
}

#[test]
fn many_events_of_the_future_keep_none_behind_them_young_for_long() {
    let folder = Folder::new();
    let mut outbox = folder.open();
    // More than one look has: those alone would always be the first.
    let many: Vec<_> = (0..10_050).map(|n| event("a", n, Origin::Live)).collect();
    let group = [Append { stream: stream(), state: Vec::new(), events: many }];
    outbox.append(&group, stepped(0, 3_650 * DAY)).unwrap();
    append_at(&mut outbox, 20_000, at(0));
    let now = at(31 * DAY_MS);
    let mut too_old = 0;
    for _ in 0..3 {
        too_old += outbox.prune(now).unwrap().too_old;
    }
    assert_eq!(too_old, 1, "and it is the one of the right clock");
    let again =
        Moment { clock: ClockReading { mono_ms: now.clock.mono_ms + 1, ..now.clock }, ..now };
    assert_eq!(outbox.prune(again).unwrap(), Pruned::default(), "and there it rests");
}
