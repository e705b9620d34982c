//! An outbox at any crash: what was acknowledged is there, whole and in order.

use crate::{
    appender::PlanKind,
    crash_points::{Tally, in_parallel, visit},
    disk::{Disk, Image},
    plan::Step,
    random::is_long,
    run::{Run, acknowledged, is_acknowledgement},
    strace,
    trace::Act,
    verdict::{Depth, holds},
};

const SEEDS: u64 = 3;
const SEEDS_LONG: u64 = 40;
const STEPS: usize = 40;

/// A step makes more than ten calls that change the disk.
const POINTS_MIN: u64 = SEEDS * STEPS as u64 * 10;

/// Of so many images one is opened again and worked on.
pub(crate) const WORKS_ON_EVERY: u64 = 4;

fn crash_everywhere(seed: u64) -> Tally {
    let run = Run::of(PlanKind::All, seed, STEPS);
    let output = run.to_its_end();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let acts = run.acts();
    let reference = run.reference();
    assert_eq!(acknowledged(&acts), reference.len(), "every step is in the trace");

    // Otherwise the images would prove nothing.
    let mut disk = Disk::default();
    acts.iter().for_each(|act| disk.act(act));
    assert!(
        disk.after_kill() == Image::of_folder(&run.folder()),
        "seed {seed}: the files rebuilt from the trace are not the real ones"
    );
    let name = run.name();
    visit(Disk::default(), &acts, seed, is_acknowledgement, |crash| {
        // Most of what goes on is the same: a part of the images is enough for it.
        let depth = if crash.nth_image.is_multiple_of(WORKS_ON_EVERY) {
            Depth::Work
        } else {
            Depth::Content
        };
        holds(
            &crash.folder.join(&name),
            acknowledged(crash.done),
            &reference,
            (crash.crashed, depth),
        )
    })
}

#[test]
fn an_acknowledged_step_survives_a_crash_at_any_call() {
    if !strace::is_available() {
        return;
    }
    let seeds = 0..if is_long() { SEEDS_LONG } else { SEEDS };
    in_parallel(seeds, crash_everywhere).tell("outbox", POINTS_MIN);
}

#[test]
fn an_append_flushes_once() {
    if !strace::is_available() {
        return;
    }
    let run = Run::of(PlanKind::Repeatable, 0, STEPS);
    let output = run.to_its_end();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let acts = run.acts();
    // What comes before the first is the opening.
    let steps: Vec<&[Act]> = acts.split(is_acknowledgement).skip(1).collect();
    let (plan, mut appends) = (run.job.plan(), 0);
    for (nth, (step, acts)) in plan.iter().zip(steps).enumerate() {
        if let Step::Append(_) = step {
            let flushes = acts.iter().filter(|act| matches!(act, Act::Flush { .. })).count();
            assert_eq!(flushes, 1, "step {nth}: {flushes} flushes");
            appends += 1;
        }
    }
    assert!(appends >= STEPS / 2, "{appends} appends");
}
