//! What an outbox must hold after a crash.

use std::{path::Path, time::Duration};

use delivery::BatchLimits;
use outbox::{Append, Error, Outbox};

use crate::{
    plan::{Answer, DEVICE, STREAMS, at, event, stream_key},
    worker::{Snapshot, decision},
};

/// No plan comes to an event with this number.
const PROBE: u64 = 1_000_000;

const LOCKED_TIMEOUT: Duration = Duration::from_secs(10);
const LOCKED_PAUSE: Duration = Duration::from_millis(2);

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// At what it holds.
    Content,
    /// And at a second start, the next append and what can be sent.
    Work,
}

/// What crashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crashed {
    /// The process alone: its files are as it left them.
    Process,
    /// The machine. A log that lost pages in its midst cannot be told from a
    /// damaged one, and may be salvaged from.
    Machine,
}

/// What a crash must have left: the last acknowledged step, or the one that was
/// under way, whole.
pub(crate) fn holds(
    path: &Path,
    done: usize,
    reference: &[Snapshot],
    (crashed, depth): (Crashed, Depth),
) -> Result<(), String> {
    let (before, after) = (&reference[done.saturating_sub(1)], reference.get(done));
    let (outbox, first) = opened_after_damage(path)?;
    if let Some(salvaged) = outbox.salvaged() {
        return match crashed {
            Crashed::Process => Err(format!("a crash was taken for damage: {salvaged:?}")),
            Crashed::Machine => first.carries_over(before, after),
        };
    }
    if first != *before && Some(&first) != after {
        first.goes_on_from(before, after)?;
    }
    match depth {
        Depth::Content => return Ok(()),
        Depth::Work => drop(outbox),
    }
    let (outbox, second) = opened(path)?;
    if first != second {
        return Err(format!("a second start sees {}", second.summary()));
    }
    works_on(outbox, &first)
}

fn opened(path: &Path) -> Result<(Outbox, Snapshot), String> {
    let (outbox, snapshot) = opened_after_damage(path)?;
    match outbox.salvaged() {
        Some(salvaged) => Err(format!("a crash was taken for damage: {salvaged:?}")),
        None => Ok((outbox, snapshot)),
    }
}

/// The same where salvage is allowed.
pub(crate) fn opened_after_damage(path: &Path) -> Result<(Outbox, Snapshot), String> {
    // A killed process keeps its lock for a moment, and so does a child of this
    // one until it runs its own program.
    let opened = system_tests::retry(LOCKED_TIMEOUT, LOCKED_PAUSE, || {
        let opened = Outbox::open(path, DEVICE, at(0));
        (!matches!(opened, Err(Error::Locked(_)))).then_some(opened)
    });
    let outbox = opened.ok_or("it stays locked")?.map_err(|error| format!("{error:?}"))?;
    let snapshot = Snapshot::of(&outbox).map_err(|error| format!("{error:?}"))?;
    Ok((outbox, snapshot))
}

/// Appends go on behind the last sequence, and everything that waits is sent.
fn works_on(mut outbox: Outbox, snapshot: &Snapshot) -> Result<(), String> {
    let group =
        [Append { stream: stream_key(STREAMS[0]), state: vec![1], events: vec![event(PROBE)] }];
    let appended = outbox.append(&group, at(1)).map_err(|error| format!("{error:?}"))?;
    let sequences: Vec<u64> = appended.appended.iter().map(|(_, sequence)| *sequence).collect();
    if sequences.len() != 1 || sequences[0] <= snapshot.last_sequence() {
        return Err(format!("the next event got {sequences:?}"));
    }
    let limits = BatchLimits { events_max: 100_000, ..BatchLimits::default() };
    let (mut claimed, mut batches) = (0, 0);
    loop {
        let batch = outbox.claim(&limits, at(2)).map_err(|error| format!("{error:?}"))?;
        claimed += batch.len();
        batches += 1;
        if batch.is_empty() || batches > snapshot.pending() + 1 {
            break;
        }
        // What comes behind a refused batch waits until something became of it.
        let stored = decision(&Answer::Stored, &batch).expect("an answer");
        outbox.conclude(&batch, &stored, at(2), 0).map_err(|error| format!("{error:?}"))?;
    }
    let waiting = snapshot.pending() + 1;
    if claimed != waiting {
        return Err(format!("{claimed} of {waiting} waiting events can be sent"));
    }
    Ok(())
}
