//! `ringside outbox`.

use std::{collections::BTreeSet, path::Path, time::Duration};

use boot_clock::BootClock;
use companion::{
    DataDir,
    event_model::{Clock, EventId, Moment},
    outbox::{Entry, EntryState, Error, Filter, OutboxStatus, OutboxView, Salvaged, Selection},
};

use crate::{
    arguments::{DataDirArgument, OutboxArguments, OutboxCommand, StateArgument},
    exit::Exit,
    output, salvage,
};

pub(crate) fn outbox(command: OutboxCommand) -> anyhow::Result<Exit> {
    let now = BootClock::new().now();
    match command {
        OutboxCommand::Status(common) => status(common, now),
        OutboxCommand::List { common, state, limit } => list(common, filter(state), limit),
        OutboxCommand::Show { id, common } => show(&id, common),
        OutboxCommand::Retry { ids, all, common } => retry(&ids, all, common),
        OutboxCommand::Delete { ids, common } => delete(&ids, common, now),
        // What it writes is JSON whether asked for or not.
        OutboxCommand::Export { data_dir, json: _, state } => export(&data_dir, filter(state)),
    }
}

/// Looks for a file that takes the place of a damaged one: its owner makes it
/// within a moment.
const REPLACEMENT_LOOKS: u32 = 20;
const REPLACEMENT_LOOK: Duration = Duration::from_millis(100);

/// The outbox of this installation; `None` where nothing was captured yet.
fn open(data_dir: &DataDirArgument) -> anyhow::Result<Option<OutboxView>> {
    let dir = DataDir::look(data_dir.data_dir.clone())?;
    match OutboxView::open(&dir.outbox()) {
        Ok(view) => Ok(Some(view)),
        Err(Error::Absent(path)) if Salvaged::beside(&path).is_some() => replacement(&path),
        Err(Error::Absent(_)) => {
            let folder = dir.path().display();
            output::note(&format!("nothing was captured in {folder} yet"));
            Ok(None)
        }
        // It says itself what to do.
        Err(damaged @ Error::Damaged(_)) => Err(damaged.into()),
        Err(damaged) if damaged.is_damage() => Err(anyhow::Error::new(damaged)
            .context("the upload queue's file is damaged: start Ringside, which sets it aside and keeps every event that can be read")),
        Err(other) => Err(other.into()),
    }
}

/// The file that takes the place of one that was set aside.
fn replacement(path: &Path) -> anyhow::Result<Option<OutboxView>> {
    for _ in 0..REPLACEMENT_LOOKS {
        match OutboxView::open(path) {
            Err(Error::Absent(_)) => std::thread::sleep(REPLACEMENT_LOOK),
            opened => return Ok(Some(opened?)),
        }
    }
    anyhow::bail!(
        "the upload queue was damaged and set aside, and no other one is there yet: \
         start Ringside, which keeps every event that can be read"
    )
}

fn status(common: OutboxArguments, now: Moment) -> anyhow::Result<Exit> {
    let status = match open(&common.data_dir)? {
        Some(view) => view.status(now)?,
        None => OutboxStatus::default(),
    };
    if common.json {
        output::json(&status)?;
    } else {
        output::line(&status_text(&status));
    }
    Ok(Exit::Done)
}

const RESEND_PUT_OFF: &str = "several databases answer behind the server's address: what was sent \
                              goes out again a few times an hour";

fn status_text(status: &OutboxStatus) -> String {
    let mut lines = vec![
        format!("waiting {:>8}", status.pending),
        format!("sending {:>8}", status.in_flight),
        format!("sent    {:>8}", status.settled),
        format!("refused {:>8}", status.quarantined),
        format!("pruned  {:>8}", status.pruned),
        format!("lost    {:>8}", status.lost),
    ];
    if let Some(age) = status.oldest_pending_age_s {
        lines.push(format!("the oldest has waited for {age} s"));
    }
    match (&status.paused_reason, status.next_attempt_in_s) {
        (Some(reason), Some(seconds)) => {
            lines.push(format!("paused: {reason}; next try in {seconds} s"));
        }
        (Some(reason), None) => lines.push(format!("paused: {reason}")),
        (None, _) => {}
    }
    lines.extend(status.resend_put_off.then(|| RESEND_PUT_OFF.to_owned()));
    lines.extend(status.salvaged.as_ref().map(salvage::text));
    lines.join("\n")
}

fn list(common: OutboxArguments, filter: Filter, limit: usize) -> anyhow::Result<Exit> {
    let (entries, more) = match open(&common.data_dir)? {
        Some(view) => listed(&view, filter, limit)?,
        None => (Vec::new(), 0),
    };
    if common.json {
        output::json(&entries)?;
    } else {
        for entry in &entries {
            output::line(&entry_text(entry));
        }
    }
    if more > 0 {
        let all = entries.len() as u64 + more;
        output::note(&format!("{more} more are not listed: --limit {all} lists all of them"));
    }
    Ok(Exit::Done)
}

/// The first `limit`, and how many more there are.
fn listed(view: &OutboxView, filter: Filter, limit: usize) -> Result<(Vec<Entry>, u64), Error> {
    let entries = view.list(filter, limit)?;
    // A shorter list is whole: nothing need be counted.
    let all = if entries.len() < limit { 0 } else { view.count(filter)? };
    let more = all.saturating_sub(entries.len() as u64);
    Ok((entries, more))
}

