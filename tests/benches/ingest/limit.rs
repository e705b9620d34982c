//! The machine's own limit: parse the same bytes, insert them plainly.

use std::time::Instant;

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, value::RawValue};
use tempfile::TempDir;

use crate::{Options, load, process::own_cpu_s};

/// Events of one transaction: sixteen requests of fifty, as the server groups.
const GROUP_EVENTS: usize = 800;

/// What one core can do at best.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) events_per_s: f64,
    /// For 100,000 events.
    pub(crate) cpu_s: f64,
}

/// Parses each event once and inserts it into a table without any index.
pub(crate) fn measure(options: &Options) -> Result<Limit> {
    let events = options.events(200_000);
    let dir = TempDir::new()?;
    let mut senders = load::enrol(dir.path(), 100)?;
    let bodies: Vec<_> = (0..events / 50)
        .map(|batch| senders[batch % 100].body(u64::try_from(batch * 50).unwrap_or(0), 50))
        .collect();
    let bytes: usize = bodies.iter().map(Vec::len).sum();

    let begun = (Instant::now(), own_cpu_s());
    let mut read = 0;
    for body in &bodies {
        read += serde_json::from_slice::<Vec<Value>>(body)?.len();
    }
    let parsed = (begun.0.elapsed().as_secs_f64(), own_cpu_s() - begun.1);

    let mut connection = Connection::open(dir.path().join("plain.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE plain (event TEXT) STRICT")?;
    let begun = (Instant::now(), own_cpu_s());
    for group in bodies.chunks(GROUP_EVENTS / 50) {
        let transaction = connection.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO plain VALUES (?1)")?;
        for body in group {
            for event in serde_json::from_slice::<Vec<&RawValue>>(body)? {
                insert.execute([event.get()])?;
            }
        }
        drop(insert);
        transaction.commit()?;
    }
    let inserted = (begun.0.elapsed().as_secs_f64(), own_cpu_s() - begun.1);

    let rate = |seconds: f64| read as f64 / seconds;
    let events_per_s = rate(parsed.0 + inserted.0);
    let cpu_s = (parsed.1 + inserted.1) * 100_000.0 / read as f64;
    println!(
        "One core, {} bytes an event: parse {:.0} events/s, split and plain insert {:.0}, \
         both after each other {events_per_s:.0}, at {cpu_s:.2} CPU-seconds per 100,000.\n",
        bytes / read,
        rate(parsed.0),
        rate(inserted.0),
    );
    Ok(Limit { events_per_s, cpu_s })
}
