//! The machine's own limit: parse the same bytes, insert them plainly.

use std::{
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use rusqlite::Connection;
use serde_json::{Value, value::RawValue};
use tempfile::TempDir;

use crate::{Options, figures, load, process::own_cpu_s};

/// Events of one transaction: sixteen requests of fifty, as the server groups.
const GROUP_EVENTS: usize = 800;

/// Bare flushes that the disk's own time is read from, each of one such event.
const FLUSHES: usize = 200;

/// What one core can do at best with the bytes of a bench.
pub(crate) struct Limit {
    bodies: Vec<Vec<u8>>,
    events: usize,
    samples: Vec<Sample>,
}

/// One run of it.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    parse_per_s: f64,
    insert_per_s: f64,
    /// Both after each other.
    pub(crate) events_per_s: f64,
    /// For 100,000 events.
    pub(crate) cpu_s: f64,
}

impl Limit {
    pub(crate) fn prepare(options: &Options) -> Result<Self> {
        let events = options.events(100_000);
        let dir = TempDir::new()?;
        let mut senders = load::enrol(dir.path(), 100)?;
        let bodies = (0..events / 50)
            .map(|batch| senders[batch % 100].body(u64::try_from(batch * 50).unwrap_or(0), 50))
            .collect();
        Ok(Self { bodies, events, samples: Vec::new() })
    }

    /// Parses each event once and inserts it into a table without any index.
    pub(crate) fn sample(&mut self) -> Result<Sample> {
        let dir = TempDir::new()?;
        let begun = (Instant::now(), own_cpu_s());
        let mut read = 0;
        for body in &self.bodies {
            read += serde_json::from_slice::<Vec<Value>>(body)?.len();
        }
        let parsed = begun.0.elapsed();
        insert(dir.path(), &self.bodies)?;
        let (both, cpu_s) = (begun.0.elapsed(), own_cpu_s() - begun.1);
        let rate = |took: Duration| read as f64 / took.as_secs_f64();
        let sample = Sample {
            parse_per_s: rate(parsed),
            insert_per_s: rate(both - parsed),
            events_per_s: rate(both),
            cpu_s: cpu_s * 100_000.0 / read as f64,
        };
        self.samples.push(sample);
        Ok(sample)
    }

    /// What all the runs of it came to, and how long a bare flush takes.
    pub(crate) fn summary(&self) -> Result<String> {
        let of = |figure: fn(&Sample) -> f64| figures::median(self.samples.iter().map(figure));
        let bytes: usize = self.bodies.iter().map(Vec::len).sum();
        let mut flushes = flushes(self.bodies[0].len() / 50)?;
        Ok(format!(
            "One core, {} bytes an event, medians of {} runs between the others: parse {:.0} \
             events/s, split and plain insert {:.0}, both after each other {:.0}, at {:.2} \
             CPU-seconds per 100,000. A bare write and fdatasync of one event: p50 {:.2} ms, p99 \
             {:.2} ms.",
            bytes / self.events,
            self.samples.len(),
            of(|one| one.parse_per_s),
            of(|one| one.insert_per_s),
            of(|one| one.events_per_s),
            of(|one| one.cpu_s),
            figures::quantile(&mut flushes, 0.50),
            figures::quantile(&mut flushes, 0.99),
        ))
    }
}

fn insert(dir: &Path, bodies: &[Vec<u8>]) -> Result<()> {
    let mut connection = Connection::open(dir.join("plain.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE plain (event TEXT) STRICT")?;
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
    Ok(())
}

/// Milliseconds of writing so many bytes to a file and flushing it.
fn flushes(bytes: usize) -> Result<Vec<f64>> {
    let mut file = tempfile::tempfile()?;
    let event = vec![b'x'; bytes];
    let flush = |_| {
        let begun = Instant::now();
        file.write_all(&event)?;
        file.sync_data()?;
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    (0..FLUSHES).map(flush).collect()
}
