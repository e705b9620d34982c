//! The machine's own limits, beside which the rest is read.

use std::{
    fs::File,
    io::{Seek, Write},
};

use crate::{
    Arguments,
    clock::{micros, quantile, time},
    say,
};

pub(crate) const PAGE: [u8; 4_096] = [7; 4_096];
const SYNCS: usize = 200;
const SEQUENTIAL_MIB: usize = 64;

pub(crate) fn measure(arguments: &Arguments) {
    let mut file = File::create(arguments.dir.join("limits")).expect("the folder takes files");
    file.write_all(&PAGE).expect("there is room");
    file.sync_all().expect("the disk syncs");
    let mut over: Vec<f64> = (0..SYNCS)
        .map(|_| {
            file.rewind().expect("a file can be rewound");
            let ((), took) = time(|| {
                file.write_all(&PAGE).expect("there is room");
                file.sync_data().expect("the disk syncs");
            });
            micros(took.wall)
        })
        .collect();
    let mib = vec![9_u8; 1024 * 1024];
    let ((), took) = time(|| {
        for _ in 0..SEQUENTIAL_MIB {
            file.write_all(&mib).expect("there is room");
        }
        file.sync_data().expect("the disk syncs");
    });
    let rate = SEQUENTIAL_MIB as f64 / took.wall.as_secs_f64();
    say("| the machine | |\n|---|---|");
    say(&format!(
        "| 4 KiB written over + fdatasync, p50 / p99 | {:.0} / {:.0} µs |",
        quantile(&mut over, 0.5),
        quantile(&mut over, 0.99)
    ));
    say(&format!("| {SEQUENTIAL_MIB} MiB written + fdatasync | {rate:.0} MiB/s |\n"));
}
