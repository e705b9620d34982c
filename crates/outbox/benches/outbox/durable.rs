//! One event a commit, against a bare `fdatasync` of the same bytes at the end of
//! a file, which grows, and against that of a page written over, which does not:
//! the size of a file is news that the file system has to write too.

use std::{
    fs::{File, OpenOptions},
    io::{Seek, Write},
    path::Path,
};

use delivery::BatchLimits;
use outbox::Outbox;

use crate::{
    Arguments, Length,
    clock::{micros, quantile, time},
    limits::PAGE,
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
    let mut page = page_to_write_over(&arguments.dir.join("page"));
    let (mut ours, mut grown, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..appends {
        let one = [group(n, 1)];
        let (appended, took) = time(|| outbox.append(&one, at(n)));
        appended.expect("there is room");
        ours.push(micros(took.wall));
        let ((), took) = time(|| {
            bare.write_all(&bytes).expect("there is room");
            bare.sync_data().expect("the disk syncs");
        });
        grown.push(micros(took.wall));
        page.rewind().expect("a file can be rewound");
        let ((), took) = time(|| {
            page.write_all(&PAGE).expect("there is room");
            page.sync_data().expect("the disk syncs");
        });
        over.push(micros(took.wall));
    }
    say(&format!(
        "| {appends} appends of one event | outbox | bare fdatasync | ratio | aim | 4 KiB written \
         over + fdatasync | ratio |"
    ));
    say("|---|--:|--:|--:|--:|--:|--:|");
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let [ours, grown, over] =
            [&mut ours, &mut grown, &mut over].map(|took| quantile(took, share));
        say(&format!(
            "| {name} | {ours:.0} µs | {grown:.0} µs | {:.2} | ≤ 1.5 | {over:.0} µs | {:.2} |",
            ours / grown,
            ours / over
        ));
    }
    match syncs::per_append(arguments) {
        Ok(syncs) => say(&format!("| syncs an append (strace) | {syncs:.2} | 1 | | 1 | 1 | |\n")),
        Err(why) => say(&format!("| syncs an append | not counted: {why} | 1 | | 1 | 1 | |\n")),
    }
}

fn page_to_write_over(path: &Path) -> File {
    let mut file = File::create(path).expect("the folder takes files");
    file.write_all(&PAGE).expect("there is room");
    file.sync_all().expect("the disk syncs");
    file
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
