//! One event a commit, against a bare `fdatasync` of the same bytes.

use std::{fs::OpenOptions, io::Write};

use delivery::BatchLimits;
use outbox::Outbox;

use crate::{
    Arguments, Length,
    clock::{micros, quantile, time},
    rows::{DEVICE, STATE, at, group},
    say, syncs,
};

pub(crate) fn measure(arguments: &Arguments) {
    let appends = match arguments.length {
        Length::Short => 1_000,
        Length::Long => 10_000,
    };
    let path = arguments.dir.join("durable.db");
    let mut outbox = Outbox::open(&path, DEVICE, at(0)).expect("the outbox opens");
    let bare = arguments.dir.join("bare");
    let mut bare = OpenOptions::new().create(true).append(true).open(bare).expect("it is made");
    let bytes = bytes_of(&mut outbox);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for n in 0..appends {
        let one = [group(n, 1)];
        let (appended, took) = time(|| outbox.append(&one, at(n)));
        appended.expect("there is room");
        ours.push(micros(took.wall));
        let ((), took) = time(|| {
            bare.write_all(&bytes).expect("there is room");
            bare.sync_data().expect("the disk syncs");
        });
        theirs.push(micros(took.wall));
    }
    say(&format!("| {appends} appends of one event | outbox | bare fdatasync | ratio | aim |"));
    say("|---|--:|--:|--:|--:|");
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let (ours, theirs) = (quantile(&mut ours, share), quantile(&mut theirs, share));
        say(&format!("| {name} | {ours:.0} µs | {theirs:.0} µs | {:.2} | ≤ 1.5 |", ours / theirs));
    }
    match syncs::per_append(arguments) {
        Ok(syncs) => say(&format!("| syncs an append (strace) | {syncs:.2} | 1 | | 1 |\n")),
        Err(why) => say(&format!("| syncs an append | not counted: {why} | 1 | | 1 |\n")),
    }
}

/// What such an append has to make durable: an event and the state.
fn bytes_of(outbox: &mut Outbox) -> Vec<u8> {
    outbox.append(&[group(1_000_000, 1)], at(0)).expect("there is room");
    let claimed = outbox.claim(&BatchLimits::default(), at(0)).expect("the outbox can be read");
    let mut bytes = claimed[0].body.clone().into_bytes();
    outbox.release(&claimed).expect("the outbox can be written");
    bytes.extend_from_slice(&STATE);
    bytes
}
