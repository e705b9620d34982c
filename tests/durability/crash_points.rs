//! Goes through a trace call by call, and looks at what a crash there leaves.

use std::{collections::HashSet, fmt, ops::AddAssign, path::Path};

use tempfile::TempDir;

use crate::{
    disk::{Disk, Image},
    random::{Random, is_long},
    trace::Act,
};

/// Power failures looked at after each call, besides the kill.
const LOSSES: u64 = 3;
const LOSSES_LONG: u64 = 40;

/// How many crashes were looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    points: u64,
    images: u64,
    distinct: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.images += other.images;
        self.distinct += other.distinct;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { points, images, distinct } = self;
        write!(f, "crash points {points}, images {images}, of them different {distinct}")
    }
}

/// A crash to look at.
pub(crate) struct Crash<'c> {
    /// The folder as the crash left it; to be used up.
    pub(crate) folder: &'c Path,
    /// What the program had done until then, the crash not being part of it.
    pub(crate) done: &'c [Act],
}

/// Memory in the shape of files where the system has that: a crash is written
/// and read thousands of times.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// Looks at every crash of a run that began with `disk` and did `acts`.
///
/// `stage` says how far the program had come: the same image at the same stage
/// is looked at once.
pub(crate) fn visit(
    mut disk: Disk,
    acts: &[Act],
    seed: u64,
    stage: impl Fn(&Act) -> bool,
    mut look: impl FnMut(&Crash<'_>) -> Result<(), String>,
) -> Tally {
    let scratch = scratch();
    let folder = scratch.path().join("crash");
    let (mut tally, mut random) = (Tally::default(), Random::new(seed));
    let mut seen = HashSet::new();
    for (point, act) in (1..).zip(acts) {
        disk.act(act);
        if stage(act) {
            seen.clear();
        }
        if matches!(act, Act::Send { .. }) && !stage(act) {
            continue;
        }
        tally.points += 1;
        for nth in 0..=if is_long() { LOSSES_LONG } else { LOSSES } {
            let image = after(&disk, nth, &mut random);
            tally.images += 1;
            if !seen.insert(image.fingerprint()) {
                continue;
            }
            tally.distinct += 1;
            image.write(&folder);
            let crash = Crash { folder: &folder, done: &acts[..point] };
            if let Err(why) = look(&crash) {
                let kept = keep(&image);
                panic!(
                    "seed {seed}, crash point {point} of {} ({}), crash {nth}: {why}\n\
                     the image is in {}",
                    acts.len(),
                    describe(act),
                    kept.display()
                );
            }
        }
    }
    tally
}

fn after(disk: &Disk, nth: u64, random: &mut Random) -> Image {
    match nth {
        0 => disk.after_kill(),
        _ => disk.after_power_loss(random),
    }
}

/// Keeps an image for whoever looks into the failure.
fn keep(image: &Image) -> std::path::PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    image.write(&folder);
    folder
}

fn describe(act: &Act) -> String {
    match act {
        Act::Write { name, offset, bytes } => {
            format!("write of {} bytes at {offset:?} of {}", bytes.len(), name.display())
        }
        Act::Send { bytes, .. } => format!("{} bytes sent", bytes.len()),
        other => format!("{other:?}"),
    }
}