fn entry_text(entry: &Entry) -> String {
    let state = match entry.state {
        EntryState::Pending => "waiting",
        EntryState::InFlight => "sending",
        EntryState::Settled => "sent",
        EntryState::Quarantined => "refused",
    };
    let detail = entry.detail.as_ref().map_or(String::new(), |detail| format!("  {detail}"));
    format!(
        "{:>8} {state:<8} {} {} {}{detail}",
        entry.sequence,
        entry.event_id,
        entry.event_type.as_deref().unwrap_or("(unreadable)"),
        entry.match_key,
    )
}

fn show(id: &str, common: OutboxArguments) -> anyhow::Result<Exit> {
    let Some(id) = event_id(id) else { return Ok(Exit::Usage) };
    let shown = match open(&common.data_dir)? {
        Some(view) => view.show(id)?,
        None => None,
    };
    let Some(shown) = shown else {
        output::complain(&format!("the upload queue has no event {id}"));
        return Ok(Exit::DoesNotHold);
    };
    if common.json {
        output::json(&shown)?;
    } else {
        output::line(&shown.body);
    }
    Ok(Exit::Done)
}

fn retry(ids: &[String], all: bool, common: OutboxArguments) -> anyhow::Result<Exit> {
    let Some(ids) = event_ids(ids) else { return Ok(Exit::Usage) };
    // One that is named twice is one.
    let ids_given = ids.iter().collect::<BTreeSet<_>>().len() as u64;
    let (mut requeued, mut why_not) = (0, Vec::new());
    if let Some(mut view) = open(&common.data_dir)? {
        why_not = not_refused(&view, &ids)?;
        let selection = if all { Selection::All } else { Selection::Ids(ids) };
        requeued = view.requeue(&selection)?;
    }
    if common.json {
        output::json_line(&serde_json::json!({ "requeued": requeued }))?;
    } else {
        output::line(&format!("{requeued} refused events wait to be sent again"));
    }
    why_not.iter().for_each(|why| output::complain(why));
    let missed = !all && requeued < ids_given;
    Ok(if missed { Exit::DoesNotHold } else { Exit::Done })
}

/// Of each event that was named and is not refused, why it is not sent again.
fn not_refused(view: &OutboxView, ids: &[EventId]) -> Result<Vec<String>, Error> {
    let mut why_not = Vec::new();
    for id in ids.iter().collect::<BTreeSet<_>>() {
        let why = match view.show(*id)?.map(|shown| shown.entry.state) {
            Some(EntryState::Quarantined) => continue,
            Some(EntryState::Settled) => "is sent: the server has it, and nothing is to be done",
            Some(EntryState::Pending) => "waits to be sent already",
            Some(EntryState::InFlight) => "is being sent",
            None => "is not in the upload queue",
        };
        why_not.push(format!("{id} {why}"));
    }
    Ok(why_not)
}

fn delete(ids: &[String], common: OutboxArguments, now: Moment) -> anyhow::Result<Exit> {
    let Some(ids) = event_ids(ids) else { return Ok(Exit::Usage) };
    let deleted = match open(&common.data_dir)? {
        Some(mut view) => view.delete(&ids, now)?,
        None => companion::outbox::Deleted { absent: ids.len() as u64, ..Default::default() },
    };
    if common.json {
        output::json_line(&serde_json::json!({
            "deleted": deleted.deleted,
            "sent": deleted.sent,
            "in_flight": deleted.in_flight,
            "absent": deleted.absent,
        }))?;
    } else {
        output::line(&format!(
            "{} deleted; {} are being sent and were left alone; {} are not in the upload queue",
            deleted.deleted, deleted.in_flight, deleted.absent
        ));
    }
    if deleted.sent > 0 {
        output::note(&format!(
            "{} of them had been sent: the server keeps them. They are gone from this PC alone, \
             which cannot send them again to a server that lost them",
            deleted.sent
        ));
    }
    let all = deleted.absent == 0 && deleted.in_flight == 0;
    Ok(if all { Exit::Done } else { Exit::DoesNotHold })
}

fn export(data_dir: &DataDirArgument, filter: Filter) -> anyhow::Result<Exit> {
    if let Some(view) = open(data_dir)? {
        for shown in view.export(filter) {
            output::line(&shown?.body);
        }
    }
    Ok(Exit::Done)
}

fn filter(state: Option<StateArgument>) -> Filter {
    match state {
        None => Filter::All,
        Some(StateArgument::Pending) => Filter::In(EntryState::Pending),
        Some(StateArgument::InFlight) => Filter::In(EntryState::InFlight),
        Some(StateArgument::Settled) => Filter::In(EntryState::Settled),
        Some(StateArgument::Quarantined) => Filter::In(EntryState::Quarantined),
    }
}

fn event_id(text: &str) -> Option<EventId> {
    let id = text.parse().ok();
    if id.is_none() {
        output::complain(&format!("{text:?} is not an event id, such as `outbox list` shows"));
    }
    id
}

fn event_ids(texts: &[String]) -> Option<Vec<EventId>> {
    texts.iter().map(|text| event_id(text)).collect()
}
