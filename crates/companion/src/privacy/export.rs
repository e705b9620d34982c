//! Everything that this PC keeps of a player, in one file.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use event_model::{EventId, Moment};
use outbox::{Filter, OutboxView};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::queue_at;
use crate::{DataDir, Error, Identity, data_dir::create_private, history};

/// What the first line says the file is.
const FORMAT: &str = "ringside.export.v1";

/// The state of an event that no queue has any more: the history of matches keeps it.
const HISTORY: &str = "\"history\"";

/// Writes everything that this PC keeps of the player into a new file in `folder`, one
/// JSON object a line: what it is, who sends, the settings, then each event of its
/// queues with its state, as this PC has it, and what only the history of matches has.
/// No token and no key is in it; recordings are files of their own. The file, and how
/// many events it has.
///
/// # Errors
/// Where something cannot be read or the file not be written.
pub fn export(dir: &DataDir, folder: &Path, now: Moment) -> Result<(PathBuf, u64), Error> {
    let stamp = now.wall.to_string().replace(':', "-");
    let path = folder.join(format!("ringside-everything-{stamp}.ndjson"));
    let failed = |cause| Error::DataDir { path: path.clone(), cause };
    create_private(folder).map_err(failed)?;
    let mut out = BufWriter::new(File::create_new(&path).map_err(failed)?);
    let events = write(dir, now, &mut out, &failed)?;
    out.into_inner().map_err(|error| failed(error.into_error()))?.sync_all().map_err(failed)?;
    Ok((path.clone(), events))
}

fn write(
    dir: &DataDir,
    now: Moment,
    out: &mut impl Write,
    failed: &impl Fn(std::io::Error) -> Error,
) -> Result<u64, Error> {
    let settings = fs::read_to_string(dir.settings()).unwrap_or_default();
    let opening = [
        json!({"what": FORMAT, "exported_at": now.wall.to_string()}),
        who(&Identity::load_or_create(dir)?),
        json!({"what": "settings", "toml": settings}),
    ];
    for line in opening {
        writeln!(out, "{line}").map_err(failed)?;
    }
    let mut events = 0;
    let mut write = |line: String| {
        events += 1;
        writeln!(out, "{line}").map_err(failed)
    };
    // An id is sixteen bytes, and a queue is bounded.
    let mut queued = HashSet::new();
    for queue in queues(dir)? {
        for shown in queue.export(Filter::All) {
            let shown = shown.map_err(Error::Outbox)?;
            write(line_of(&shown))?;
            queued.insert(shown.entry.event_id);
        }
    }
    // Last: what a queue forgets meanwhile is in the history before.
    write_history(dir, &queued, write)?;
    Ok(events)
}

/// What the history has and no queue, a match at a time.
fn write_history(
    dir: &DataDir,
    queued: &HashSet<EventId>,
    mut write: impl FnMut(String) -> Result<(), Error>,
) -> Result<(), Error> {
    if !dir.history().exists() {
        return Ok(());
    }
    let mut archive = history::open(dir)?;
    for summary in archive.summaries().map_err(Error::History)? {
        let Some(kept) = archive.kept(&summary.key).map_err(Error::History)? else { continue };
        for body in kept.bodies {
            // What tells no id is damaged, and nobody knows whether it was written.
            if id_in(&body).is_none_or(|id| !queued.contains(&id)) {
                write(line(HISTORY, &body))?;
            }
        }
    }
    Ok(())
}

/// The id that a body tells.
fn id_in(body: &str) -> Option<EventId> {
    #[derive(Deserialize)]
    struct Known {
        id: EventId,
    }
    serde_json::from_str::<Known>(body).ok().map(|known| known.id)
}

/// The queue, behind those of former identities.
pub(crate) fn queues(dir: &DataDir) -> Result<Vec<OutboxView>, Error> {
    let all = former_queues(dir)?.into_iter().chain([dir.outbox()]);
    all.filter_map(|path| queue_at(&path).transpose()).collect()
}

/// Where the queues of former identities are.
pub(crate) fn former_queues(dir: &DataDir) -> Result<Vec<PathBuf>, Error> {
    let failed = |cause| Error::DataDir { path: dir.former(), cause };
    let former = match fs::read_dir(dir.former()) {
        Ok(former) => former.collect::<Result<Vec<_>, _>>().map_err(failed)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let queue = |folder: fs::DirEntry| Ok(DataDir::look(Some(folder.path()))?.outbox());
    let paths: Vec<PathBuf> = former.into_iter().map(queue).collect::<Result<_, Error>>()?;
    Ok(paths.into_iter().filter(|path| path.exists()).collect())
}

/// The identity without its secrets.
fn who(identity: &Identity) -> Value {
    let former: Vec<String> =
        identity.former().iter().map(|former| former.device.to_string()).collect();
    let servers: Vec<&str> = identity.servers().collect();
    json!({
        "what": "identity", "device": identity.device().to_string(),
        "enrolled_at": servers, "former_devices": former,
    })
}

fn line_of(shown: &outbox::ShownEvent) -> String {
    let state = serde_json::to_string(&shown.entry.state).expect("a word is always JSON");
    line(&state, &shown.body)
}

fn line(state: &str, body: &str) -> String {
    // A damaged body is no JSON: its text is kept all the same.
    let event = match serde_json::from_str::<&RawValue>(body) {
        Ok(json) => json.get().to_owned(),
        Err(_) => Value::from(body).to_string(),
    };
    format!("{{\"what\":\"event\",\"state\":{state},\"event\":{event}}}")
}
