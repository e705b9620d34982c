//! A start that has something to do before it is one, with calls that fail, or at
//! which it is killed: each in its turn.

use std::{ops::Add, os::unix::process::ExitStatusExt};

use crate::{
    appender::PlanKind,
    crash_points::{Crash, Tally, at_acknowledgements},
    disk::{Disk, Image},
    failing_calls::{CALLS, SIGKILL, each_call},
    random::is_long,
    run::{Run, acknowledged, said},
    verdict::Crashed,
};

const SEED: u64 = 8;

/// What becomes of the call: one after the other, or each in the long run.
const WAYS: [&str; 3] = ["error=EIO", "error=ENOSPC", "signal=KILL"];

pub(crate) fn ways(nth: u64) -> impl Iterator<Item = &'static str> {
    let chosen = move |way: u64| is_long() || way == (nth - 1) % WAYS.len() as u64;
    (0..).zip(WAYS).filter(move |(way, _)| chosen(*way)).map(|(_, way)| way)
}

/// Looks at what each leaves of a start on `before`: at once, and where it got
/// over it in a power failure as well.
pub(crate) fn at_any_call(
    before: &Image,
    look: impl Fn(&Crash<'_>) -> Result<(), String> + Sync,
) -> Tally {
    let calls = start(before).counted_calls(&CALLS);
    each_call(&calls, |call, nth| {
        let one = |way| get_over(before, (call, nth, way), &look);
        ways(nth).map(one).fold(Tally::default(), Tally::add)
    })
}

fn start(before: &Image) -> Run {
    let run = Run::of(PlanKind::Repeatable, SEED, 0);
    before.write(&run.folder());
    run
}

fn get_over(
    before: &Image,
    (call, nth, way): (&str, u64, &str),
    look: &impl Fn(&Crash<'_>) -> Result<(), String>,
) -> Tally {
    let name = format!("{call} {nth}, {way}");
    let run = start(before);
    let disk = Disk::of_folder(&run.folder());
    let output = run.with(&format!("inject={call}:{way}:when={nth}"));
    let acts = run.acts();
    let is_killed = output.status.signal() == Some(SIGKILL);
    assert!(is_killed || run.trace().contains("(INJECTED)"), "{name}: it was not made");
    if !is_killed {
        let told = said(&acts);
        assert!(output.status.success(), "{name}: it told {told:?}");
        assert_eq!(acknowledged(&acts), 1, "{name}: it opens, and told {told:?}");
    }
    let tally = at_acknowledgements(disk, &acts, nth, |folder, _| {
        let crash = Crash { folder, done: &[], nth_image: 1, crashed: Crashed::Machine };
        look(&crash).map_err(|why| format!("{name}: {why}"))
    });
    let folder = run.folder();
    let crash = Crash { folder: &folder, done: &[], nth_image: 1, crashed: Crashed::Process };
    if let Err(why) = look(&crash) {
        panic!("{name}: {why}");
    }
    tally + Tally::one()
}
