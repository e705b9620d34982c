//! Goes through a trace call by call, and looks at what a crash there leaves.

use std::{
    fmt,
    num::NonZero,
    ops::{Add, Range},
    panic::resume_unwind,
    path::Path,
    thread,
};

use system_tests::scratch;

use crate::verdict::Crashed;
use crate::{
    disk::{Disk, Image},
    random::{Random, is_long},
    run::is_acknowledgement,
    trace::Act,
};

/// Power failures looked at after each call, besides the kill.
const LOSSES: u64 = 3;
const LOSSES_LONG: u64 = 40;

/// The same after an acknowledgement, where not every call is looked at.
const LOSSES_AT_ACKNOWLEDGEMENT: u64 = 8;

/// How many crashes were looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    points: u64,
    images: u64,
    distinct: u64,
}

impl Tally {
    /// One crash.
    pub(crate) fn one() -> Self {
        Self { points: 1, images: 1, distinct: 1 }
    }

    /// Tells it. Fewer crashes than `points_min` would show nothing: then the
    /// trace was not what it should be.
    #[expect(clippy::print_stdout, reason = "how much was looked at is worth knowing")]
    pub(crate) fn tell(self, name: &str, points_min: u64) {
        println!("{name}: {self}");
        assert!(self.points >= points_min, "{name}: fewer than {points_min} crashes: {self}");
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            points: self.points + other.points,
            images: self.images + other.images,
            distinct: self.distinct + other.distinct,
        }
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
    /// Its number among the different ones.
    pub(crate) nth_image: u64,
    /// Whether the process alone crashed.
    pub(crate) crashed: Crashed,
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
    let mut seen = Vec::new();
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
            if seen.contains(&image) {
                continue;
            }
            tally.distinct += 1;
            image.write(&folder);
            let nth_image = tally.distinct;
            let crashed = if nth == 0 { Crashed::Process } else { Crashed::Machine };
            let crash = Crash { folder: &folder, done: &acts[..point], nth_image, crashed };
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
            seen.push(image);
        }
    }
    tally
}

/// Looks at power failures right after each acknowledgement of a run.
pub(crate) fn at_acknowledgements(
    mut disk: Disk,
    acts: &[Act],
    seed: u64,
    look: impl Fn(&Path, usize) -> Result<(), String>,
) -> Tally {
    let scratch = scratch();
    let folder = scratch.path().join("crash");
    let (mut tally, mut random, mut done) = (Tally::default(), Random::new(seed), 0);
    for act in acts {
        disk.act(act);
        if !is_acknowledgement(act) {
            continue;
        }
        done += 1;
        tally.points += 1;
        let mut seen = Vec::new();
        for _ in 0..LOSSES_AT_ACKNOWLEDGEMENT {
            let image = disk.after_power_loss(&mut random);
            tally.images += 1;
            if seen.contains(&image) {
                continue;
            }
            tally.distinct += 1;
            image.write(&folder);
            if let Err(why) = look(&folder, done) {
                let kept = keep(&image);
                panic!("after step {done}: {why}\nthe image is in {}", kept.display());
            }
            seen.push(image);
        }
    }
    tally
}

/// Runs every seed, on as many threads as the machine has cores.
pub(crate) fn in_parallel(seeds: Range<u64>, run: impl Fn(u64) -> Tally + Sync) -> Tally {
    let threads = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    thread::scope(|scope| {
        let (seeds, run) = (&seeds, &run);
        let started: Vec<_> = (0..threads)
            .map(|nth| {
                scope.spawn(move || {
                    let own = seeds.clone().filter(|seed| seed % threads == nth);
                    own.fold(Tally::default(), |sum, seed| sum + run(seed))
                })
            })
            .collect();
        let sums = started
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        sums.fold(Tally::default(), Tally::add)
    })
}

fn after(disk: &Disk, nth: u64, random: &mut Random) -> Image {
    match nth {
        0 => disk.after_kill(),
        _ => disk.after_power_loss(random),
    }
}

/// Keeps an image for whoever looks into the failure.
pub(crate) fn keep(image: &Image) -> std::path::PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    image.write(&folder);
    folder
}

fn describe(act: &Act) -> String {
    if let Act::Write { name, offset, bytes } = act {
        return format!("write of {} bytes at {offset:?} of {}", bytes.len(), name.display());
    }
    if let Act::Send { bytes, .. } = act {
        return format!("{} bytes sent", bytes.len());
    }
    format!("{act:?}")
}
