//! A crash while a start gets over a crash: what was acknowledged before the
//! first one is there after the second.

use system_tests::scratch;

use crate::{
    appender::PlanKind,
    crash_points::{Tally, in_parallel, keep},
    disk::{Disk, Image},
    random::{Random, is_long},
    run::{Run, acknowledged},
    strace,
    trace::Act,
    verdict::{Crashed, Depth, holds},
    worker::Snapshot,
};

const SEEDS: u64 = 4;
const SEEDS_LONG: u64 = 100;
const STEPS: usize = 30;

/// First crashes of a run, each of which takes a traced start.
const FIRST: u64 = 3;
/// Second crashes of each of these starts.
const SECOND: u64 = 12;

/// The power stays on as often as it fails.
const KILLED_PERCENT: u64 = 50;

/// A crash after so many acts.
#[derive(Debug, Clone, Copy)]
struct Point {
    acts: usize,
    crashed: Crashed,
}

impl Point {
    fn of(acts: &[Act], random: &mut Random) -> Self {
        let killed = random.chance(KILLED_PERCENT);
        let crashed = if killed { Crashed::Process } else { Crashed::Machine };
        Self { acts: 1 + random.below(acts.len() as u64) as usize, crashed }
    }

    fn image(self, disk: &Disk, random: &mut Random) -> Image {
        match self.crashed {
            Crashed::Process => disk.after_kill(),
            Crashed::Machine => disk.after_power_loss(random),
        }
    }

    /// Of both the one that leaves less.
    fn and(self, other: Self) -> Crashed {
        match (self.crashed, other.crashed) {
            (Crashed::Process, Crashed::Process) => Crashed::Process,
            (Crashed::Machine, _) | (_, Crashed::Machine) => Crashed::Machine,
        }
    }
}

/// The disk as it was after `acts`.
fn after(mut disk: Disk, acts: &[Act]) -> Disk {
    acts.iter().for_each(|act| disk.act(act));
    disk
}

/// The same act, done after so many others.
fn later(act: Act, by: usize) -> Act {
    if let Act::Flush { name, begun, flushed } = act {
        return Act::Flush { name, begun: begun + by, flushed };
    }
    act
}

/// A start on what the first crash left.
struct Start<'r> {
    seed: u64,
    first: Point,
    /// Acknowledged before the first crash.
    done: usize,
    reference: &'r [Snapshot],
    /// The disk as it begins, and what it does.
    disk: Disk,
    acts: Vec<Act>,
    run: Run,
}

impl<'r> Start<'r> {
    fn after(
        first: Point,
        (seed, acts): (u64, &[Act]),
        reference: &'r [Snapshot],
        random: &mut Random,
    ) -> Self {
        let begun = &acts[..first.acts];
        let crashed = after(Disk::default(), begun);
        let image = first.image(&crashed, random);
        let run = Run::of(PlanKind::All, seed, 0);
        image.write(&run.folder());
        let (disk, by) = match first.crashed {
            // What was written and not flushed is so still.
            Crashed::Process => (crashed, begun.len()),
            Crashed::Machine => (Disk::of_folder(&run.folder()), 0),
        };
        let output = run.to_its_end();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "seed {seed}, after {first:?}: {said}");
        let acts: Vec<Act> = run.acts().into_iter().map(|act| later(act, by)).collect();
        let rebuilt = after(disk.clone(), &acts).after_kill();
        let same = rebuilt == Image::of_folder(&run.folder());
        assert!(same, "seed {seed}, after {first:?}: the rebuilt files are not the real ones");
        Self { seed, first, done: acknowledged(begun), reference, disk, acts, run }
    }

    /// A crash in its midst, and another start.
    fn crash(&self, random: &mut Random) -> Tally {
        let second = Point::of(&self.acts, random);
        let image = second.image(&after(self.disk.clone(), &self.acts[..second.acts]), random);
        let scratch = scratch();
        let folder = scratch.path().join("crash");
        image.write(&folder);
        let look = (self.first.and(second), Depth::Work);
        if let Err(why) = holds(&folder.join(self.run.name()), self.done, self.reference, look) {
            let (Self { seed, first, done, .. }, kept) = (self, keep(&image));
            panic!(
                "seed {seed}, {first:?} with {done} steps done, then {second:?} of {}: {why}\n\
                 the image is in {}",
                self.acts.len(),
                kept.display()
            );
        }
        Tally::one()
    }
}

fn crash_twice(seed: u64) -> Tally {
    let run = Run::of(PlanKind::All, seed, STEPS);
    let output = run.to_its_end();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let (acts, reference) = (run.acts(), run.reference());
    let random = &mut Random::new(seed);
    let mut tally = Tally::default();
    for _ in 0..FIRST {
        let first = Point::of(&acts, random);
        let start = Start::after(first, (seed, &acts), &reference, random);
        tally = (0..SECOND).fold(tally, |sum, _| sum + start.crash(random));
    }
    tally
}

#[test]
fn a_crash_while_a_crash_is_got_over_loses_no_more() {
    if !strace::is_available() {
        return;
    }
    let seeds = 0..if is_long() { SEEDS_LONG } else { SEEDS };
    in_parallel(seeds, crash_twice).tell("twice", 100);
}
